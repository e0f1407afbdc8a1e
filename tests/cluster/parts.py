"""A part of the run is a process that is started, stopped, killed, paused, and certainly gone when the run is."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

# Of Linux: the signal that a process gets when its parent is gone, however that ended.
PR_SET_PDEATHSIG = 1
# Who runs what refuses to run as root: Debian's package makes this account.
ACCOUNT = "postgres"


def account() -> str | None:
    """For what refuses to run as root; None where we are not root."""
    return ACCOUNT if os.geteuid() == 0 else None


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_so: Callable[[], object], what: str, seconds: float = 60, pause: float = 0.02) -> float:
    """How long it took."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"After {seconds} seconds still not so: {what}.")
        time.sleep(pause)
    return time.monotonic() - began


class Part:
    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        port: int,
        folder: Path,
        as_account: str | None = None,
        **environment: str,
    ) -> None:
        self.name, self.command, self.port, self.folder = name, command, port, folder
        self.as_account = as_account
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **environment}
        self.working_directory = folder
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        if as_account:
            os.chown(folder, *pwd.getpwnam(as_account)[2:4])

    @property
    def log(self) -> Path:
        return self.folder.parent / f"{self.name}.log"

    def start(self, *, wait: bool = True) -> None:
        if listens(self.port):
            raise RuntimeError(
                f"Something listens on port {self.port} already: set CLUSTER_PORT to the first of ten free ones."
            )
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.working_directory, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, user=self.as_account, group=self.as_account, extra_groups=[] if self.as_account else None,
                # A session of its own: an interrupt at the terminal is for us, and we end the parts in their order.
                start_new_session=True, preexec_fn=_end_with_parent,
            )  # fmt: skip
        if wait:
            self.wait()

    def wait(self) -> None:
        wait_until(self.is_ready, f"{self.name} answers")

    def is_ready(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended at its start: {self.last_words()}")
        return listens(self.port)

    def last_words(self) -> str:
        return " / ".join(self.log.read_text(errors="replace").splitlines()[-3:])

    def family(self) -> list[int]:
        """Its process and all that come from it."""
        return [] if self.process is None else list(descendants(self.process.pid))

    def tell(self, number: signal.Signals, *, to_all: bool = False) -> None:
        for pid in self.family() if to_all else [self.process.pid] if self.process else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 30) -> float:
        """As an administrator does; how long it took."""
        if self.process is None:
            return 0
        began = time.monotonic()
        self.resume()
        self.tell(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None
        return time.monotonic() - began

    def kill(self) -> None:
        """Without warning, with all that come from it."""
        if self.process is not None:
            self.tell(signal.SIGKILL, to_all=True)
            self.process.wait(10)
            self.process = None

    def pause(self) -> None:
        """It hangs: it neither answers nor refuses."""
        self.tell(signal.SIGSTOP, to_all=True)

    def resume(self) -> None:
        self.tell(signal.SIGCONT, to_all=True)

    def megabytes(self) -> float:
        """Memory of its processes, as the kernel counts it for each of them."""
        pages = 0
        for pid in self.family():
            with contextlib.suppress(OSError):
                pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def descendants(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from descendants(int(child))


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextlib.contextmanager
def gone_afterwards(parts: list[Part]) -> Iterator[None]:
    """Whatever happens meanwhile: the last that was started goes first."""
    try:
        yield
    finally:
        for part in reversed(parts):
            with contextlib.suppress(Exception):
                part.stop(signal.SIGQUIT if part.as_account else signal.SIGTERM, seconds=8)
            with contextlib.suppress(Exception):
                part.kill()
