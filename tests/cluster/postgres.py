"""PostgreSQL, and a replica that follows it."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import psycopg

from .packages import POSTGRES
from .parts import Part, account, wait_until

OWNER, PASSWORD, NAME = "llamahub", "only-on-this-machine-8300", "llamahub"
CONNECTIONS = 40
# As Debian's package has it but for what a run of minutes can do without: it is killed as a process, not as a machine.
SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": CONNECTIONS, "fsync": "off",
    "wal_level": "replica", "max_wal_senders": 4, "wal_keep_size": "256MB", "hot_standby": "on",
    "hot_standby_feedback": "on", "shared_buffers": "64MB", "dynamic_shared_memory_type": "mmap", "log_min_messages": "warning",
}  # fmt: skip


class Postgres(Part):
    def __init__(self, name: str, folder: Path, port: int) -> None:
        self.data = folder / "data"
        settings = [part for key, value in SETTINGS.items() for part in ("-c", f"{key}={value}")]
        super().__init__(
            name, [str(POSTGRES / "postgres"), "-D", str(self.data), "-p", str(port), *settings],
            port=port, folder=folder, as_account=account(),
        )  # fmt: skip

    @property
    def url(self) -> str:
        return f"postgres://{OWNER}:{PASSWORD}@127.0.0.1:{self.port}/{NAME}"

    def connect(self, user: str = "postgres", name: str = NAME) -> psycopg.Connection:
        """By default as the server's administrator."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user=user, password=PASSWORD, dbname=name,
                               autocommit=True, connect_timeout=3)  # fmt: skip

    def is_ready(self) -> bool:
        if not super().is_ready():
            return False
        try:
            self.connect(name="postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def stop_now(self) -> None:
        """Every connection is broken, as with a restart that waits for nobody."""
        self.stop(signal.SIGINT)

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(POSTGRES / program), *arguments], cwd=self.folder, env=self.environment, check=True, timeout=120,
            stdout=subprocess.DEVNULL, user=self.as_account, group=self.as_account,
            extra_groups=[] if self.as_account else None,
        )  # fmt: skip


class Primary(Postgres):
    def initialize(self) -> None:
        self.run(
            "initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"
        )
        self.start()
        with self.connect(name="postgres") as connection:
            connection.execute(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{PASSWORD}'")
            connection.execute(f"CREATE DATABASE {NAME} OWNER {OWNER}")

    def end_backends(self) -> int:
        with self.connect() as connection:
            return connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = %s", [OWNER]
            ).fetchone()[0]  # type: ignore[index]

    def backends(self) -> list[int]:
        """The processes that serve the hub."""
        with self.connect() as connection:
            return [
                pid for (pid,) in connection.execute("SELECT pid FROM pg_stat_activity WHERE usename = %s", [OWNER])
            ]


class Replica(Postgres):
    def __init__(self, name: str, folder: Path, port: int, primary: Primary) -> None:
        super().__init__(name, folder, port)
        self.primary = primary

    def initialize(self) -> None:
        self.run("pg_basebackup", "-D", str(self.data), "-R", "-X", "stream", "-h", "127.0.0.1", "-U", "postgres",
                 "-p", str(self.primary.port), "--checkpoint=fast")  # fmt: skip
        self.start()
        self.catch_up()

    def catch_up(self) -> float:
        """Waits until it has all that the primary has written by now; how long it took."""
        with self.primary.connect() as connection:
            position = connection.execute("SELECT pg_current_wal_lsn()").fetchone()[0]  # type: ignore[index]

        def is_there() -> bool:
            with self.connect() as connection:
                return connection.execute(
                    "SELECT coalesce(pg_last_wal_replay_lsn() >= %s::pg_lsn, false)", [position]
                ).fetchone()[0]  # type: ignore[index]

        return wait_until(is_there, "the replica has caught up")

    def pause_replay(self) -> None:
        """It goes on answering, from an older state."""
        with self.connect() as connection:
            connection.execute("SELECT pg_wal_replay_pause()")

    def resume_replay(self) -> None:
        with self.connect() as connection:
            connection.execute("SELECT pg_wal_replay_resume()")
