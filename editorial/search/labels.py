"""Words of the index that nobody can type: the kind of an entry, its year and its month.

With them one look into one index answers “llama, among the events, in March 2024”.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

# All years before this one are one.
FIRST_YEAR = 2015
NEVER = "@never"


def label_of_kind(kind: str) -> str:
    return f"@{kind}"


def label_of_year(day: date) -> str:
    return f"@{day.year}" if day.year >= FIRST_YEAR else "@early"


def label_of_month(day: date) -> str:
    return f"@{day:%Y-%m}"


def labels(kind: str, day: date | None) -> list[str]:
    """Those of one entry."""
    return [label_of_kind(kind), *((label_of_year(day), label_of_month(day)) if day else ())]
