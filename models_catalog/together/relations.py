"""What querysets prefetch, one statement for each level of relations.

Knows the two ways in which our pages follow relations to many: rows that point
at an entry, and rows that a table joins with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
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
    manager = getattr(entry, relation)
    known: Any = manager.model._default_manager._queryset_class(manager.model, query=_Later(manager))
    known._result_cache = rows
    known._prefetch_done = True
    entry.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = known


class _Later:
    """The query of rows that are known: made only if somebody asks it for more, since a page has hundreds of them."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._made is None:
            everything = self._manager.model._default_manager.all()
            self._made = self._manager._apply_rel_filters(everything).query
        return getattr(self._made, name)


def _wishes(queryset: Any) -> list[_Wish]:
    return [_Wish.of(list(queryset), lookup) for lookup in queryset._prefetch_related_lookups]
