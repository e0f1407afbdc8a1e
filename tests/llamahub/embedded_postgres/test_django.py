"""What Django does with a database besides querying it."""

from pathlib import Path

from .project import MakeProject, Project


def test_test_databases_are_made_copied_and_dropped(project: Project) -> None:
    run = project.script("""
from django.db import connections
creation = connection.creation
name = creation.create_test_db(verbosity=0)
creation.clone_test_db("1", verbosity=0)
with connection.cursor() as cursor:
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test%' ORDER BY 1")
    print(name, cursor.fetchall())
creation.destroy_test_db(suffix="1", verbosity=0)
creation.destroy_test_db("llamahub", verbosity=0)
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'test%'")
    print(cursor.fetchone()[0])
""")
    assert (run.stdout, run.stderr) == ("test_llamahub [('test_llamahub',), ('test_llamahub_1',)]\n0\n", "")


def test_dbshell_speaks_to_the_same_database(make_project: MakeProject, tmp_path: Path) -> None:
    project = make_project(tmp_path / ("l" * 120) / "postgres")
    run = project.script("""
from django.core.management import call_command
call_command("dbshell", "--", "--no-psqlrc", "-Atc", "SELECT current_database()")
""")
    assert (run.stdout, run.stderr) == ("llamahub\n", "")


def test_sorting_and_case_are_the_same_on_every_machine(project: Project) -> None:
    program = project.program()
    assert program.value("SELECT upper('è') || lower('Ł')") == "Èł"
    assert [row[0] for row in program.run("SELECT * FROM unnest(ARRAY['b', 'B', 'a', 'é']) AS word ORDER BY 1")] == [
        "B",
        "a",
        "b",
        "é",
    ]


def test_search_takes_dashes_and_curly_quotes_for_what_they_are(project: Project) -> None:
    assert project.program().value("SELECT to_tsvector('simple', '“open—weight”')::text") == "'open':1 'weight':2"


def test_the_first_preparation_is_announced_on_request(project: Project) -> None:
    announced = project.script("""
connection.settings_dict["EMBEDDED_PROGRESS"] = True
connection.ensure_connection()
""")
    assert announced.stderr.startswith(f"Preparing the embedded database in {project.directory}")
    assert project.script('connection.settings_dict["EMBEDDED_PROGRESS"] = True; connection.connect()').stderr == ""
