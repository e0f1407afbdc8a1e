"""Where it may lie, and that it touches nothing else."""

import os
import stat
from pathlib import Path

import pytest

from .project import MakeProject, Project


@pytest.mark.parametrize("name", ["with spaces", "comma, apostrophe's", "Łlama-è", "l" * 120])
def test_any_directory_will_do(make_project: MakeProject, tmp_path: Path, name: str) -> None:
    project = make_project(tmp_path / name / "postgres")
    program = project.program()
    program.run("CREATE TABLE kept ()")
    program.close()
    assert project.program().value("SELECT count(*) FROM kept") == 0


def test_variables_for_other_servers_do_not_lead_elsewhere(project: Project) -> None:
    elsewhere = {"PGHOST": "192.0.2.1", "PGHOSTADDR": "192.0.2.1", "PGPORT": "1", "PGDATA": "/none", "PGUSER": "nobody"}
    assert project.program(env=project.environment(**elsewhere)).value("SELECT 1") == 1


def test_it_writes_nothing_outside_its_directory(project: Project, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    accounts = Path("/etc/passwd").read_bytes()
    shared_memory = set(os.listdir("/dev/shm"))
    program = project.program(env=project.environment(HOME=str(home), TMPDIR=str(home), XDG_RUNTIME_DIR=str(home)))
    program.value("SELECT 1")
    assert list(home.iterdir()) == []
    assert Path("/etc/passwd").read_bytes() == accounts
    assert set(os.listdir("/dev/shm")) == shared_memory
    for descriptor in Path(f"/proc/{project.postmaster()}/fd").iterdir():
        target = os.readlink(descriptor)
        outside = target.startswith("/") and not target.startswith((str(project.directory), "/dev/null", "/dev/zero"))
        assert not outside, target


def test_only_the_owner_may_enter_and_there_is_no_port(project: Project) -> None:
    assert project.program().value("SHOW listen_addresses") == ""
    for path in (project.directory, project.directory / "data"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_directory_left_open_to_others_is_closed(project: Project) -> None:
    project.directory.mkdir(parents=True, mode=0o755)
    project.program().value("SELECT 1")
    assert stat.S_IMODE(project.directory.stat().st_mode) == 0o700


def test_its_log_stays_small(project: Project) -> None:
    program = project.program()
    program.value("SELECT 1")
    program.run(f"DO $$ BEGIN RAISE LOG '%', repeat('x', {2 * 1024 * 1024}); END $$")
    program.value("SELECT pg_sleep(0.6)")
    assert (project.directory / "postgres.log").stat().st_size < 1024 * 1024
