"""Pages of lists that may grow long, found by the place where the last page ended.

``?after=2024-04-18~llama-3-released`` is the page that follows that entry. It costs
the same however far back it lies, and none skips or repeats an entry when others
are added meanwhile. Addresses with a number, ``?page=3``, still show the page
that has that number now, and name its place as the one to be remembered by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Func, Model, Q, QuerySet

if TYPE_CHECKING:
    from django.http import QueryDict

M = TypeVar("M", bound=Model)
Rows = TypeVar("Rows", bound="QuerySet[Any]")

PARAMETERS = AFTER, BEFORE, NUMBER = "after", "before", "page"
BETWEEN = "~"
# How a text is written that has that mark itself, or the one that this begins with.
MARK, IN_PLACE_OF_MARK, IN_PLACE_OF_BETWEEN = "!", "!0", "!1"
# Nobody pages so far by number; and what is skipped to find a page must be read.
LAST_NUMBER = 100_000

Place = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """An order in which no two entries stand at the same place: names of fields, those that descend with “-”.

    ``derived`` holds, by name, what no field does. Nothing that is sorted by may be null.
    """

    names: tuple[str, ...]
    derived: Mapping[str, Func] = field(default_factory=dict)

    def apply(self, rows: Rows, *, backwards: bool = False) -> Rows:
        return self._with_derived(rows).order_by(*(_turned(name) if backwards else name for name in self.names))

    def following(self, rows: Rows, place: Place, *, backwards: bool = False) -> Rows:
        """The entries that stand after a place, the nearest first (or those before it)."""
        beyond, same = Q(), Q()
        for name, value in zip(self.names, place, strict=True):
            key, descends = name.lstrip("-"), name.startswith("-") != backwards
            beyond |= same & Q(**{f"{key}__{'lt' if descends else 'gt'}": value})
            same &= Q(**{key: value})
        first, descends = self.names[0].lstrip("-"), self.names[0].startswith("-") != backwards
        # Says no more than the rest does, but in a form that an index can begin at.
        bound = Q(**{f"{first}__{'lte' if descends else 'gte'}": place[0]})
        return self.apply(self._with_derived(rows).filter(bound & beyond), backwards=backwards)

    def place_of(self, row: Model) -> str:
        return BETWEEN.join(map(_written, self._values(row)))

    def read(self, model: type[Model], text: str) -> Place | None:
        """The place that an address names; None for what is none."""
        parts = text.split(BETWEEN)
        if len(parts) != len(self.names) or "\x00" in text:
            return None
        fields = [self._field(model, name.lstrip("-")) for name in self.names]
        try:
            return tuple(each.clean(_read(part), None) for each, part in zip(fields, parts, strict=True))
        except (ValidationError, ValueError, OverflowError):
            return None

    def place_of_number(self, rows: QuerySet[M], text: str, size: int) -> Place | None:
        """The place after which the page of a number begins; None for the first, and for what is no number."""
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 1):
            return None
        rows, names = rows.prefetch_related(None), [name.lstrip("-") for name in self.names]
        skipped = (min(int(text), LAST_NUMBER) - 1) * size
        found = self.apply(rows).values_list(*names)[skipped - 1 : skipped + 1]
        if len(found) < 2:  # beyond the end: the last page
            found = self.apply(rows, backwards=True).values_list(*names)[size : size + 1]
        return found[0] if found else None

    def _with_derived(self, rows: Rows) -> Rows:
        return rows.annotate(**self.derived)

    def _field(self, model: type[Model], name: str) -> Any:
        return self.derived[name].output_field if name in self.derived else model._meta.get_field(name)

    def _values(self, row: Model) -> Place:
        return tuple(getattr(row, name.lstrip("-")) for name in self.names)


class Listing(Generic[M]):
    """One page of a list. Fetch ``asked``, together with others if you like; then the rest is known.

    ``rows`` gives all of the list. ``first`` is what `beginning` gave, where the question for the first page is worded
    once: then that one needs no other. ``kept`` is what else the links to other pages ask for.
    """

    def __init__(
        self,
        rows: Callable[[], QuerySet[M]],
        order: Order,
        query: QueryDict,
        size: int,
        kept: Mapping[str, str] | None = None,
        first: QuerySet[M] | None = None,
    ) -> None:
        self.order, self.size = order, size
        asked = {**(kept or {}), "as_of": query.get("as_of", "")}
        self._kept = {name: value for name, value in asked.items() if value}
        self.after, self.before = self._places(rows, query)
        self.asked: QuerySet[M]
        if place := self.after or self.before:
            self.asked = order.following(rows(), place, backwards=self.before is not None)[: size + 1]
        else:
            self.asked = self.beginning(rows(), order, size) if first is None else first

    def _places(self, rows: Callable[[], QuerySet[M]], query: QueryDict) -> tuple[Place | None, Place | None]:
        """After and before which the page lies, of which one at most is asked for."""
        if not any(query.get(name) for name in PARAMETERS):
            return None, None
        found = rows()
        if after := self.order.read(found.model, query.get(AFTER, "")):
            return after, None
        if before := self.order.read(found.model, query.get(BEFORE, "")):
            return None, before
        return self.order.place_of_number(found, query.get(NUMBER, ""), self.size), None

    @staticmethod
    def beginning(rows: QuerySet[M], order: Order, size: int) -> QuerySet[M]:
        """The first page, and one more, which says whether there are more."""
        return order.apply(rows)[: size + 1]

    @property
    def is_first(self) -> bool:
        """The page that the list’s own address shows."""
        return self.after is None and self.before is None

    @property
    def rows(self) -> list[M]:
        rows = list(self.asked)[: self.size]
        return rows[::-1] if self.before else rows

    @property
    def _has_more(self) -> bool:
        return len(self.asked) > self.size

    @property
    def newer(self) -> str:
        """The query string of the page before; empty on the first."""
        if self.rows and (self.after or (self.before and self._has_more)):
            return self._url(BEFORE, self.rows[0])
        return "" if self.is_first or self.rows else self._plain()

    @property
    def older(self) -> str:
        """The query string of the page that follows; empty on the last."""
        return self._url(AFTER, self.rows[-1]) if self.rows and (self.before or self._has_more) else ""

    @property
    def here(self) -> str:
        """The query string of this page; empty for the first."""
        if self.is_first:
            return ""
        name, place = (AFTER, self.after) if self.after else (BEFORE, self.before)
        return f"?{urlencode({name: BETWEEN.join(map(_written, place or ()))}, safe=_SAFE)}"

    def _plain(self) -> str:
        return f"?{urlencode(self._kept)}" if self._kept else "."

    def _url(self, name: str, row: M) -> str:
        return f"?{urlencode({**self._kept, name: self.order.place_of(row)}, safe=_SAFE)}"


_SAFE = f"{BETWEEN}{MARK}:"


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return str(value).replace(MARK, IN_PLACE_OF_MARK).replace(BETWEEN, IN_PLACE_OF_BETWEEN)


def _read(part: str) -> str:
    return part.replace(IN_PLACE_OF_BETWEEN, BETWEEN).replace(IN_PLACE_OF_MARK, MARK)
