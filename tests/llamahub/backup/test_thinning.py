"""Which exports stay when old ones are thinned out."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from llamahub.backup.thinning import Dated, Keep, superfluous

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def made(*moments, sound=True):
    """One export for each moment: "2026-11-26" is noon of that day."""
    exports = []
    for moment in moments:
        at = datetime.fromisoformat(moment if "T" in moment else f"{moment}T12:00").replace(tzinfo=UTC)
        exports.append(Dated(moment, at, sound))
    return exports


def nightly(days, until="2026-11-26"):
    last = datetime.fromisoformat(f"{until}T03:15").replace(tzinfo=UTC)
    return [Dated((last - timedelta(days=n)).date().isoformat(), last - timedelta(days=n), True) for n in range(days)]


def kept(exports, keep, zone=UTC):
    gone = superfluous(exports, Keep.parse(keep), zone)
    return sorted(export.name for export in exports if export not in gone)


@pytest.mark.parametrize("text", ["7-4-6", "0-0-1", "999-999-999"])
def test_a_plan_is_written_as_it_is_read(text):
    assert str(Keep.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "7", "7-4", "7-4-6-1", "-7-4-6", "7--6", "a-b-c", "7-4-6 ", "٧-4-6", "0-0-0", "1000-1-1"]
)
def test_what_is_no_plan_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="7-4-6"):
        Keep.parse(text)


def test_the_newest_of_each_of_the_last_days_stays():
    exports = made("2026-11-26T03:00", "2026-11-26T15:00", "2026-11-25T03:00", "2026-11-25T23:59", "2026-11-24T00:00")
    assert kept(exports, "2-0-0") == ["2026-11-25T23:59", "2026-11-26T15:00"]


def test_days_without_an_export_do_not_count():
    exports = made("2026-11-26", "2026-10-02", "2026-03-01", "2025-12-31")
    assert kept(exports, "3-0-0") == ["2026-03-01", "2026-10-02", "2026-11-26"]


def test_a_week_begins_on_monday():
    exports = made("2026-11-22", "2026-11-23", "2026-11-29", "2026-11-30")  # Sunday, Monday, Sunday, Monday
    assert kept(exports, "0-3-0") == ["2026-11-22", "2026-11-29", "2026-11-30"]


def test_a_week_across_the_turn_of_the_year_is_one():
    exports = made("2026-12-28", "2026-12-31", "2027-01-01", "2027-01-03", "2027-01-04")  # the 53rd week, then the 1st
    assert kept(exports, "0-9-0") == ["2027-01-03", "2027-01-04"]


def test_the_same_week_number_of_two_years_is_two_weeks():
    assert kept(made("2025-11-26", "2026-11-25"), "0-2-0") == ["2025-11-26", "2026-11-25"]


def test_the_newest_of_each_month_stays_whatever_its_length():
    exports = made("2024-01-31", "2024-02-01", "2024-02-29", "2024-03-01", "2025-02-28", "2025-03-01")
    assert kept(exports, "0-0-9") == ["2024-01-31", "2024-02-29", "2024-03-01", "2025-02-28", "2025-03-01"]


def test_a_year_of_nights_thins_to_what_was_asked():
    names = kept(nightly(365), "7-4-6")
    assert names == [
        "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31",  # months; November’s is the newest
        "2026-11-08", "2026-11-15",  # Sundays; the weeks of the 22nd and 26th are among the days
        "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26",
    ]  # fmt: skip


def test_thinning_every_night_ends_where_thinning_once_does():
    """What is thrown away tonight is not missed by a later night’s plan."""
    for plan in ("7-4-6", "1-0-12", "0-4-6", "3-8-2"):
        keep, there = Keep.parse(plan), []
        for export in reversed(nightly(500)):
            there.append(export)
            gone = superfluous(there, keep)
            there = [each for each in there if each not in gone]
        assert there == [export for export in reversed(nightly(500)) if export not in superfluous(nightly(500), keep)]


def test_thinning_twice_removes_nothing_more():
    exports = nightly(400)
    left = [export for export in exports if export not in superfluous(exports, Keep(7, 4, 6))]
    assert superfluous(left, Keep(7, 4, 6)) == []


def test_the_oldest_go_first():
    """A run that is interrupted has removed what mattered least."""
    gone = superfluous(nightly(100), Keep(7, 4, 6))
    assert gone == sorted(gone, key=lambda export: export.made_at)


# --- Hours that come twice, or not at all -----------------------------------------------------------------------------


def test_the_hour_that_comes_twice_is_one_day():
    """In Berlin 02:30 came twice on 25 October 2026; the second is the newer."""
    exports = made("2026-10-25T00:30", "2026-10-25T01:30")
    assert [each.made_at.astimezone(BERLIN).strftime("%H:%M") for each in exports] == ["02:30", "02:30"]
    assert kept(exports, "5-0-0", BERLIN) == ["2026-10-25T01:30"]


def test_the_day_of_23_hours_is_one_day():
    exports = made("2026-03-28T23:00", "2026-03-29T00:59", "2026-03-29T01:00", "2026-03-29T21:59", "2026-03-29T22:00")
    assert kept(exports, "5-0-0", BERLIN) == ["2026-03-29T21:59", "2026-03-29T22:00"]


def test_a_day_begins_at_midnight_of_the_zone():
    exports = made("2026-11-26T04:59", "2026-11-26T05:00")  # midnight in New York
    assert kept(exports, "5-0-0", UTC) == ["2026-11-26T05:00"]
    assert kept(exports, "5-0-0", NEW_YORK) == ["2026-11-26T04:59", "2026-11-26T05:00"]


def test_a_month_and_a_year_begin_at_midnight_of_the_zone():
    exports = made("2026-12-31T22:59", "2026-12-31T23:00")
    assert kept(exports, "0-0-5", BERLIN) == ["2026-12-31T22:59", "2026-12-31T23:00"]
    assert kept(exports, "0-0-5", UTC) == ["2026-12-31T23:00"]


# --- What never goes --------------------------------------------------------------------------------------------------


def test_nothing_goes_while_none_is_known_to_be_sound():
    assert superfluous(nightly_of(None, 30), Keep(1, 0, 0)) == []
    assert superfluous(nightly_of(False, 30), Keep(1, 0, 0)) == []


def nightly_of(sound, days):
    return [Dated(each.name, each.made_at, sound) for each in nightly(days)]


def test_the_newest_stays_even_when_it_is_damaged():
    exports = [*made("2026-11-26", sound=False), *made("2026-11-25", "2026-11-24")]
    assert kept(exports, "1-0-0") == ["2026-11-25", "2026-11-26"]


def test_the_last_that_is_sound_stays_however_old():
    exports = [*nightly_of(None, 30), *made("2020-01-01"), *made("2019-01-01")]
    assert "2020-01-01" in kept(exports, "7-0-0")
    assert "2019-01-01" not in kept(exports, "7-0-0")


def test_a_damaged_one_takes_no_others_place():
    exports = [*made("2026-11-26"), *made("2026-11-25T23:00", sound=False), *made("2026-11-25T01:00")]
    assert kept(exports, "2-0-0") == ["2026-11-25T01:00", "2026-11-26"]


def test_a_single_one_stays():
    assert superfluous(made("2001-01-01"), Keep(1, 0, 0)) == []
    assert superfluous([], Keep(7, 4, 6)) == []


def test_two_of_the_same_moment_do_not_both_go():
    at = datetime(2026, 11, 26, tzinfo=UTC)
    exports = [Dated("a", at, True), Dated("b", at, True)]
    assert len(superfluous(exports, Keep(1, 1, 1))) == 1


@pytest.mark.parametrize("seed", range(40))
def test_whatever_there_is_the_promises_hold(seed):
    chance = random.Random(seed)
    begin = datetime(2024, 1, 1, tzinfo=UTC)
    exports = [
        Dated(f"{n}", begin + timedelta(minutes=chance.randrange(1_500_000)), chance.choice([True, True, None, False]))
        for n in range(chance.randrange(1, 300))
    ]
    keep = Keep(chance.randrange(9), chance.randrange(6), chance.randrange(1, 8))
    zone = chance.choice([UTC, BERLIN, NEW_YORK])
    gone = superfluous(exports, keep, zone)
    stay = [export for export in exports if export not in gone]
    assert max(exports, key=lambda export: (export.made_at, export.name)) in stay
    sound = [export for export in exports if export.is_sound]
    if sound:
        assert max(sound, key=lambda export: (export.made_at, export.name)) in stay
        # The newest and the last sound one may come on top of the plan.
        assert len(stay) <= keep.daily + keep.weekly + keep.monthly + 2
    else:
        assert gone == []
    chance.shuffle(exports)
    assert superfluous(exports, keep, zone) == gone
