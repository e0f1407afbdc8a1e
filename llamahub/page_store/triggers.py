"""Has every table of content count its changes.

As with the history, the triggers are made after every migration, so that a new kind of entry cannot be forgotten. They
see what the history does not: an emptied table, and an entry that was saved without a change but with a new date.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.db import connections, models, transaction
from django.db.models.signals import post_migrate
from psycopg import sql

from editorial.models import Edition
from models_catalog.history.record import recorded_models

from .models import ContentChange

TRIGGER = "content_changed"
FUNCTION = "page_store_content_changed"


def install(using: str = "default") -> None:
    """Make the triggers of the tables of content that exist, where there are none."""
    connection = connections[using]
    with transaction.atomic(using), connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if ContentChange._meta.db_table not in existing:
            return
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s", [TRIGGER])
        done = {name for (name,) in cursor.fetchall()}
        for model in recorded_models():
            if model._meta.db_table in existing - done:
                for statement in _statements(model):
                    cursor.execute(statement.as_string(cursor.cursor))


def _statements(model: type[models.Model]) -> Iterator[sql.Composed]:
    table = model._meta.db_table
    if model is not Edition:
        yield _trigger(table, TRIGGER, "INSERT OR UPDATE OR DELETE OR TRUNCATE", "STATEMENT")
        return
    # A draft is saved every few minutes while somebody writes, and no reader sees it.
    yield _trigger(table, TRIGGER, "TRUNCATE", "STATEMENT")
    yield _trigger(table, f"{TRIGGER}_add", "INSERT", "ROW", "NEW.status = 'approved'")
    yield _trigger(table, f"{TRIGGER}_edit", "UPDATE", "ROW", "'approved' IN (OLD.status, NEW.status)")
    yield _trigger(table, f"{TRIGGER}_delete", "DELETE", "ROW", "OLD.status = 'approved'")


def _trigger(table: str, name: str, events: str, each: str, condition: str = "true") -> sql.Composed:
    return sql.SQL("CREATE TRIGGER {} AFTER {} ON {} FOR EACH {} WHEN ({}) EXECUTE FUNCTION {}()").format(
        sql.Identifier(name),
        sql.SQL(events),
        sql.Identifier(table),
        sql.SQL(each),
        sql.SQL(condition),
        sql.Identifier(FUNCTION),
    )


def connect() -> None:
    """Called once, when the app is ready."""
    post_migrate.connect(_after_migrations, dispatch_uid="count_changes")


def _after_migrations(app_config: AppConfig, using: str = "default", **kwargs: Any) -> None:
    if app_config.label in {"page_store", "models_catalog", "editorial"}:
        install(using)
