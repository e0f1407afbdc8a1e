"""Brings the rows of a fixture into their table, as `rows` wrote them: the database reads the JSON itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.db import models
from psycopg import sql

from .tables import SECRET_FIELDS, Field, Table, is_array, is_local, target, through

# So many bytes at once.
BATCH: Final = 1 << 20
# No password fits this, and no password was given: the account’s owner needs a new one.
NO_PASSWORD: Final = "!"  # noqa: S105

LINES: Final = sql.SQL("jsonb_array_elements(%s::jsonb) AS r")
# What rows refer to by name alone is made where it is missing: rights and kinds of entry of an earlier version.
CONTENT_TYPES: Final = sql.SQL(
    "INSERT INTO django_content_type (app_label, model) SELECT DISTINCT {app}, {model} FROM {rows} "
    "WHERE {app} IS NOT NULL ON CONFLICT DO NOTHING"
)
PERMISSIONS: Final = sql.SQL(
    "INSERT INTO auth_permission (name, codename, content_type_id) SELECT DISTINCT e->>0, e->>0, c.id "
    "FROM {rows} JOIN django_content_type c ON c.app_label = e->>1 AND c.model = e->>2 ON CONFLICT DO NOTHING"
)


class Loader:
    """For one table, over one cursor."""

    def __init__(self, cursor: Any, table: Table) -> None:
        self.cursor, self.table = cursor, table
        cursor.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [table.db_table],
        )
        self.types = {name: sql.SQL(kind) for name, kind in cursor.fetchall()}
        self.statements = [statement.as_string() for statement in self._statements()]

    def load(self, lines: Iterable[bytes]) -> None:
        waiting: list[bytes] = []
        length = 0
        for line in lines:
            waiting.append(line)
            length += len(line)
            if length > BATCH:
                self._insert(waiting)
                waiting, length = [], 0
        if waiting:
            self._insert(waiting)

    def _insert(self, lines: list[bytes]) -> None:
        batch = "[" + b",".join(lines).decode() + "]"
        for statement in self.statements:
            self.cursor.execute(statement, [batch])

    def _statements(self) -> Iterable[sql.Composed]:
        for field in (*self.table.fields, *self.table.lists):
            if is_local(field):
                yield from _missing(field)
        values = {self.table.pk.column: self._typed(sql.SQL("(r->>'pk')"), self.table.pk)}
        values |= {field.column: self._value(field) for field in self.table.fields}
        for name in SECRET_FIELDS.get(self.table.label, ()):
            values.setdefault(name, sql.Literal(NO_PASSWORD))
        yield sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(
            sql.Identifier(self.table.db_table),
            sql.SQL(", ").join(map(sql.Identifier, values)),  # type: ignore[arg-type]
            sql.SQL(", ").join(values.values()),
            LINES,
        )
        for field in self.table.lists:
            yield _links(field)

    def _typed(self, value: sql.Composable, field: Field) -> sql.Composable:
        return sql.SQL("{}::{}").format(value, self.types[str(field.column)])

    def _value(self, field: Field) -> sql.Composable:
        json = sql.SQL("r->'fields'->{}").format(sql.Literal(field.name))
        text = sql.SQL("(r->'fields'->>{})").format(sql.Literal(field.name))
        if is_local(field):
            return sql.SQL(
                "(SELECT id FROM django_content_type c WHERE c.app_label = {json}->>0 AND c.model = {json}->>1)"
            ).format(json=json)
        if field.is_relation:
            text = sql.SQL("(CASE jsonb_typeof({}) WHEN 'array' THEN r->'keys'->>{} ELSE {} END)").format(
                json, sql.Literal(field.name), text
            )
        elif isinstance(field, models.JSONField):
            return sql.SQL("nullif({}, 'null')").format(json) if field.null else json
        elif isinstance(field, models.BinaryField):
            return sql.SQL("decode({}, 'base64')").format(text)
        elif is_array(field):
            return self._typed(
                sql.SQL(
                    "(CASE WHEN {text} IS NOT NULL THEN ARRAY(SELECT v FROM jsonb_array_elements_text({text}::jsonb) "
                    "WITH ORDINALITY AS e(v, n) ORDER BY n) END)"
                ).format(text=text),
                field,
            )
        return self._typed(text, field)


def _missing(field: Field) -> Iterable[sql.Composed]:
    if not isinstance(field, models.ManyToManyField):
        name = sql.Literal(field.name)
        yield CONTENT_TYPES.format(
            app=sql.SQL("r->'fields'->{}->>0").format(name),
            model=sql.SQL("r->'fields'->{}->>1").format(name),
            rows=LINES,
        )
        return
    yield CONTENT_TYPES.format(app=sql.SQL("e->>1"), model=sql.SQL("e->>2"), rows=_named(field))
    yield PERMISSIONS.format(rows=_named(field))


def _named(field: Field) -> sql.Composed:
    return sql.SQL("{}, jsonb_array_elements(r->'fields'->{}) AS e").format(LINES, sql.Literal(field.name))


def _links(field: models.ManyToManyField[Any, Any]) -> sql.Composed:
    options = through(field)._meta
    owner = sql.Identifier(str(options.get_field(field.m2m_field_name()).column))  # type: ignore[union-attr]
    other = sql.Identifier(str(options.get_field(field.m2m_reverse_field_name()).column))  # type: ignore[union-attr]
    links = sql.Identifier(options.db_table)
    if not is_local(field):
        return sql.SQL(
            "INSERT INTO {} ({}, {}, {}) SELECT (e->>0)::bigint, (r->>'pk')::bigint, (e->>1)::bigint "
            "FROM {}, jsonb_array_elements(r->'keys'->{}) AS e"
        ).format(links, sql.Identifier(str(options.pk.column)), owner, other, LINES, sql.Literal(field.name))
    assert target(field)._meta.label_lower == "auth.permission"  # type: ignore[union-attr]
    return sql.SQL(
        "INSERT INTO {} ({}, {}) SELECT (r->>'pk')::bigint, p.id FROM {} "
        "JOIN django_content_type c ON c.app_label = e->>1 AND c.model = e->>2 "
        "JOIN auth_permission p ON p.codename = e->>0 AND p.content_type_id = c.id"
    ).format(links, owner, other, _named(field))
