"""Time zones: what a clock on the wall means, and how a moment is written for people.

Pure functions over names and times. A time that the clocks skip, and one that
they show twice, is never guessed: `place` says what is wrong and what to choose
from. `LazyZone` is a zone that is looked up when the first time is written in
it, so that a page without times asks for nothing.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

DEFAULT = "UTC"
# Old names, and zones that are no place: nobody has to choose from them.
REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
MINUTE = timedelta(minutes=1)

_site: ContextVar[tzinfo] = ContextVar("site_zone", default=UTC)


class NoSuchTime(ValueError):
    """The clocks skip this time. ``before`` and ``after`` are the nearest ones that they show."""

    def __init__(self, before: datetime, after: datetime) -> None:
        super().__init__("The clocks skip this time.")
        self.before, self.after = before, after


class TwiceThatDay(ValueError):
    """The clocks show this time twice: ``first`` and ``second``."""

    def __init__(self, first: datetime, second: datetime) -> None:
        super().__init__("The clocks show this time twice.")
        self.first, self.second = first, second


@cache
def zone(name: str) -> tzinfo:
    """The zone of this name; UTC where the machine knows none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@cache
def names() -> frozenset[str]:
    """The zones that people may choose: places, and UTC."""
    return frozenset({DEFAULT, *(n for n in zoneinfo.available_timezones() if n.partition("/")[0] in REGIONS)})


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All of them for a list to choose from, by region."""
    regions: dict[str, list[tuple[str, str]]] = {DEFAULT: [(DEFAULT, DEFAULT)]}
    for name in sorted(names() - {DEFAULT}):
        region, _, place_name = name.partition("/")
        regions.setdefault(region, []).append((name, place_name.replace("_", " ").replace("/", ", ")))
    return list(regions.items())


def validate(name: str) -> None:
    if name not in names():
        raise ValidationError(
            "“%(name)s” is no time zone that this machine knows. Write it as region and city: “Europe/Berlin”.",
            params={"name": name},
            code="no_such_zone",
        )


def place(wall: datetime, where: tzinfo, *, second: bool | None = None) -> datetime:
    """The moment at which clocks ``where`` show ``wall`` (without a zone).

    Raises NoSuchTime for a time that they skip, and TwiceThatDay for one that they show twice unless ``second`` says
    which. OverflowError for years that no calendar reaches.
    """
    first, other = wall.replace(tzinfo=where, fold=0), wall.replace(tzinfo=where, fold=1)
    if first.utcoffset() == other.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(where).replace(tzinfo=None, fold=0) != wall:
        change = _change_between(other.astimezone(UTC), first.astimezone(UTC), where)
        raise NoSuchTime((change - MINUTE).astimezone(where), change.astimezone(where))
    if second is None:
        raise TwiceThatDay(first, other)
    return other if second else first


def _change_between(earlier: datetime, later: datetime, where: tzinfo) -> datetime:
    """The first second of the new offset."""
    old = earlier.astimezone(where).utcoffset()
    while later - earlier > timedelta(seconds=1):
        middle = (earlier + (later - earlier) / 2).replace(microsecond=0)
        if middle.astimezone(where).utcoffset() == old:
            earlier = middle
        else:
            later = middle
    return later


def offset(at: datetime) -> str:
    """“UTC+02:00”."""
    minutes = int((at.utcoffset() or timedelta()).total_seconds() // 60)
    return f"UTC{'+' if minutes >= 0 else '−'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}" if minutes else "UTC"


def name_of(where: tzinfo) -> str:
    return str(where) if str(where) else DEFAULT


def written(at: datetime, where: tzinfo | None = None) -> str:
    """“Dec 1, 2026, 09:00 Berlin time”; in the zone of whoever reads this page, unless told otherwise."""
    here = at.astimezone(where or timezone.get_current_timezone())
    named = name_of(where or timezone.get_current_timezone())
    city = DEFAULT if named == DEFAULT else f"{named.rpartition('/')[2].replace('_', ' ')} time"
    return f"{date_format(here, 'N j, Y, H:i')} {city}"


@contextmanager
def living_in(site: tzinfo) -> Iterator[None]:
    """Times are the site’s, until somebody’s own zone is activated; `today` stays the site’s."""
    token = _site.set(site)
    try:
        with timezone.override(site):
            yield
    finally:
        _site.reset(token)


def today() -> date:
    """The site’s day, wherever the editor is: what readers are told happened today."""
    return timezone.localdate(timezone=_site.get())


class LazyZone(tzinfo):
    """The zone whose name ``ask`` gives, asked once and only when needed."""

    def __init__(self, ask: Callable[[], str]) -> None:
        self._ask = ask
        self._zone: tzinfo | None = None

    @property
    def known(self) -> tzinfo:
        if self._zone is None:
            self._zone = zone(self._ask())
        return self._zone

    def utcoffset(self, at: datetime | None) -> timedelta | None:
        return self.known.utcoffset(self._there(at))

    def dst(self, at: datetime | None) -> timedelta | None:
        return self.known.dst(self._there(at))

    def tzname(self, at: datetime | None) -> str | None:
        return self.known.tzname(self._there(at))

    def fromutc(self, at: datetime) -> datetime:
        return self.known.fromutc(at.replace(tzinfo=self.known)).replace(tzinfo=self)

    def _there(self, at: datetime | None) -> datetime | None:
        return at.replace(tzinfo=self.known) if at is not None else None

    def __str__(self) -> str:
        return name_of(self.known)
