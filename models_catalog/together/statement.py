"""Several querysets in one statement.

Each becomes a column that holds its rows as JSON, in the queryset's order:

    SELECT (SELECT json_agg(part) FROM (…) part), (SELECT json_agg(part) FROM (…) part)

What JSON has no type for (dates, decimals) is read back by the kind of field. The
models are then made by Django from these rows as from any others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import count
from typing import Any

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import QuerySet

# Subclasses of a kind are read as it is; a kind that is not here cannot be asked for.
_READ: tuple[tuple[type[models.Field[Any, Any]], Callable[[Any], Any] | None], ...] = (
    (models.DateTimeField, datetime.fromisoformat),
    (models.DateField, date.fromisoformat),
    (models.DecimalField, Decimal),
    (models.FloatField, float),
    (models.IntegerField, None),
    (models.BooleanField, None),
    (models.CharField, None),
    (models.TextField, None),
    (models.FileField, None),
    (models.ForeignKey, None),
)


# Statements that are remembered; a page of each kind has some seven.
NUMBERED = 1_000


def ask(*querysets: QuerySet[Any]) -> None:
    """Fill those querysets that have not been evaluated yet with their rows, without what they prefetch."""
    waiting = [queryset for queryset in querysets if queryset._result_cache is None]
    if len(waiting) == 1 and _worded(waiting[0]) is None:
        _fill(waiting[0], waiting[0])
        return
    uses = [(queryset, use) for queryset in waiting if (use := _worded(queryset) or Use.of(queryset))]
    if not uses:
        return
    connection = connections[uses[0][0].db]
    # Django's own SQL; every value is a parameter.
    columns = ", ".join(f"(SELECT json_agg(part)::text FROM ({use.question.sql}) part)" for _, use in uses)  # noqa: S608
    with connection.cursor() as cursor:
        if all(use.lasts for _, use in uses):
            let_it_be_planned_once(cursor, connection)
        cursor.execute(f"SELECT {columns}", [value for _, use in uses for value in use.params])
        for (queryset, use), answer in zip(uses, cursor.fetchone(), strict=True):
            # Numbers with a fraction stay as they are written, for the decimals among them.
            rows = json.loads(answer, parse_float=str) if answer else ()
            use.question.answer(queryset, [tuple(row.values()) for row in rows])


class _Cursor(psycopg.RawCursor[Any]):
    """Numbers the places of the values once, and remembers what it asked, for Django’s record of queries."""

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        self._query = super()._convert_query(_numbered(query), params)
        return self._query


@lru_cache(maxsize=NUMBERED)
def _numbered(sql: str) -> str:
    """SQL with places for values as PostgreSQL has them: psycopg looks for them anew in statements as long as ours."""
    places = count(1)
    return re.sub("%[%s]", lambda found: "%" if found[0] == "%%" else f"${next(places)}", sql)


def let_it_be_planned_once(cursor: Any, connection: Any) -> None:
    """For a statement that comes again and again in the same words: its values go beside it, not in it.

    PostgreSQL takes longer to plan such a statement than to answer it. Whatever a migration does to the columns of a
    table meanwhile, the statement’s own are texts.
    """
    cursor.cursor.close()
    cursor.cursor = _Cursor(connection.connection)


def is_planned_once(cursor: Any) -> bool:
    """Whether that was done for it."""
    return isinstance(cursor.cursor, _Cursor)


def _worded(queryset: Any) -> Use | None:
    """Of a queryset that is worded once (see `wording`)."""
    return getattr(queryset, "use", None)


@dataclass(frozen=True, slots=True)
class Use:
    """A question with the values that it is asked with this time."""

    question: Question
    params: Sequence[Any]
    lasts: bool = False

    @classmethod
    def of(cls, queryset: QuerySet[Any]) -> Use | None:
        question = Question.of(queryset)
        return cls(question, question.params) if question else None


class Question:
    """A queryset’s SQL, and how its answer is read. May be asked again, by several threads at once."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        # A copy, since what is done to it must not be found in querysets derived from it.
        self.queryset: Any = queryset._chain()  # type: ignore[attr-defined]
        self.compiler: Any = self.queryset.query.get_compiler(queryset.db)
        sql, params = self.compiler.as_sql(with_col_aliases=True)
        self.sql: str = sql
        self.params: tuple[Any, ...] = tuple(params)

    @classmethod
    def of(cls, queryset: QuerySet[Any]) -> Question | None:
        """None for one that Django knows to be empty without asking."""
        try:
            return cls(queryset)
        except EmptyResultSet:
            queryset._result_cache = []
            queryset._prefetch_done = True  # type: ignore[attr-defined]
            return None

    @cached_property
    def readers(self) -> list[tuple[int, Callable[[Any], Any]]]:
        """Of the columns whose values are something else in JSON, by their place."""
        readers = (_reader(expression) for expression, _, _ in self.compiler.select)
        return [(place, reader) for place, reader in enumerate(readers) if reader]

    def answer(self, queryset: QuerySet[Any], rows: Sequence[tuple[Any, ...]]) -> None:
        """Fill the queryset with rows that were read from JSON."""
        width = len(self.compiler.select)  # columns only for the order come last
        readers, read = self.readers, []
        for row in rows:
            values = list(row[:width])
            for place, reader in readers:
                if values[place] is not None:
                    values[place] = reader(values[place])
            read.append(tuple(values))
        # Django makes the models; the compiler that it asks for rows has them already.
        source = self.queryset._chain()
        compiler = copy(self.compiler)
        compiler.using, compiler.connection = queryset.db, connections[queryset.db]
        compiler.execute_sql = lambda *args, **kwargs: [read]
        source.query.get_compiler = lambda *args, **kwargs: compiler
        _fill(queryset, source)


def _fill(queryset: Any, source: Any) -> None:
    queryset._result_cache = list(source._iterable_class(source))
    queryset._prefetch_done = True


def _reader(expression: Any) -> Callable[[Any], Any] | None:
    field = expression.output_field
    if type(field) is models.Field:  # the key of an owner, as `relations` selects it
        return None
    if isinstance(field, ArrayField):
        each = _reader_of(field.base_field)
        return (lambda values: [each(value) for value in values]) if each else None
    return _reader_of(field)


def _reader_of(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    for kind, reader in _READ:
        if isinstance(field, kind):
            return reader
    raise TypeError(
        f"{field} is a {type(field).__name__}, which cannot be read back from JSON: "
        "leave its queryset out of together.fetch() and let it fetch itself."
    )
