"""Rows as lines of text, which the database itself writes.

PostgreSQL makes the JSON, and reads it again: so every value comes back as it was, times to the microsecond and numbers
in JSON to the last zero, and Python holds no row. The lines are what Django's own serializers read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import Case, F, Func, OuterRef, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Collate
from psycopg import sql

from .tables import Field, Table, is_array, is_local, natural_key, target, through

NOTHING = Value("null")


def query(table: Table) -> models.QuerySet[Any, Any]:
    """One text a row: its line of the fixture, in the order of the keys."""
    every = (*table.fields, *table.lists)
    pieces: list[Any] = [f'{{"model": "{table.label}", "pk": ', _json(F("pk")), ', "fields": {']
    for number, field in enumerate(every):
        pieces += [f'{", " if number else ""}"{field.name}": ', _value(table, field)]
    keys = [(field.name, key) for field in every if (key := _key(table, field)) is not None]
    pieces.append('}, "keys": {')
    for number, (name, key) in enumerate(keys):
        pieces += [f'{", " if number else ""}"{name}": ', key]
    return table.model._base_manager.order_by("pk").values_list(_joined(*pieces, "}}"))


def _value(table: Table, field: Field) -> Any:
    if isinstance(field, models.ManyToManyField):
        return _list(field, _name(field, f"{field.m2m_reverse_field_name()}__"))
    if field.is_relation and natural_key(target(field)):  # type: ignore[arg-type]
        return _or_null(field.name, _name(field, f"{field.name}__"))
    expression: Any = F(field.attname)
    if isinstance(field, models.JSONField):
        return Func(_text(expression), NOTHING, function="coalesce")
    if isinstance(field, models.BinaryField):
        return _json(Func(expression, template="replace(encode(%(expressions)s, 'base64'), E'\\n', '')"))
    if isinstance(field, models.DecimalField):
        expression = _text(expression)
    elif is_array(field):  # Django writes a list into a fixture as text
        expression = _text(Func(expression, function="to_json"))
    return _json(expression)


def _key(table: Table, field: Field) -> Any:
    """The number beside a natural key; for a relation to many, those of each link and what it leads to."""
    if is_local(field):
        return None
    if isinstance(field, models.ManyToManyField):
        return _list(field, _joined("[", _json(F("pk")), ", ", _json(F(f"{field.m2m_reverse_field_name()}_id")), "]"))
    if field.is_relation and natural_key(target(field)):  # type: ignore[arg-type]
        return _json(F(field.attname))
    return None


def _name(field: Field, path: str) -> Any:
    """The natural key of what ``path`` leads to, each part as text."""
    lookups = natural_key(target(field))  # type: ignore[arg-type]
    if not lookups:
        return _json(F(f"{path}pk"))
    parts: list[Any] = []
    for lookup in lookups:
        parts += [", ", _json(Func(_text(F(path + lookup)), Value("None"), function="coalesce"))]
    return _joined("[", *parts[1:], "]")


def _list(field: models.ManyToManyField[Any, Any], item: Any) -> Any:
    """In the order in which the links were made; of links whose numbers are not kept, in that of their names."""
    from django.contrib.postgres.aggregates import StringAgg

    owner = field.m2m_field_name()
    order = Collate(item, "C") if is_local(field) else F("pk")
    links = (
        through(field)
        ._base_manager.filter(**{owner: OuterRef("pk")})
        .order_by()
        .values(owner)
        .annotate(items=StringAgg(item, ", ", order_by=order))
        .values("items")
    )
    return _joined("[", Func(Subquery(links), Value(""), function="coalesce", output_field=TextField()), "]")


def _or_null(name: str, expression: Any) -> Any:
    return Case(When(**{f"{name}__isnull": True}, then=NOTHING), default=expression, output_field=TextField())


def _json(expression: Any) -> Func:
    return Func(expression, template="coalesce(to_json(%(expressions)s)::text, 'null')", output_field=TextField())


def _text(expression: Any) -> Any:
    return Cast(expression, TextField())


def _joined(*pieces: Any) -> Func:
    expressions = [Value(piece) if isinstance(piece, str) else piece for piece in pieces]
    return Func(*expressions, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField())


def lines(connection: Any, table: Table) -> Iterator[str]:
    """Read over ``connection``, as they come: never more than a few are held."""
    statement, parameters = query(table).query.get_compiler(connection=connection).as_sql()
    # Django passes `copy` on to psycopg as it is: its errors must be named here.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({statement}) TO STDOUT", parameters) as copy,
    ):
        copy.set_types(["text"])
        for (line,) in copy.rows():
            yield line


def files_named(source: Any, found: Iterable[Table]) -> set[str]:
    """The names of all files that rows have."""
    names: set[str] = set()
    with source.cursor() as cursor:
        for table in found:
            for column in table.files:
                query = sql.SQL("SELECT {0} FROM {1} WHERE {0} <> ''").format(
                    sql.Identifier(column), sql.Identifier(table.db_table)
                )
                cursor.execute(query.as_string())
                names.update(name for (name,) in cursor)
    return names


def sequence(connection: Any, model: Any) -> tuple[str, ...]:
    """The schema and name of what numbers a table's rows; nothing for a table whose rows are not numbered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.oid = pg_get_serial_sequence(%s, %s)::regclass",
            [f'"{model._meta.db_table}"', model._meta.pk.column],
        )
        return tuple(cursor.fetchone() or ())
