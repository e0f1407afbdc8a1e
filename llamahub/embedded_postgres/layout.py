"""What lies where in the directory of an embedded server. Standard library only: the supervisor imports this."""

from dataclasses import dataclass
from pathlib import Path

# The socket's name carries a port number although nothing listens on a port.
PORT = 5432
SUPERUSER = "llamahub"
READY = b"ready"


class CannotStart(Exception):
    """The server cannot be started; the message names the cause."""


@dataclass(frozen=True)
class Layout:
    directory: Path

    @property
    def data(self) -> Path:
        """The cluster. The socket lies in it too: PostgreSQL insists that only its owner may enter."""
        return self.directory / "data"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def socket(self) -> Path:
        return self.data / f".s.PGSQL.{PORT}"

    @property
    def users_lock(self) -> Path:
        """Shared by every process that uses the server; exclusive for the supervisor once the last one is gone."""
        return self.directory / "users.lock"

    @property
    def server_lock(self) -> Path:
        """Held from the decision to start a server until that server is gone."""
        return self.directory / "server.lock"

    @property
    def log(self) -> Path:
        return self.directory / "postgres.log"

    @property
    def psql_history(self) -> Path:
        return self.directory / "psql_history"


def describe(error: OSError) -> str:
    """An operating system error as the second half of a sentence: what failed, and on which file."""
    what = error.strerror or str(error)
    return f"{what} ({error.filename})" if error.filename else what
