"""Querysets that Django puts into SQL once, not once a request.

A page asks the same questions whatever entry it shows, and Django takes longer to
write them than PostgreSQL to answer. A function that builds querysets from what
is asked about can be worded once:

    @worded_once
    def _about(article: int, topics: Collection[int]) -> tuple[QuerySet[Any], ...]:
        return Edition.objects.public().filter(article=article), Topic.objects.filter(pk__in=topics)

It is called with stand-ins the first time. Where these turn up among the values of
the statement, later calls put their own. So nothing of the content is kept, only
words, and what a function returns may depend on its arguments alone. Its querysets
are for `together.fetch` or for iterating: nothing can be filtered any more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, wraps
from typing import Any, ParamSpec

from django.db.models import Prefetch, QuerySet

from models_catalog.history.past import moment

from .statement import Question, Use, ask

P = ParamSpec("P")
Builder = Callable[P, tuple[QuerySet[Any], ...]]

# Of each function, so many forms of its arguments. Lists are as long as the next power of two, so there are few.
FORMS = 128
# No row has such a key, and no name such a character: a private one of Unicode, that no form lets in.
_FIRST_NUMBER, _LETTER = 2**61, "\ue0ff"


@dataclass(frozen=True, slots=True)
class _Standing:
    """The form of an argument: one number or text, or (`length`) so many of them."""

    kind: type
    length: int | None = None


class _Stale:
    """In the place of a worded queryset’s query, which holds the stand-ins."""

    def __getattr__(self, name: str) -> Any:
        raise TypeError("A queryset that is worded once can only be fetched: build another one to ask for more.")


STALE: Any = _Stale()


@dataclass(frozen=True, slots=True)
class _Worded:
    """A queryset that was worded; ``places`` holds, for each value of the statement, the stand-in’s number or none."""

    kind: type[QuerySet[Any]]
    model: Any
    lookups: tuple[Any, ...]
    question: Question | None
    places: tuple[int | None, ...]

    def queryset(self, given: list[Any]) -> QuerySet[Any]:
        asked: Any = self.kind(self.model, query=STALE)
        asked._prefetch_related_lookups = self.lookups
        if self.question is None:
            asked._result_cache, asked._prefetch_done = [], True
            return asked
        values = zip(self.places, self.question.params, strict=True)
        params = [own if place is None else given[place] for place, own in values]
        asked.use = Use(self.question, params, lasts=True)
        asked._iterable_class = _rows
        return asked


def _rows(queryset: Any, **options: Any) -> Iterator[Any]:
    """Of a worded queryset that is iterated by itself."""
    ask(queryset)
    queryset._prefetch_done = False  # Django does it, as for any other
    return iter(queryset._result_cache)


def worded_once(build: Builder[P]) -> Builder[P]:
    """For a function that takes keyword arguments: numbers, texts, collections of either, or what can be hashed.

    What can be hashed decides the words, as None does in the place of a number. The past is asked in words of its own.
    """

    @lru_cache(maxsize=FORMS)
    def worded(forms: tuple[tuple[str, Any], ...]) -> tuple[_Worded, ...]:
        stand_ins: list[Any] = []
        arguments = {name: _stand_in(form, stand_ins) for name, form in forms}
        return tuple(_worded(queryset, stand_ins) for queryset in build(**arguments))  # type: ignore[call-arg]

    @wraps(build)
    def asked(*args: P.args, **arguments: P.kwargs) -> tuple[QuerySet[Any], ...]:
        if args:
            raise TypeError(f"{build.__name__}() takes keyword arguments alone.")
        if moment() is not None:
            return build(**arguments)  # type: ignore[call-arg]
        given: list[Any] = []
        forms = tuple((name, _form(value, given)) for name, value in arguments.items())
        return tuple(each.queryset(given) for each in worded(forms))

    return asked


def _form(value: Any, given: list[Any]) -> Any:
    """The form of an argument; its values are added to those that are given."""
    # Not what is derived from them: true and false, and the members of a choice, which decide the words.
    if type(value) in (int, str):
        given.append(value)
        return _Standing(type(value))
    if isinstance(value, (list, tuple, set, frozenset)):
        values = list(value)
        if values:
            # To be in a list twice is to be in it.
            values += values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))
        given += values
        return _Standing(int if values and isinstance(values[0], int) else str, len(values))
    return value


def _stand_in(form: Any, stand_ins: list[Any]) -> Any:
    if not isinstance(form, _Standing):
        return form
    first = len(stand_ins)
    numbers = range(first, first + (1 if form.length is None else form.length))
    made: Collection[Any] = [_FIRST_NUMBER + n if form.kind is int else f"{_LETTER}{n}{_LETTER}" for n in numbers]
    stand_ins += made
    return next(iter(made)) if form.length is None else tuple(made)


def _worded(queryset: Any, stand_ins: list[Any]) -> _Worded:
    number = {stand_in: n for n, stand_in in enumerate(stand_ins)}
    for lookup in queryset._prefetch_related_lookups:
        _keep_lookup(lookup, number)
    question = Question.of(queryset)
    places: tuple[int | None, ...] = ()
    if question is not None:
        places = tuple(number.get(value) if isinstance(value, (int, str)) else None for value in question.params)
        if any(isinstance(value, date) for value in question.params):
            raise ValueError(f"A time would be kept in {question.sql}: ask the database what time it is.")
        if any(
            place is None and _holds(value, stand_ins) for place, value in zip(places, question.params, strict=True)
        ):
            raise ValueError(f"An argument is part of a longer value in {question.sql}: it cannot be worded once.")
    return _Worded(type(queryset), queryset.model, queryset._prefetch_related_lookups, question, places)


def _keep_lookup(lookup: Any, number: dict[Any, int]) -> None:
    """What is prefetched is asked with the keys of what was found, in words that last as long as these."""
    if not isinstance(lookup, Prefetch) or lookup.queryset is None:
        return
    rows: Any = lookup.queryset
    rows.lasts = True
    question = Question.of(rows._chain())
    if question and any(isinstance(value, (int, str)) and value in number for value in question.params):
        raise ValueError(f"“{lookup.prefetch_through}” is prefetched by an argument: it cannot be worded once.")
    for nested in rows._prefetch_related_lookups:
        _keep_lookup(nested, number)


def _holds(value: Any, stand_ins: list[Any]) -> bool:
    """Whether a value was made of a stand-in: a pattern, a list, JSON."""
    written = repr(value)
    return any(repr(stand_in).strip("'") in written for stand_in in stand_ins)
