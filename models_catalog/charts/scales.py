"""From values to places on a chart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class LogScale:
    """A magnitude between ``low`` and ``high`` to a place between ``start`` and ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 1)

    @classmethod
    def over(cls, values: list[int], start: float, end: float) -> LogScale:
        """Whole powers of ten around all of the values."""
        low = 10 ** math.floor(math.log10(min(values)))
        high = 10 ** math.ceil(math.log10(max(values)))
        return cls(low, max(high, low * 10), start, end)

    def decades(self) -> Iterator[int]:
        exponent = round(math.log10(self.low))
        while 10**exponent <= self.high:
            yield 10**exponent
            exponent += 1


@dataclass(frozen=True, slots=True)
class TimeScale:
    """A day to a place between ``start`` and ``end``."""

    first: date
    last: date
    start: float
    end: float

    def __call__(self, day: date) -> float:
        share = (day - self.first).days / max((self.last - self.first).days, 1)
        return round(self.start + share * (self.end - self.start), 1)

    @classmethod
    def over(cls, days: list[date], start: float, end: float) -> TimeScale:
        """From the first day of the earliest year to a little after the last of the days."""
        first, last = date(min(days).year, 1, 1), max(days)
        room = min((last - first) // 9, date.max - last)
        return cls(first, max(last + room, min(first, date.max - MONTH) + MONTH), start, end)

    def years(self, at_most: int) -> list[date]:
        """The first days of years, thinned to ``at_most`` of them."""
        first, last = self.first.year, self.last.year
        step = max(1, math.ceil((last - first + 1) / at_most))
        return [date(year, 1, 1) for year in range(first, last + 1, step)]
