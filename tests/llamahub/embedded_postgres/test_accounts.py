"""Who may run it: root and ordinary accounts, in each other's directories, with and without user namespaces."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .project import MakeProject, Project, eventually

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change accounts")

NO_ACCOUNT = 4242


@pytest.fixture
def ground() -> Iterator[Path]:
    """A directory that every account can reach; pytest's own are closed. Ask for it before the project inside it."""
    ground = Path(tempfile.mkdtemp(dir="/var/tmp"))
    ground.chmod(0o755)
    yield ground
    shutil.rmtree(ground)


@pytest.fixture
def owned_by(ground: Path, make_project: MakeProject) -> Callable[[int], Project]:
    def make(uid: int) -> Project:
        directory = ground / str(uid)
        directory.mkdir()
        os.chown(directory, uid, uid)
        return make_project(directory / "postgres")

    return make


@pytest.fixture
def as_account() -> Callable[[int], dict[str, Any]]:
    """Options for a program that another account runs. Its home is closed to it."""
    public = Path("/usr/bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    packages = Path(pytest.__file__).parents[1]

    root = Path(__file__).parents[3]
    environment = {"PYTHONPATH": f"{root}:{packages}", "HOME": "/root", "PYTHONDONTWRITEBYTECODE": "1"}

    def options(uid: int) -> dict[str, Any]:
        account: dict[str, Any] = {"user": uid, "group": uid, "extra_groups": [], "cwd": "/", "env": environment}
        reach = "import django, psycopg, llamahub.embedded_postgres"
        if subprocess.run([public, "-c", reach], **account, capture_output=True, check=False).returncode:
            pytest.skip("other accounts cannot reach this Python and its packages")
        return {**account, "python": str(public)}

    return options


def owners(project: Project) -> set[int]:
    return {path.lstat().st_uid for path in [project.directory, *project.directory.rglob("*")]}


def test_root_keeps_its_files(project: Project) -> None:
    program = project.program()
    program.value("SELECT 1")
    program.close()
    assert owners(project) == {0}


def test_root_below_a_directory_that_only_root_may_enter(ground: Path, make_project: MakeProject) -> None:
    ground.chmod(0o700)
    assert make_project(ground / "postgres").program().value("SELECT 1") == 1


@pytest.mark.parametrize("uid", [pwd.getpwnam("nobody").pw_uid, NO_ACCOUNT])
def test_an_ordinary_account_and_then_root(
    owned_by: Callable[[int], Project], as_account: Callable[[int], dict[str, Any]], uid: int
) -> None:
    project = owned_by(uid)
    program = project.program(**as_account(uid))
    program.run("CREATE TABLE kept ()")
    project.end_now()
    assert owners(project) == {uid}

    assert project.program().value("SELECT count(*) FROM kept") == 0
    project.end_now()
    assert owners(project) == {uid}

    assert project.program(**as_account(uid)).value("SELECT count(*) FROM kept") == 0


def test_root_leaves_the_owner_of_the_project_its_files(owned_by: Callable[[int], Project]) -> None:
    uid = pwd.getpwnam("nobody").pw_uid
    project = owned_by(uid)
    assert project.program().value("SELECT 1") == 1
    assert owners(project) == {uid}


def test_an_ordinary_account_in_a_directory_of_root(
    ground: Path, make_project: MakeProject, as_account: Callable[[int], dict[str, Any]]
) -> None:
    project = make_project(ground / "postgres")
    project.program().value("SELECT 1")
    message = project.program(**as_account(NO_ACCOUNT)).refusal()
    assert "Permission denied" in message
    assert "DATABASE_URL" in message


def test_another_account_cannot_connect(ground: Path, make_project: MakeProject) -> None:
    project = make_project(ground / "postgres")
    project.program().value("SELECT 1")
    socket = project.directory / "data" / ".s.PGSQL.5432"
    knock = ["/usr/bin/python3", "-c", f"import socket; socket.socket(socket.AF_UNIX).connect({str(socket)!r})"]
    assert subprocess.run(knock, check=False).returncode == 0
    stranger = subprocess.run(knock, user="nobody", cwd="/", capture_output=True, text=True, check=False)
    assert "PermissionError" in stranger.stderr


def test_root_without_user_namespaces_uses_nobody(ground: Path, make_project: MakeProject) -> None:
    project = make_project(ground / "postgres")
    said = run_without_user_namespaces(project)
    if "cannot reach" in said:
        pytest.skip("the account nobody cannot reach the programs of this environment")
    assert said == "1"
    assert owners(project) == {pwd.getpwnam("nobody").pw_uid}


def test_root_without_user_namespaces_where_nobody_may_not_go(ground: Path, make_project: MakeProject) -> None:
    ground.chmod(0o700)
    project = make_project(ground / "postgres")
    said = run_without_user_namespaces(project)
    assert "PostgreSQL refuses to run as root, this system offers no user namespace, and the account nobody" in said
    assert "DATABASE_URL" in said
    assert owners(project) == {0}


def run_without_user_namespaces(project: Project) -> str:
    """As in many containers: root inside a namespace that has every account and may make none below it."""
    code = """
try:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        print(cursor.fetchone()[0])
except Exception as error:
    print(error)
"""
    # The shell becomes root of its namespace only when it is executed again, after the accounts are mapped.
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
    container = subprocess.Popen(
        ["unshare", "--user", "sh", "-c", f"read _; exec sh -c '{forbid}' sh \"$@\"", "sh"]
        + [sys.executable, *project.arguments(code)],
        env=project.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    ours = os.readlink("/proc/self/ns/user")
    namespace = Path("/proc", str(container.pid))
    if not eventually(lambda: container.poll() is not None or os.readlink(namespace / "ns/user") != ours):
        container.kill()
    if container.poll() is not None:
        pytest.skip("this system offers no user namespace to try in")
    for accounts in ("uid_map", "gid_map"):
        (namespace / accounts).write_text("0 0 65536")
    said, _ = container.communicate("go\n")
    return said.strip()
