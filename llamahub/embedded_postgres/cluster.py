"""Making a cluster and starting PostgreSQL on it. Standard library only: the supervisor imports this."""

import locale
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from . import kernel
from .layout import PORT, READY, SUPERUSER, CannotStart, Layout

# A number that no process has: larger than any process id, yet one that PostgreSQL accepts.
NOBODYS_PID = 2**31 - 1
START_SECONDS = 60
STOP_SECONDS = 15
# What a start may need at once: a segment of the write-ahead log.
NEEDED_BYTES = 16 * 1024 * 1024
STILL_IN_USE = "is still in use"

# Given on the command line rather than in postgresql.conf, so that a change here reaches clusters made earlier.
SETTINGS = {
    # Reachable only through the socket in the data directory. The path is relative because PostgreSQL changes into that
    # directory, and a socket address holds no more than 107 bytes.
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    # Tells its processes from those of another PostgreSQL in the system's list.
    "cluster_name": SUPERUSER,
    # Shared memory as files in the cluster, not in /dev/shm: nothing outlives a crash outside the directory.
    "dynamic_shared_memory_type": "mmap",
    "max_parallel_workers_per_gather": "0",
    "shared_buffers": "64MB",
    "huge_pages": "off",
    "io_method": "sync",
    "jit": "off",
    "max_connections": "100",
    # One machine, no replicas: less to write. What was committed stays committed: fsync keeps its default, on.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Clients read these messages (server.py), and Django shows errors in statements itself.
    "lc_messages": "C",
    "log_min_messages": "log",
    "log_checkpoints": "off",
}


def create(layout: Layout, programs: Path) -> None:
    """Make the cluster aside and move it into place, so that an interrupted attempt leaves none that looks complete."""
    for leftover in layout.directory.glob("data.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix="data.new-", dir=layout.directory))
    try:
        run = subprocess.run(  # noqa: S603 - every argument is ours
            [
                programs / "initdb",
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                # The socket's directory admits its owner alone, see the package's docstring.
                "--auth=trust",
                # Sorting and case are PostgreSQL's own: the same on every machine.
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                f"--lc-ctype={_character_types()}",
                "--no-instructions",
            ],
            env=environment(layout),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        if run.returncode != 0:
            raise CannotStart(_cause(layout, run.stderr) or f"initdb failed with status {run.returncode}")
        unfinished.rename(layout.data)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    folder = os.open(layout.directory, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def start(layout: Layout, programs: Path) -> subprocess.Popen[bytes]:
    """Start PostgreSQL and return once it accepts connections."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        _forget_pids(layout)
        beginning = layout.log.stat().st_size if layout.log.exists() else 0
        with layout.log.open("ab") as log:
            postgres = subprocess.Popen(  # noqa: S603 - every argument is ours
                [programs / "postgres", "-D", layout.data, *(f"--{name}={value}" for name, value in SETTINGS.items())],
                env=environment(layout),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(signal.SIGINT),
            )
        while postgres.poll() is None:
            if _is_ready(layout, postgres.pid):
                return postgres
            if time.monotonic() > deadline:
                stop(postgres)
                raise CannotStart(f"PostgreSQL was not ready after {START_SECONDS} seconds, see {layout.log}")
            time.sleep(0.01)
        with layout.log.open("rb") as log:
            log.seek(beginning)
            said = log.read().decode(errors="replace")
        # After kill -9 of PostgreSQL its children need a moment to notice; it rightly refuses to start beside them.
        if STILL_IN_USE not in said or time.monotonic() > deadline:
            raise CannotStart(_cause(layout, said) or f"PostgreSQL ended with status {postgres.returncode}")
        time.sleep(0.1)


def stop(postgres: subprocess.Popen[bytes]) -> None:
    """End PostgreSQL: without waiting for clients, then without waiting for anything."""
    for demand in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        postgres.send_signal(demand)
        try:
            postgres.wait(timeout=STOP_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue


def stop_leftover(layout: Layout) -> None:
    """End a PostgreSQL that outlived its supervisor. Only ours: by now the number may belong to another program."""
    pid = _recorded_pid(layout)
    deadline = time.monotonic() + STOP_SECONDS
    while pid and _is_postgres_on(layout, pid):
        try:
            os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGQUIT)
        except ProcessLookupError:
            return
        time.sleep(0.1)


def environment(layout: Layout) -> dict[str, str]:
    """Nothing of the caller's: PG* variables would change what is started, and HOME may be unwritable or absent."""
    return {"PATH": os.defpath, "HOME": str(layout.directory), "LC_ALL": "C", "TZ": "UTC"}


def die_with_parent(demand: signal.Signals) -> Callable[[], None]:
    """For ``preexec_fn``: have the kernel send a signal when the supervisor goes, however it goes (Linux only)."""
    parent = os.getpid()

    def ask() -> None:
        kernel.on_parents_death(demand)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _forget_pids(layout: Layout) -> None:
    """Make the lock files of a server that is gone say so.

    PostgreSQL believes a recorded number as long as any process has it. The data directory's file is kept otherwise,
    because its other lines let PostgreSQL see children of the old server that still run.
    """
    if layout.pid_file.exists():
        _, _, rest = layout.pid_file.read_text().partition("\n")
        layout.pid_file.write_text(f"{NOBODYS_PID}\n{rest}")
    layout.socket.with_name(layout.socket.name + ".lock").unlink(missing_ok=True)
    layout.socket.unlink(missing_ok=True)


def _recorded_pid(layout: Layout) -> int:
    try:
        return int(layout.pid_file.read_text().partition("\n")[0])
    except (FileNotFoundError, ValueError):
        return 0


def _is_postgres_on(layout: Layout, pid: int) -> bool:
    """PostgreSQL changes into its data directory, so a process that works elsewhere is another program."""
    process = Path("/proc", str(pid))
    if Path("/proc/self").exists():
        try:
            return (process / "comm").read_text().strip() == "postgres" and (process / "cwd").samefile(layout.data)
        except OSError:
            return False
    ask = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    command = subprocess.run(ask, capture_output=True, text=True, check=False).stdout  # noqa: S603 - as above
    return "postgres" in command and str(layout.data) in command


def _is_ready(layout: Layout, pid: int) -> bool:
    """The eighth line of the pid file is the server's own word on its state; pg_ctl waits for it as well."""
    try:
        lines = layout.pid_file.read_bytes().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid).encode() and lines[7].strip() == READY


def _cause(layout: Layout, output: str) -> str:
    """The one line of PostgreSQL's output that says why."""
    for marker in ("FATAL:", "PANIC:", "error:", "Error"):
        for line in output.splitlines():
            if marker in line:
                return line.partition(marker)[2].strip()
    # On a full disk the log stays empty.
    disk = os.statvfs(layout.directory)
    if disk.f_bavail * disk.f_frsize < NEEDED_BYTES:
        return f"No space left on device ({layout.directory})"
    return next((line.strip() for line in output.splitlines() if line.strip()), "")


def _character_types() -> str:
    """What counts as a letter in full-text search: dashes and curly quotes do not, where the system knows UTF-8."""
    for name in ("C.UTF-8", "en_US.UTF-8"):
        try:
            locale.setlocale(locale.LC_CTYPE, name)
        except locale.Error:
            continue
        return name
    return "C"
