"""Reads from the copy of the database instead of the primary, where that is allowed and possible.

Inside `standing_in`, the connection by the name of “default” is the one to the copy. A router would answer for querysets
alone: transactions, statements of our own and the past (`models_catalog.history`) use the default connection as well,
and every entry that came by another name would take that name along into later queries. This way no view, queryset or
template needs to know, and none can be forgotten.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections

logger = logging.getLogger(__name__)

ALIAS = "replica"
# What may be no error on the primary: the copy can be away, end a query to go on replaying, or lack a new column yet.
FAILURES = (DatabaseError, InterfaceError)
# Seconds between two tries to reach one that was away.
TRYING = 1.0


def is_set_up() -> bool:
    return ALIAS in connections.settings


@contextmanager
def standing_in() -> Iterator[None]:
    """What asks the database in here, in this thread, asks the copy."""
    primary = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections[ALIAS]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = primary


class Health:
    """Whether the copy can be asked. While it cannot, a thread tries it, so that no reader waits to find out."""

    def __init__(self) -> None:
        self.is_away = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._end = threading.Event()

    def failed(self, error: BaseException) -> None:
        """One that is away is not asked again before it has answered."""
        with self._lock:
            if self.is_away or not isinstance(error, OperationalError | InterfaceError):
                return
            self.is_away = True
            logger.warning("The replica fails, pages are read from the primary: %s", " ".join(str(error).split()))
            self._end.clear()
            self._thread = threading.Thread(target=self._try, name="replica", daemon=True)
            self._thread.start()

    def _try(self) -> None:
        while not self._end.wait(TRYING):
            if _answers():
                self.is_away = False
                logger.info("The replica answers again")
                return

    def stop(self) -> None:
        """For tests: ends the thread and knows nothing."""
        with self._lock:
            self._end.set()
            if self._thread is not None:
                self._thread.join(10)
            self._thread, self.is_away = None, False


def _answers() -> bool:
    connection: Any = connections.create_connection(ALIAS)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except (DatabaseError, InterfaceError, psycopg.Error, OSError):
        return False
    finally:
        with contextlib.suppress(DatabaseError, InterfaceError, psycopg.Error):
            connection.close()


health = Health()
