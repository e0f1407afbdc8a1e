"""Reading the site as it was at a moment.

Inside `reading_as_of`, every query of content reads the views in the schema
``as_of`` instead of the tables: they have the same names and columns, so the
same querysets, views and templates show the past. What is not content (accounts,
sessions, the search index) is read as it is today.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from models_catalog.models import RecordedChange

from .record import MOMENT, SCHEMA

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


class TooEarly(ValueError):
    """The record begins after the moment that was asked for: at ``begins`` (None: there is none yet)."""

    def __init__(self, begins: datetime | None) -> None:
        super().__init__(f"The record begins at {begins}.")
        self.begins = begins


def moment() -> datetime | None:
    """The moment that is being read; None for the present."""
    return _moment.get()


def today() -> date:
    """The day that is being read, in the site’s time zone."""
    return timezone.localdate(_moment.get())


@contextmanager
def reading_as_of(at: datetime) -> Iterator[None]:
    """Read content as it was at ``at``. Raises TooEarly for a moment before the first record. Nothing can be written."""
    is_nested = connection.in_atomic_block
    with transaction.atomic():
        begins, *before = _beginning_and_settings()
        if begins is None or at < begins:
            raise TooEarly(begins)
        _set(f"{SCHEMA}, {before[0]}", at.isoformat())
        token = _moment.set(at)
        # Grouping by a table’s primary key stands for all its columns; a view has none.
        features: Any = connection.features
        features.allows_group_by_selected_pks = False
        try:
            yield
        finally:
            del features.allows_group_by_selected_pks
            _moment.reset(token)
        # The end of the transaction restores the settings, and so does the rollback after an error.
        if is_nested:
            _set(*before)


def _beginning_and_settings() -> tuple[datetime | None, str, str]:
    """When the record begins, where tables are looked for, and the moment that is read (empty for the present)."""
    begin, parameters = RecordedChange.objects.beginning().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ({begin}), current_setting('search_path'), coalesce(current_setting('{MOMENT}', true), '')",
            parameters,
        )
        begins, path, at = cursor.fetchone()
    return begins, path, at


def _set(path: str, at: str) -> None:
    """For this transaction only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('search_path', %s, true), set_config(%s, %s, true)", [path, MOMENT, at])
