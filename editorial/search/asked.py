"""What the address of a search may ask: every parameter read, checked, and written again.

No word of it becomes a name in SQL: the kind is looked up among those that we know, dates and places are parsed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from editorial.models import SearchEntry

from .question import Question, read
from .results import Bounds, Place

if TYPE_CHECKING:
    from django.http import QueryDict

ALL = "all"
PARAMETERS = ("q", "kind", "from", "to", "after")
DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
PLACE = re.compile(r"(\d{1,9})\.(\d{1,18})", re.ASCII)


class NotUnderstood(ValueError):
    """A parameter says something that it cannot mean; the message names it, its value and the remedy."""

    def __init__(self, parameter: str, value: str, remedy: str) -> None:
        shown = value if len(value) <= 40 else f"{value[:39]}…"
        super().__init__(f"“{parameter}” is “{shown}”. {remedy}")
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Asked:
    """One search. ``kind`` is a kind, “all” for one list of everything, or empty for the overview."""

    question: Question
    kind: str = ""
    from_: str = ""
    to: str = ""
    bounds: Bounds = Bounds()
    after: Place | None = None

    @property
    def is_list(self) -> bool:
        return bool(self.kind)

    @property
    def kind_label(self) -> str:
        return str(SearchEntry.Kind(self.kind).label) if self.bounds.kind else ""

    def url(self, *, text: str | None = None, kind: str | None = None, after: Place | None = None) -> str:
        """This search with a change, always in the same order: one address for one search."""
        parts = {
            "q": self.question.text if text is None else text,
            "kind": self.kind if kind is None else kind,
            "from": self.from_,
            "to": self.to,
            "after": str(after) if after else "",
        }
        return f"?{urlencode({name: value for name, value in parts.items() if value})}"


def asked(parameters: QueryDict) -> Asked:
    """Raises NotUnderstood for a kind, date or place that does not exist."""
    kind = parameters.get("kind", "")
    if kind not in {"", ALL, *SearchEntry.Kind.values}:
        known = ", ".join((ALL, *SearchEntry.Kind.values))
        raise NotUnderstood("kind", kind, f"Leave it out, or use one of: {known}.")
    from_, to = parameters.get("from", "").strip(), parameters.get("to", "").strip()
    first, last = _day("from", from_, is_end=False), _day("to", to, is_end=True)
    if first and last and first > last:
        raise NotUnderstood("from", from_, f"It lies after “to” ({to}). Exchange the two.")
    after = None
    if place := parameters.get("after", ""):
        match = PLACE.fullmatch(place)
        if match is None or int(match[1]) >= 2**31 or int(match[2]) >= 2**63:
            raise NotUnderstood(
                "after", place, "It is made by the link to the next page: follow that, or leave it out."
            )
        after = Place(int(match[1]), int(match[2]))
        kind = kind or ALL
    return Asked(
        question=read(parameters.get("q", "")),
        kind=kind,
        from_=from_,
        to=to,
        bounds=Bounds(kind="" if kind == ALL else kind, from_=first, to=last),
        after=after,
    )


def _day(parameter: str, text: str, *, is_end: bool) -> date | None:
    """The first or last day of a year, a month or a day: “2024”, “2024-04”, “2024-04-18”."""
    if not text:
        return None
    match = DAY.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        year, month, day = int(match[1]), match[2], match[3]
        of_year = int(month) if month else 12 if is_end else 1
        return date(year, of_year, int(day) if day else monthrange(year, of_year)[1] if is_end else 1)
    except ValueError:  # of ours, of monthrange (whose error is one too) or of date
        raise NotUnderstood(parameter, text, "Write a year, a month or a day: 2024, 2024-07 or 2024-07-23.") from None
