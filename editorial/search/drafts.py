"""One entry of the index before its words are counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models_catalog.models import DatePrecision

if TYPE_CHECKING:
    from datetime import date, datetime

# A longer text is found by its beginning: some fifty pages.
LONGEST_TEXT = 100_000
# So many rows are read at once: the memory that it takes does not grow with the site.
AT_ONCE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What can be found of one row, and between which times.

    ``names`` are further names besides the title; ``part`` tells the entries of one row apart.
    """

    object_id: int
    title: str
    url: str
    part: int = 0
    names: tuple[str, ...] = ()
    label: str = ""
    summary: str = ""
    text: str = ""
    date: date | None = None
    date_precision: str = DatePrecision.DAY
    visible_from: datetime | None = None
    visible_until: datetime | None = None


def lines(*parts: str) -> str:
    """Parts of a text in one, without those that are empty."""
    return " ".join(part for part in parts if part)
