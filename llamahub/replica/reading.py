"""Reads from the copy of the database instead of the primary, where that is allowed and possible.

Inside `standing_in`, the connection by the name of “default” is the one to the copy. A router would answer for querysets
alone: transactions, statements of our own and the past (`models_catalog.history`) use the default connection as well,
and every entry that came by another name would take that name along into later queries. This way no view, queryset or
template needs to know, and none can be forgotten.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections

from llamahub.logs import in_a_line
from llamahub.presence import Presence

logger = logging.getLogger(__name__)

ALIAS = "replica"
# What may be no error on the primary: the copy can be away, end a query to go on replaying, or lack a new column yet.
FAILURES = (DatabaseError, InterfaceError)


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


def failed(error: BaseException) -> None:
    """One that is away is not asked again before it has answered."""
    if isinstance(error, OperationalError | InterfaceError) and health.lost():
        logger.warning("The replica fails, pages are read from the primary: %s", in_a_line(error))


def _answers() -> bool:
    connection: Any = connections.create_connection(ALIAS)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    finally:
        with contextlib.suppress(DatabaseError, InterfaceError, psycopg.Error):
            connection.close()


def _back(seconds: float) -> None:
    logger.info("The replica answers again")


health = Presence("replica", _answers, _back)
