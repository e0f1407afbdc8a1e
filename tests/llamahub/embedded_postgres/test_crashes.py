"""What was committed is there after any crash, and the next connection finds a server."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from .project import MakeProject, Program, Project, Rounds, eventually


@pytest.fixture
def program(project: Project) -> Program:
    program = project.program()
    program.run("CREATE TABLE kept (number int PRIMARY KEY)")
    return program


def reconnect(program: Program) -> float:
    """The connection in use fails once; the next one works. Returns how long it took."""

    def fails() -> bool:
        program.ask("SELECT 1")
        return "error" in program.answer()

    assert eventually(fails)
    before = time.monotonic()
    assert program.value("SELECT 1") == 1
    return time.monotonic() - before


def test_postgres_killed(project: Project, program: Program, rounds: Rounds) -> None:
    for number in range(rounds(20)):
        program.run(f"INSERT INTO kept VALUES ({number})")
        os.kill(project.postmaster(), signal.SIGKILL)
        assert reconnect(program) < 5
        assert program.value("SELECT count(*) FROM kept") == number + 1


def test_supervisor_killed(project: Project, program: Program, rounds: Rounds) -> None:
    for number in range(rounds(20)):
        program.run(f"INSERT INTO kept VALUES ({number})")
        os.kill(project.supervisor(), signal.SIGKILL)
        assert eventually(lambda: not any("checkpointer" in command for command in project.processes().values()))
        assert reconnect(program) < 5
        assert program.value("SELECT count(*) FROM kept") == number + 1


def test_supervisor_killed_with_no_time_in_between(project: Project, program: Program) -> None:
    """The next process comes while the old server is still on its way out."""
    os.kill(project.supervisor(), signal.SIGKILL)
    assert project.program().value("SELECT count(*) FROM kept") == 0


def test_program_killed(project: Project, program: Program, rounds: Rounds) -> None:
    for number in range(rounds(20)):
        victim = project.program()
        victim.run(f"INSERT INTO kept VALUES ({number})")
        victim.kill()
        assert program.value("SELECT count(*) FROM kept") == number + 1


def test_the_last_program_killed(project: Project, program: Program, rounds: Rounds) -> None:
    for number in range(rounds(20)):
        program.run(f"INSERT INTO kept VALUES ({number})")
        program.kill()
        project.programs.remove(program)
        assert eventually(project.is_stopped)
        program = project.program()
        before = time.monotonic()
        assert program.value("SELECT count(*) FROM kept") == number + 1
        assert time.monotonic() - before < 5


def test_everything_killed_at_once(project: Project, program: Program) -> None:
    """As when the machine loses power: the pid file and the socket stay behind."""
    program.run("INSERT INTO kept VALUES (1)")
    program.kill()
    for pid in (project.supervisor(), project.postmaster(), *project.processes()):
        os.kill(pid, signal.SIGKILL)
    assert eventually(project.is_stopped)
    assert (project.directory / "data" / "postmaster.pid").exists()
    assert project.program().value("SELECT count(*) FROM kept") == 1


def test_a_statement_that_still_runs_when_postgres_is_killed(project: Project, program: Program) -> None:
    """Its process does not notice before its next pause; PostgreSQL will not start beside it."""
    program.ask("DO 'BEGIN LOOP END LOOP; END'")
    time.sleep(0.3)
    os.kill(project.postmaster(), signal.SIGKILL)
    assert "error" in program.answer()
    before = time.monotonic()
    assert program.value("SELECT 1") == 1
    assert time.monotonic() - before < 5


def test_a_stale_pid_file_whose_number_another_program_has(project: Project) -> None:
    leave_stale_files(project)
    with subprocess.Popen(["sleep", "60"]) as bystander:
        record(project, bystander.pid)
        assert project.program().value("SELECT number FROM kept") == 1
        assert bystander.poll() is None
        bystander.kill()


def test_a_stale_pid_file_whose_number_another_postgres_has(
    make_project: MakeProject, project: Project, tmp_path: Path
) -> None:
    leave_stale_files(project)
    neighbor = make_project(tmp_path / "neighbor")
    program = neighbor.program()
    started = program.value("SELECT pg_postmaster_start_time()")
    record(project, neighbor.postmaster())
    assert project.program().value("SELECT number FROM kept") == 1
    assert program.value("SELECT pg_postmaster_start_time()") == started


def leave_stale_files(project: Project) -> None:
    program = project.program()
    program.run("CREATE TABLE kept AS SELECT 1 AS number")
    program.kill()
    for pid in (project.supervisor(), project.postmaster()):
        os.kill(pid, signal.SIGKILL)
    assert eventually(project.is_stopped)


def record(project: Project, pid: int) -> None:
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        path = project.directory / "data" / name
        _, _, rest = path.read_text().partition("\n")
        path.write_text(f"{pid}\n{rest}")


def test_interrupted_preparation_leaves_no_half_made_database(project: Project) -> None:
    first = project.program()
    first.ask("SELECT 1")
    assert eventually(lambda: list(project.directory.glob("data.new-*")))
    os.kill(project.supervisor(), signal.SIGKILL)
    first.kill()
    assert eventually(project.is_stopped)
    assert not (project.directory / "data").exists()

    assert project.program().value("SELECT 1") == 1
    assert not list(project.directory.glob("data.new-*"))


def test_asked_to_stop_as_at_a_shutdown_it_stops_cleanly(project: Project, program: Program) -> None:
    os.kill(project.supervisor(), signal.SIGTERM)
    assert eventually(project.is_stopped)
    assert "database system is shut down" in (project.directory / "postgres.log").read_text()
