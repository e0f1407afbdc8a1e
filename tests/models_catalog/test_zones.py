"""What clocks show: times that they skip, times that they show twice, and the moments meant by all the others."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from models_catalog import zones
from models_catalog.zones import NoSuchTime, TwiceThatDay

# Both changes of 2027 in four zones, one of them south of the equator, one by half an hour: the last moment before the
# clocks change, in UTC is a second before; what they show from then on.
CHANGES = {
    "Europe/Berlin": ("2027-03-28T01:00", 60, "2027-10-31T01:00", -60),
    "America/New_York": ("2027-03-14T07:00", 60, "2027-11-07T06:00", -60),
    "America/Santiago": ("2027-09-05T04:00", 60, "2027-04-04T03:00", -60),
    "Australia/Lord_Howe": ("2027-10-02T15:30", 30, "2027-04-03T15:00", -30),
}
SECOND = timedelta(seconds=1)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(at, name):
    """What clocks show then, without a zone."""
    return at.astimezone(zones.zone(name)).replace(tzinfo=None, fold=0)


@pytest.mark.parametrize("name", CHANGES)
def test_a_skipped_time_is_refused_with_the_times_around_it(name):
    change, minutes = utc(CHANGES[name][0]), CHANGES[name][1]
    shown_before = wall(change - SECOND, name) + SECOND
    for skipped in (shown_before, shown_before + timedelta(minutes=minutes) - SECOND):
        with pytest.raises(NoSuchTime) as refused:
            zones.place(skipped, zones.zone(name))
        assert refused.value.after == change
        assert refused.value.before == change - timedelta(minutes=1)


@pytest.mark.parametrize("name", CHANGES)
def test_a_time_that_comes_twice_is_refused_until_one_is_chosen(name):
    change, minutes = utc(CHANGES[name][2]), -CHANGES[name][3]
    for shown in (wall(change, name), wall(change, name) + timedelta(minutes=minutes) - SECOND):
        with pytest.raises(TwiceThatDay) as refused:
            zones.place(shown, zones.zone(name))
        first = zones.place(shown, zones.zone(name), second=False)
        second = zones.place(shown, zones.zone(name), second=True)
        assert second.astimezone(UTC) - first.astimezone(UTC) == timedelta(minutes=minutes)
        assert (refused.value.first, refused.value.second) == (first, second)
        assert first.astimezone(UTC) < change <= second.astimezone(UTC)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("which", [0, 2])
def test_a_second_to_either_side_of_a_change_is_one_moment(name, which):
    change = utc(CHANGES[name][which])
    hour = timedelta(hours=1)
    for at in (change - SECOND - hour, change + hour, change - SECOND if which == 0 else change + hour):
        assert zones.place(wall(at, name), zones.zone(name)) == at


@pytest.mark.parametrize("name", [*CHANGES, "UTC", "Asia/Kathmandu", "Pacific/Kiritimati"])
@pytest.mark.parametrize("text", ["2026-12-31T23:59:59", "2027-01-01T00:00:00", "2028-02-29T12:00:00"])
def test_the_turn_of_the_year_and_the_leap_day_are_moments(name, text):
    shown = datetime.fromisoformat(text)
    assert wall(zones.place(shown, zones.zone(name)), name) == shown


def moments(shown, name):
    """By `place`: none, one or two."""
    try:
        return [zones.place(shown, zones.zone(name)).astimezone(UTC)]
    except TwiceThatDay as two:
        return [two.first.astimezone(UTC), two.second.astimezone(UTC)]
    except NoSuchTime:
        return []


@pytest.mark.parametrize("name", CHANGES)
def test_every_half_hour_of_a_year_is_placed_once_twice_or_never(name):
    """Against the other direction: every moment of the year, as the clocks show it."""
    meant: dict[datetime, list[datetime]] = {}
    at = utc("2027-01-01T00:00")
    while at < utc("2028-01-01T00:00"):
        meant.setdefault(wall(at, name), []).append(at)
        at += timedelta(minutes=30)
    shown = min(meant)
    while shown <= max(meant):
        assert moments(shown, name) == meant.get(shown, [])
        shown += timedelta(minutes=30)


@pytest.mark.parametrize(
    ("shown", "name"), [("0001-01-01T00:00", "Asia/Tokyo"), ("9999-12-31T23:59", "America/New_York")]
)
def test_what_no_calendar_reaches_is_an_overflow(shown, name):
    with pytest.raises(OverflowError):
        zones.place(datetime.fromisoformat(shown), zones.zone(name)).astimezone(UTC)


def test_a_name_that_is_no_place_is_refused():
    for name in ("Mars/Olympus", "../../etc/passwd", "", "EST5EDT", "x" * 200, "\0"):
        with pytest.raises(ValidationError, match="no time zone"):
            zones.validate(name)
    zones.validate("Europe/Berlin")
    zones.validate("UTC")


def test_a_name_that_the_machine_has_lost_is_utc():
    assert zones.zone("Mars/Olympus") is UTC


def test_a_moment_is_written_with_its_place():
    at = utc("2026-12-01T08:00")
    assert zones.written(at, zones.zone("Europe/Berlin")) == "Dec. 1, 2026, 09:00 Berlin time"
    assert zones.written(at, zones.zone("America/Argentina/Buenos_Aires")).endswith("05:00 Buenos Aires time")
    assert zones.written(at, UTC) == "Dec. 1, 2026, 08:00 UTC"


@pytest.mark.parametrize(
    ("name", "offset"),
    [
        ("UTC", "UTC"),
        ("Europe/Berlin", "UTC+01:00"),
        ("America/New_York", "UTC−05:00"),
        ("Asia/Kathmandu", "UTC+05:45"),
    ],
)
def test_the_offset_is_stated(name, offset):
    assert zones.offset(utc("2026-12-01T08:00").astimezone(zones.zone(name))) == offset


def test_a_lazy_zone_is_asked_once_and_only_for_a_time():
    asked = []

    def ask():
        asked.append(1)
        return "Europe/Berlin"

    lazy = zones.LazyZone(ask)
    with timezone.override(lazy):
        assert asked == []
        here = timezone.localtime(utc("2027-07-01T22:30"))
        assert (here.day, here.hour, here.tzname(), str(here.tzinfo)) == (2, 0, "CEST", "Europe/Berlin")
        assert timezone.make_aware(datetime.fromisoformat("2027-07-02T00:30")) == utc("2027-07-01T22:30")
        # The second of two, as Python tells them apart.
        assert timezone.localtime(utc("2027-10-31T01:30")).fold == 1
        assert timezone.localtime(utc("2027-10-31T00:30")).utcoffset() == timedelta(hours=2)
    assert asked == [1]
