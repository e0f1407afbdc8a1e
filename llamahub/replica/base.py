"""Django’s PostgreSQL backend, for a server that somebody else can stand in for.

A server that is stopped, or a network that swallows everything, says nothing at all, and limits that the server itself
keeps are of no use then. So each wait for it ends here, after a moment.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.errors import _WaitTimeout

# Seconds for one answer. The server gives up sooner (`environment.replica`), where it still can.
ANSWERS_WITHIN = 3.0


class Connection(psycopg.Connection[Any]):
    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("timeout", ANSWERS_WITHIN)
        try:
            return super().wait(gen, *args, **kwargs)
        except _WaitTimeout:
            # Nobody is to wait for it again, not even for the end of the transaction.
            self.close()
            raise


class DatabaseWrapper(base.DatabaseWrapper):
    # psycopg, but for the connections that it makes.
    Database: Any = SimpleNamespace(**{**vars(psycopg), "connect": Connection.connect})
