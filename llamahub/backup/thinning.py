"""Which of many exports stay: ``--keep 7-4-6`` is the newest of each of 7 days, of 4 weeks and of 6 months.

Counted are days, weeks and months that have an export, not those on the calendar: a server that was off for a month
loses nothing by it. Weeks begin on Monday and belong to the year that ISO 8601 gives them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Self

# A thousand days are more than anybody keeps, and a number with more digits is a slip of the finger.
_PLAN = re.compile(r"(\d{1,3})-(\d{1,3})-(\d{1,3})", re.ASCII)


@dataclass(frozen=True)
class Keep:
    """So many days, weeks and months."""

    daily: int
    weekly: int
    monthly: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError with a sentence for whoever typed it."""
        found = _PLAN.fullmatch(text)
        if found is None:
            raise ValueError(
                f"{text!r} does not say how many days, weeks and months to keep: write three numbers, for example 7-4-6."
            )
        if not any(map(int, found.groups())):
            raise ValueError(f"{text!r} would keep nothing: write how many days, weeks and months, for example 7-4-6.")
        return cls(*map(int, found.groups()))

    def __str__(self) -> str:
        return f"{self.daily}-{self.weekly}-{self.monthly}"


@dataclass(frozen=True)
class Dated:
    """An export as thinning sees it. ``is_sound``: None while nobody has read it back, False when it is damaged."""

    name: str
    made_at: datetime
    is_sound: bool | None = None


def _day(moment: datetime) -> Hashable:
    return moment.date()


def _week(moment: datetime) -> Hashable:
    return moment.isocalendar()[:2]


def _month(moment: datetime) -> Hashable:
    return moment.year, moment.month


def superfluous(exports: Iterable[Dated], keep: Keep, zone: tzinfo = UTC) -> list[Dated]:
    """Those that may go, oldest first.

    Never the newest; never any while none that stays is known to be sound; and a damaged one takes no other's place.
    ``zone`` says where a day begins.
    """
    newest_first = sorted(exports, key=lambda export: (export.made_at, export.name), reverse=True)
    usable = [export for export in newest_first if export.is_sound is not False]
    sound = [export for export in newest_first if export.is_sound]
    if not sound:
        return []
    staying = {newest_first[0], sound[0]}
    for period, number in ((_day, keep.daily), (_week, keep.weekly), (_month, keep.monthly)):
        staying |= _newest_of_each(usable, period, number, zone)
    return [export for export in reversed(newest_first) if export not in staying]


def _newest_of_each(
    newest_first: list[Dated], period: Callable[[datetime], Hashable], number: int, zone: tzinfo
) -> set[Dated]:
    chosen: dict[Hashable, Dated] = {}
    for export in newest_first:
        chosen.setdefault(period(export.made_at.astimezone(zone)), export)
    return set(list(chosen.values())[:number])
