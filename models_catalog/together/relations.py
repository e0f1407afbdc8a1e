"""What querysets prefetch, one statement for each level of relations.

Knows the two ways in which our pages follow relations to many: rows that point
at an entry, and rows that a table joins with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import F, ManyToManyField, ManyToManyRel, ManyToOneRel, Model, Prefetch, QuerySet
from django.db.models.constants import LOOKUP_SEP

from models_catalog.models import Content

from .statement import ask
from .wording import worded_once

# Left to `evidence`, which fetches them for all kinds of entries at once.
EVIDENCE = ("citations", "corrections")
# The key of the entry that a joined row belongs to.
OWNER = "_owner_id"


# The entries of a page whose rows point back at them.
_tied: ContextVar[list[Any] | None] = ContextVar("tied", default=None)


@contextmanager
def letting_go() -> Iterator[None]:
    """At the end, entries forget the rows that point back at them.

    They would hold each other, and with them most of a page, until the garbage collector looks for them; it then stops
    every reader of the process.
    """
    tied: list[Any] = []
    token = _tied.set(tied)
    try:
        yield
    finally:
        _tied.reset(token)
        for entry in tied:
            entry._prefetched_objects_cache.clear()


@dataclass(frozen=True, slots=True)
class _Wish:
    """Some entries and the relation that is to be prefetched for them, by its path of names."""

    owners: list[Any]
    path: Sequence[str]
    rows: QuerySet[Any] | None = None

    @classmethod
    def of(cls, owners: list[Any], lookup: str | Prefetch[Any]) -> _Wish:
        if isinstance(lookup, Prefetch):
            return cls(owners, lookup.prefetch_through.split(LOOKUP_SEP), lookup.queryset)
        return cls(owners, lookup.split(LOOKUP_SEP))

    def beyond_single(self) -> _Wish:
        """The same wish of the entries that foreign keys at the path's beginning lead to; those are fetched with a row."""
        owners, path = self.owners, self.path
        while len(path) > 1 and owners and owners[0]._meta.get_field(path[0]).concrete:
            owners = [found for owner in owners if (found := getattr(owner, path[0])) is not None]
            path = path[1:]
        return _Wish(owners, path, self.rows)


@dataclass(slots=True)
class _Step:
    """One relation of some entries, with the queryset of the rows that it leads to."""

    wish: _Wish
    relation: Any = field(init=False)
    rows: QuerySet[Any] = field(init=False)

    def __post_init__(self) -> None:
        if len(self.wish.path) != 1:
            raise ValueError(
                f"Prefetch “{LOOKUP_SEP.join(self.wish.path)}” inside the queryset of the relation before it."
            )
        owners = self.wish.owners
        self.relation = relation = owners[0]._meta.get_field(self.wish.path[0])
        rows = self.wish.rows
        # A queryset that was made for this page is worded for it.
        lasts = rows is None or getattr(rows, "lasts", False)
        keys = {owner.pk for owner in owners}
        (self.rows,) = (_led_to if lasts else _led_to.__wrapped__)(relation=relation, rows=rows, keys=keys)  # type: ignore[attr-defined]

    def hand_out(self) -> None:
        """Give each entry its rows."""
        own: dict[int, list[Any]] = defaultdict(list)
        points_back = isinstance(self.relation, ManyToOneRel)
        column = self.relation.field.attname if points_back else OWNER
        for row in self.rows:
            own[getattr(row, column)].append(row)
        for owner in self.wish.owners:
            keep(owner, self.relation.name, own[owner.pk])
            if points_back:
                for row in own[owner.pk]:
                    setattr(row, self.relation.field.name, owner)
        if points_back and (tied := _tied.get()) is not None:
            tied += self.wish.owners


@worded_once
def _led_to(*, relation: Any, rows: QuerySet[Any] | None, keys: Collection[int]) -> tuple[QuerySet[Any], ...]:
    """The rows that the relation leads to from the entries of these keys."""
    if rows is None:
        rows = relation.related_model._default_manager.all()
    match relation:
        case ManyToOneRel():
            return (rows.filter(**{f"{relation.field.name}__in": keys}),)
        case ManyToManyRel() | ManyToManyField():
            back = relation.field.name if isinstance(relation, ManyToManyRel) else relation.related_query_name()
            return (rows.filter(**{f"{back}__in": keys}).annotate(**{OWNER: F(f"{back}__pk")}),)
        case _:
            raise ValueError(f"“{relation}” leads to one entry: fetch that with select_related.")


def follow(querysets: Iterable[QuerySet[Any]]) -> list[Content]:
    """Fetch what evaluated querysets prefetch. Returns the entries whose citations and corrections are among that."""
    cited: dict[int, Content] = {}
    wishes = [wish for queryset in querysets for wish in _wishes(queryset)]
    while wishes:
        steps = []
        for wish in (wish.beyond_single() for wish in wishes):
            if wish.owners and wish.path[0] in EVIDENCE:
                cited |= {id(owner): owner for owner in wish.owners}
            elif wish.owners:
                steps.append(_Step(wish))
        ask(*(step.rows for step in steps))
        for step in steps:
            step.hand_out()
        wishes = [wish for step in steps for wish in _wishes(step.rows)]
    return list(cited.values())


def keep(entry: Model, relation: str, rows: list[Any]) -> None:
    """Leave rows with an entry as prefetch_related does: a queryset that knows its rows."""
    model = _related(type(entry), relation)
    known: Any = model._default_manager._queryset_class(model, query=_Later(type(entry), entry.pk, relation))
    known._result_cache = rows
    known._prefetch_done = True
    entry.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = known


@cache
def _related(kind: type[Model], relation: str) -> Any:
    return kind._meta.get_field(relation).related_model


class _Later:
    """The query of rows that are known: made only if somebody asks it for more, since a page has hundreds of them.

    It names the entry and does not hold it: the entry holds it, and both would wait for the garbage collector.
    """

    def __init__(self, kind: type[Model], key: Any, relation: str) -> None:
        self._kind, self._key, self._relation = kind, key, relation
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._made is None:
            manager = getattr(self._kind(pk=self._key), self._relation)
            self._made = manager._apply_rel_filters(manager.model._default_manager.all()).query
        return getattr(self._made, name)


def _wishes(queryset: Any) -> list[_Wish]:
    return [_Wish.of(list(queryset), lookup) for lookup in queryset._prefetch_related_lookups]
