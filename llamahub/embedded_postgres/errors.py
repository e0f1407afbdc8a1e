"""What went wrong, in one sentence for the person at the terminal."""

from pathlib import Path

from django.db.utils import OperationalError


class EmbeddedPostgresError(OperationalError):
    """The embedded server cannot be used; the message is complete and meant to be shown without a traceback."""

    def __init__(self, directory: Path, cause: str) -> None:
        cause = cause.strip().rstrip(".")
        super().__init__(
            f"The embedded database in {directory} cannot start: {cause}. "
            "Set DATABASE_URL to use a PostgreSQL server of your own instead."
        )
