"""The shipped content for tests that read it: loaded from the fixtures once a run, afterwards copied back as rows.

Loading takes seconds, since every row passes triggers, constraints and the search index; `content.load()` itself is
tested in tests/llamahub/test_content.py.
"""

from __future__ import annotations

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from llamahub import content

_rows: dict[str, bytes] = {}


def load() -> None:
    """Fill an empty database with the shipped content, its history and its search index."""
    with transaction.atomic():
        if _rows and _may_pass_triggers() and not content.first_with_rows():
            _copy_back()
        else:
            filled = {table for table in _tables() if _has_rows(table)}
            content.load()
            _keep({table for table in _tables() if _has_rows(table)} - filled)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE (SKIP_LOCKED)")


def _may_pass_triggers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        return bool(cursor.fetchone()[0])


def _tables() -> list[str]:
    return connection.introspection.table_names()


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {_quoted(table)})")
        return bool(cursor.fetchone()[0])


def _keep(tables: set[str]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            with cursor.copy(f"COPY {_quoted(table)} TO STDOUT") as rows:
                _rows[table] = b"".join(bytes(part) for part in rows)


def _copy_back() -> None:
    with connection.cursor() as cursor:
        # No trigger and no constraint runs: the rows passed them all when they were kept.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, rows in _rows.items():
            with cursor.copy(f"COPY {_quoted(table)} FROM STDIN") as copy:
                copy.write(rows)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        # A test that restored an archive has set the numbers back.
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
