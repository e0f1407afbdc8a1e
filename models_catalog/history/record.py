"""Has the database write down every change of content.

Each table of content, and each table that joins two of them, has a trigger that
writes to ``RecordedChange``, and a view of the same name in the schema ``as_of``
that shows the table as it was at a moment. Both are made after every migration,
for the columns that there are then: a new kind of entry cannot be forgotten, and
no migration has to mind the views.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate
from psycopg import sql

from models_catalog.models import Addressed, Content, RecordedChange

SCHEMA = "as_of"
MOMENT = "llamahub.as_of"
TRIGGER = "record_change"


def recorded_models(app_label: str | None = None) -> Iterator[type[models.Model]]:
    """Every kind of content, and what joins two entries."""
    for model in apps.get_models(include_auto_created=True):
        if app_label not in {None, model._meta.app_label}:
            continue
        if issubclass(model, Content) or (
            model._meta.auto_created and issubclass(model._meta.auto_created, Content)  # type: ignore[arg-type]
        ):
            yield model


def install(app_label: str | None = None, using: str = "default") -> None:
    """Make the triggers and views of the tables that exist. Rows that have no record yet begin theirs now."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    if RecordedChange._meta.db_table not in existing:
        return
    with transaction.atomic(using), connection.cursor() as cursor:
        for model in recorded_models(app_label):
            if model._meta.db_table in existing:
                for statement in (_trigger(model), _first_records(model), _drop_view(model), _view(model, connection)):
                    cursor.execute(statement.as_string(cursor.cursor))


def connect() -> None:
    """Called once, when the app is ready."""
    post_migrate.connect(_after_migrations, dispatch_uid="record_history")


def _after_migrations(app_config: AppConfig, using: str = "default", **kwargs: Any) -> None:
    install(app_config.label, using)


def _trigger(model: type[models.Model]) -> sql.Composed:
    return sql.SQL(
        "CREATE OR REPLACE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION models_catalog_record_change()"
    ).format(trigger=sql.Identifier(TRIGGER), table=sql.Identifier(model._meta.db_table))


def _first_records(model: type[models.Model]) -> sql.Composed:
    """Rows from before there was a history."""
    return sql.SQL(
        'INSERT INTO models_catalog_recordedchange ("table", row_id, action, "row", at, actor, reason, is_correction) '
        "SELECT {name}, t.id, 'insert', to_jsonb(t), now(), session_user, 'The record begins.', false FROM {table} t "
        'WHERE NOT EXISTS (SELECT 1 FROM models_catalog_recordedchange c WHERE c."table" = {name} AND c.row_id = t.id)'
    ).format(name=sql.Literal(model._meta.db_table), table=sql.Identifier(model._meta.db_table))


def _drop_view(model: type[models.Model]) -> sql.Composed:
    return sql.SQL("DROP VIEW IF EXISTS {}").format(sql.Identifier(SCHEMA, model._meta.db_table))


def _view(model: type[models.Model], connection: BaseDatabaseWrapper) -> sql.Composed:
    """The table as it was at the moment in the setting ``llamahub.as_of``.

    Addresses are those of today, since that is where readers come from. And what
    editors have taken from readers since is not shown in the past either.
    """
    names = {field.column for field in model._meta.concrete_fields}
    columns = [_column(model, *column) for column in _columns(model, connection)]
    clauses = []
    if "is_listed" in names:
        clauses.append(sql.SQL("""AND (newest."row"->>'is_listed')::boolean"""))
    if "withdrawn_at" in names:
        clauses.append(
            sql.SQL("""AND coalesce((newest."row"->>'withdrawn_at')::timestamptz > statement_timestamp(), true)""")
        )
    return sql.SQL(
        """
        CREATE VIEW {view} AS
        SELECT {columns}
        FROM models_catalog_recordedchange change
        JOIN models_catalog_recordedchange newest
            ON newest."table" = {table} AND newest.row_id = change.row_id AND newest.superseded_at IS NULL
        WHERE change."table" = {table} AND change.action <> 'delete'
        AND change.at <= current_setting({setting})::timestamptz
        AND (change.superseded_at IS NULL OR change.superseded_at > current_setting({setting})::timestamptz)
        {clauses}
        """
    ).format(
        view=sql.Identifier(SCHEMA, model._meta.db_table),
        table=sql.Literal(model._meta.db_table),
        setting=sql.Literal(MOMENT),
        columns=sql.SQL(", ").join(columns),
        clauses=sql.SQL(" ").join(clauses),
    )


def _columns(model: type[models.Model], connection: BaseDatabaseWrapper) -> list[tuple[str, str, bool]]:
    """Name, type and whether it may be empty, as the table has them now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            [model._meta.db_table],
        )
        return cursor.fetchall()


def _column(model: type[models.Model], name: str, kind: str, nullable: bool) -> sql.Composed:
    if name == "id":
        return sql.SQL("change.row_id::{} AS id").format(sql.SQL(kind))
    key = sql.Literal(name)
    row = sql.SQL("newest" if issubclass(model, Addressed) and name == "slug" else "change")
    if kind.endswith("[]"):
        value = sql.SQL(
            """CASE jsonb_typeof({row}."row"->{key}) WHEN 'array' THEN
               ARRAY(SELECT jsonb_array_elements_text({row}."row"->{key}))::{kind} END"""
        )
    else:
        value = sql.SQL("""({row}."row"->>{key})::{kind}""")
    composed = value.format(row=row, key=key, kind=sql.SQL(kind))
    if not nullable:
        # A column that is younger than the record: what its field begins with.
        composed = sql.SQL("coalesce({}, {}::{})").format(composed, _beginning(model, name, kind), sql.SQL(kind))
    return sql.SQL("{} AS {}").format(composed, sql.Identifier(name))


def _beginning(model: type[models.Model], name: str, kind: str) -> sql.Composable:
    field = next((field for field in model._meta.concrete_fields if field.column == name), None)
    if kind == "date" or kind.startswith("timestamp"):
        return sql.SQL("change.at")
    if field is not None and field.has_default() and not isinstance(field.get_default(), list):
        return sql.Literal(field.get_default())
    if kind.endswith("[]"):
        return sql.Literal("{}")
    return sql.Literal("") if kind.startswith(("character", "text")) else sql.Literal("0")
