"""Several querysets in one statement.

Each becomes a column that holds its rows as JSON, in the queryset's order:

    SELECT (SELECT json_agg(part) FROM (…) part), (SELECT json_agg(part) FROM (…) part)

What JSON has no type for (dates, decimals) is read back by the kind of field. The
models are then made by Django from these rows as from any others.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

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


def ask(*querysets: QuerySet[Any]) -> None:
    """Fill those querysets that have not been evaluated yet with their rows, without what they prefetch."""
    waiting = [queryset for queryset in querysets if queryset._result_cache is None]
    if len(waiting) == 1:
        _fill(waiting[0], waiting[0])
        return
    questions = [question for queryset in waiting if (question := _Question.of(queryset))]
    if not questions:
        return
    # Django's own SQL; every value is a parameter.
    columns = ", ".join(f"(SELECT json_agg(part)::text FROM ({question.sql}) part)" for question in questions)  # noqa: S608
    with connections[questions[0].compiler.using].cursor() as cursor:
        cursor.execute(f"SELECT {columns}", [value for question in questions for value in question.params])
        for question, answer in zip(questions, cursor.fetchone(), strict=True):
            # Numbers with a fraction stay as they are written, for the decimals among them.
            question.answer([tuple(row.values()) for row in json.loads(answer or "[]", parse_float=str)])


class _Question:
    """A queryset with its SQL."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        # A copy, since what is done to it in `answer` must not be found in querysets derived from it.
        self.queryset = queryset
        self.copy: Any = queryset._chain()  # type: ignore[attr-defined]
        self.compiler: Any = self.copy.query.get_compiler(queryset.db)
        self.sql, self.params = self.compiler.as_sql(with_col_aliases=True)

    @classmethod
    def of(cls, queryset: QuerySet[Any]) -> _Question | None:
        """None for one that Django knows to be empty without asking."""
        try:
            return cls(queryset)
        except EmptyResultSet:
            queryset._result_cache = []
            queryset._prefetch_done = True  # type: ignore[attr-defined]
            return None

    def answer(self, rows: list[tuple[Any, ...]]) -> None:
        readers = [_reader(expression) for expression, _, _ in self.compiler.select]
        read = [
            tuple(
                reader(value) if reader and value is not None else value
                for reader, value in zip(readers, row, strict=False)  # columns only for the order come last
            )
            for row in rows
        ]
        # Django makes the models; the compiler that it asks for rows has them already.
        self.compiler.execute_sql = lambda *args, **kwargs: [read]
        self.copy.query.get_compiler = lambda *args, **kwargs: self.compiler
        _fill(self.queryset, self.copy)


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
