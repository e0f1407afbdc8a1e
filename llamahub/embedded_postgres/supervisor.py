"""The parent of an embedded PostgreSQL: starts it, and stops it when its last user is gone.

Run by ``server.py`` as ``python -m llamahub.embedded_postgres.supervisor DIRECTORY PROGRAMS LOCK REPORT``. ``LOCK`` is
the number of an inherited file descriptor that holds ``server.lock``; it is kept until this process ends. ``REPORT`` is
the writing end of a pipe that receives an empty line when the server is ready, or the reason why it is not.

Standard library only, because the first page waits for this program.
"""

import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import cluster, identity, kernel
from .layout import CannotStart, Layout, describe

# How often to look whether the last user is gone, and for how long there must be none: `migrate`, `loaddata` and `run`
# one after another share one server.
LOOK_SECONDS = 0.2
GRACE_SECONDS = 1.0
LOG_LIMIT_BYTES = 1024 * 1024


def main(directory: str, programs: str, lock: str, report: str) -> None:
    if os.fork():
        # The process that asked is not our parent: it need not wait for us, and we are no zombie of its.
        os._exit(0)
    layout = Layout(Path(directory))
    wakeup = _wake_on_signals()
    with open(int(report), "w") as answer:
        try:
            postgres = _start(layout, Path(programs))
        except (CannotStart, OSError) as error:
            answer.write(describe(error) if isinstance(error, OSError) else str(error))
            return
        answer.write("\n")
    _leave_the_terminal()
    _wait_for_the_last_user(layout, int(lock), postgres, wakeup)


def _start(layout: Layout, programs: Path) -> subprocess.Popen[bytes]:
    os.umask(0o077)
    # Before the identity changes: as root we may look at any process.
    cluster.stop_leftover(layout)
    identity.assume(layout.directory, programs)
    kernel.adopt_orphans()
    if not layout.data.exists():
        cluster.create(layout, programs)
    return cluster.start(layout, programs)


def _wait_for_the_last_user(layout: Layout, lock: int, postgres: subprocess.Popen[bytes], wakeup: int) -> None:
    users = os.open(layout.users_lock, os.O_RDWR | os.O_CLOEXEC)
    unused_since: float | None = None
    while postgres.poll() is None:
        if not _is_same_file(layout.server_lock, lock):
            # The directory was removed under us; nobody can reach this server any more.
            break
        _limit(layout.log)
        if not _lock_now(users):
            unused_since = None
        elif unused_since is None or time.monotonic() - unused_since < GRACE_SECONDS:
            unused_since = unused_since or time.monotonic()
            fcntl.flock(users, fcntl.LOCK_UN)
        else:
            # The lock is kept: whoever comes now waits until we are gone, then starts a new server.
            break
        if select.select([wakeup], [], [], LOOK_SECONDS)[0] and _asked_to_stop(wakeup):
            break
    if postgres.poll() is None:
        cluster.stop(postgres)
    _end_orphans()


def _leave_the_terminal() -> None:
    """Standard error was the caller's until now, to show mistakes of ours; kept longer it would block a pipe."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _lock_now(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_same_file(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        return False


def _limit(log: Path) -> None:
    """PostgreSQL appends, so an emptied log simply grows anew."""
    if log.stat().st_size > LOG_LIMIT_BYTES:
        os.truncate(log, 0)


def _wake_on_signals() -> int:
    """A descriptor that becomes readable when a child ends or somebody asks us to stop."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return reading


def _asked_to_stop(wakeup: int) -> bool:
    return any(number != signal.SIGCHLD for number in os.read(wakeup, 512))


def _end_orphans() -> None:
    """Children of a PostgreSQL that was killed notice at the end of their statement; that may be long."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    for demand in (signal.SIGQUIT, signal.SIGKILL):
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    for pid in children.read_text().split():
                        os.kill(int(pid), demand)
                    time.sleep(0.02)
            except (ChildProcessError, FileNotFoundError):
                return


if __name__ == "__main__":
    main(*sys.argv[1:])
