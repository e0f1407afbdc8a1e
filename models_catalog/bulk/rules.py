"""The rules of the database, asked about many rows in a few queries.

Django asks them of one row at a time, with a query for each rule. Here the database reads its own rules for all rows
at once: what may be is defined in one place, and 5,000 rows cost as many queries as one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models
from psycopg import sql

from models_catalog.forms import fields_of
from models_catalog.models import Content

# Fields of the rule, the one to blame first, and the message.
Broken = tuple[list[str], str]


PASSED_ON = (
    "Another row of the file has this value until the import is done, and two entries cannot change places in one. "
    "Import the other row first, then this one."
)


@dataclass(frozen=True)
class _Unique:
    """A unique index: its columns, the rows that it is about, and whether empty values count as the same."""

    name: str
    columns: tuple[str, ...]
    predicate: str
    empty_is_equal: bool


def own_rules(entry: Content, *, exclude: set[str]) -> dict[str, list[str]]:
    """What each field and the model itself say of one row, by field. No query: relations were looked up before."""
    found: dict[str, list[str]] = defaultdict(list)
    relations = {field.name for field in entry._meta.concrete_fields if field.is_relation}
    checks: tuple[Callable[[], Any], ...] = (
        lambda: entry.clean_fields(exclude=exclude | relations),
        entry.clean,
    )
    for check in checks:
        try:
            check()
        except ValidationError as error:
            for name, errors in error.update_error_dict({}).items():
                found[name] += [message for each in errors for message in each.messages]
    return dict(found)


def broken_rules(model: type[Content], entries: Sequence[Content]) -> dict[int, list[Broken]]:
    """The check constraints that rows would break, by the row’s place in ``entries``. One query for the rules, one
    for all the rows."""
    if not entries:
        return {}
    ours = {constraint.name: constraint for constraint in model._meta.constraints}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_expr(conbin, conrelid) FROM pg_constraint "
            "WHERE conrelid = %s::regclass AND contype = 'c' ORDER BY conname",
            [model._meta.db_table],
        )
        rules = cursor.fetchall()
        query = sql.SQL("SELECT id, {} FROM jsonb_populate_recordset(NULL::{}, %s::jsonb) AS candidate").format(
            sql.SQL(", ").join(sql.SQL("({}) IS FALSE").format(_as_is(rule)) for _, rule in rules),
            sql.Identifier(model._meta.db_table),
        )
        cursor.execute(query.as_string(cursor.cursor), [_json(entries)])
        broken: dict[int, list[Broken]] = {}
        for place, *verdicts in cursor.fetchall():
            names = [name for (name, _), is_broken in zip(rules, verdicts, strict=True) if is_broken]
            if names:
                broken[place] = [_in_words(ours.get(name)) for name in names]
    return broken


def _in_words(constraint: models.BaseConstraint | None) -> Broken:
    if constraint is None:
        return [], "The database refuses these values together. Check each of them."
    return fields_of(constraint), str(constraint.get_violation_error_message())


def _as_is(expression: str) -> sql.SQL:
    """An expression that the database itself wrote, in a query with parameters."""
    return sql.SQL(expression.replace("%", "%%"))


def _json(entries: Sequence[Content]) -> str:
    """The rows by column; ``id`` is the place in the sequence."""
    return json.dumps(
        [
            {
                **{field.column: _plain(getattr(entry, field.attname)) for field in entry._meta.concrete_fields},
                "id": place,
            }
            for place, entry in enumerate(entries)
        ]
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | list | None) else None


@dataclass(frozen=True, slots=True)
class Twin:
    """A row that would be the same as another in what must be unique: ``other`` is the other’s place in the file, or
    None for one that only the database has."""

    place: int
    fields: list[str]
    message: str
    other: int | None


def twins(model: type[Content], entries: Sequence[Content]) -> Iterator[Twin]:
    """The rows that collide, with each other or with rows that are not among them. A query for each unique index."""
    if not entries:
        return
    known = {entry.pk for entry in entries if entry.pk is not None}
    attributes = {field.column: field.attname for field in model._meta.concrete_fields}
    fields = {field.column: field.name for field in model._meta.concrete_fields}
    for unique in _uniques(model):
        concerned = _concerned(model, unique, entries)
        taken: dict[tuple[Any, ...], int | None] = {}
        held: dict[tuple[Any, ...], int] = {}
        for row in _rows_of(model, unique, [getattr(entries[p], attributes[unique.columns[0]]) for p in concerned]):
            if row[0] in known:
                held[row[1:]] = row[0]
            else:
                taken[row[1:]] = None
        for place in concerned:
            values = tuple(getattr(entries[place], attributes[column]) for column in unique.columns)
            if None in values and not unique.empty_is_equal:
                continue
            named = [fields[column] for column in unique.columns]
            if values in taken:
                yield Twin(place, *_twin_in_words(model, unique.name, named), other=taken[values])
            elif held.get(values, entries[place].pk) != entries[place].pk:
                # The database looks at one row after the other, so that even a swap is a collision to it.
                yield Twin(place, named, PASSED_ON, other=None)
            else:
                taken[values] = place


def _twin_in_words(model: type[Content], name: str, fields: list[str]) -> Broken:
    kind = model._meta.verbose_name
    for constraint in model._meta.constraints:
        if constraint.name == name:
            if constraint.violation_error_message != constraint.default_violation_error_message:
                return fields_of(constraint), str(constraint.get_violation_error_message())
            fields = fields_of(constraint)
    names = {field.name: str(field.verbose_name) for field in model._meta.concrete_fields}
    labels = " and ".join(names[field] for field in fields)
    return fields, f"Another {kind} already has this {labels}. Choose a different one, or change that {kind}."


def _uniques(model: type[Content]) -> list[_Unique]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT index.relname, coalesce(pg_get_expr(u.indpred, u.indrelid), 'true'), u.indnullsnotdistinct,
                   (SELECT array_agg(a.attname::text ORDER BY k.place)
                    FROM unnest(u.indkey) WITH ORDINALITY k(number, place)
                    JOIN pg_attribute a ON a.attrelid = u.indrelid AND a.attnum = k.number)
            FROM pg_index u JOIN pg_class index ON index.oid = u.indexrelid
            WHERE u.indrelid = %s::regclass AND u.indisunique AND NOT u.indisprimary AND u.indexprs IS NULL
            ORDER BY index.relname
            """,
            [model._meta.db_table],
        )
        return [_Unique(name, tuple(columns), where, equal) for name, where, equal, columns in cursor.fetchall()]


def _concerned(model: type[Content], unique: _Unique, entries: Sequence[Content]) -> list[int]:
    """The places of the rows that the index is about."""
    if unique.predicate == "true":
        return list(range(len(entries)))
    query = sql.SQL(
        "SELECT id FROM jsonb_populate_recordset(NULL::{}, %s::jsonb) AS candidate WHERE {} ORDER BY id"
    ).format(sql.Identifier(model._meta.db_table), _as_is(unique.predicate))
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.cursor), [_json(entries)])
        return [place for (place,) in cursor.fetchall()]


def _rows_of(model: type[Content], unique: _Unique, firsts: list[Any]) -> list[tuple[Any, ...]]:
    """What the database has: the key and the values of every row that could collide."""
    first = sql.Identifier(unique.columns[0])
    query = sql.SQL("SELECT id, {} FROM {} WHERE {} AND ({} = ANY(%s) OR {} IS NULL)").format(
        sql.SQL(", ").join(map(sql.Identifier, unique.columns)),
        sql.Identifier(model._meta.db_table),
        _as_is(unique.predicate),
        first,
        first,
    )
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.cursor), [[value for value in firsts if value is not None]])
        return cursor.fetchall()
