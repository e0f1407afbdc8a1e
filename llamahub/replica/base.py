"""Django’s PostgreSQL backend, for a server that somebody else can stand in for.

A server that is stopped, or a network that swallows everything, says nothing at all, and limits that the server itself
keeps are of no use then. So each wait for it ends here, after a moment.
"""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db import OperationalError
from django.db.backends.postgresql import base
from psycopg.errors import _WaitTimeout

# Seconds for one answer. The server gives up sooner (`environment.replica`), where it still can.
ANSWERS_WITHIN = 3.0
# Seconds for the question whether it is there.
IS_THERE_WITHIN = 0.5


class Connection(psycopg.Connection[Any]):
    # Seconds, where they are not those.
    patience: float | None = None

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("timeout", self.patience or ANSWERS_WITHIN)
        try:
            return super().wait(gen, *args, **kwargs)
        except _WaitTimeout:
            # Nobody is to wait for it again, not even for the end of the transaction.
            self.close()
            raise


class DatabaseWrapper(base.DatabaseWrapper):
    # psycopg, but for the connections that it makes.
    Database: Any = SimpleNamespace(**{**vars(psycopg), "connect": Connection.connect})

    def is_usable(self) -> bool:
        """Raises OperationalError when it says nothing: whoever asks would try to connect anew, and wait once more."""
        if self.connection is None:
            return False
        began = time.monotonic()
        connection: Any = self.connection
        connection.patience = IS_THERE_WITHIN
        try:
            if super().is_usable():
                return True
        finally:
            connection.patience = None
        if time.monotonic() - began >= IS_THERE_WITHIN:
            self.close()
            raise OperationalError("it does not answer")
        return False
