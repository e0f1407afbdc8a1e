"""Names on a chart: readable, inside it, and never one over another."""

import random
from datetime import date, timedelta
from itertools import combinations

import pytest

from models_catalog.charts import context_chart, events_chart, family_chart
from models_catalog.charts.labels import Box, Labels
from models_catalog.charts.scales import LogScale, TimeScale
from models_catalog.models import Release, TimelineEvent
from tests.factories import make_event, make_release, make_variant


def overlaps(boxes):
    return [(a, b) for a, b in combinations(boxes, 2) if a.overlaps(b)]


@pytest.mark.parametrize("seed", range(5))
def test_labels_of_crowded_points_do_not_overlap_and_stay_inside(seed):
    place = random.Random(seed)
    area = Box(0, 0, 600, 400)
    labels = Labels(area, size=13)
    points = [(place.uniform(0, 600), place.uniform(0, 400)) for _ in range(40)]
    for x, y in points:
        labels.take(x, y, 6)
    placed = [label for n, (x, y) in enumerate(points) if (label := labels.place(f"Llama Test {n}", x, y, 6))]
    assert len(placed) > 25
    assert not overlaps([label.box for label in placed])
    assert all(label.box.within(area) for label in placed)


def test_a_label_never_covers_a_point():
    labels = Labels(Box(0, 0, 300, 100), size=13)
    labels.take(50, 50, 6)
    labels.take(70, 50, 6)
    label = labels.place("Llama 3", 50, 50, 6)
    assert not label.box.overlaps(Box(64, 44, 76, 56))


def test_a_label_without_room_is_left_out_rather_than_laid_over_another():
    labels = Labels(Box(0, 0, 60, 20), size=13)
    labels.taken.append(Box(0, 0, 60, 20))
    assert labels.place("Llama 4 Behemoth", 30, 10, 4) is None


def test_a_label_away_from_its_point_is_tied_to_it_by_a_line():
    labels = Labels(Box(0, 0, 300, 300), size=13)
    labels.taken.append(Box(0, 110, 300, 190))
    assert labels.place("Llama 2", 150, 150, 4).line


def test_a_log_scale_gives_each_tenfold_the_same_room():
    scale = LogScale.over([2_000, 9_000_000], 0, 400)
    assert [scale(n) for n in scale.decades()] == [0, 100, 200, 300, 400]


@pytest.mark.parametrize("day", [date.min, date(2024, 2, 29), date.max])
def test_a_time_scale_over_one_day_is_still_a_scale(day):
    scale = TimeScale.over([day], 0, 100)
    assert 0 <= scale(day) <= 100
    assert scale.years(at_most=6)


@pytest.fixture
def family(db):
    """Forty releases on three days, all branches: more crowded than the real family."""
    for n in range(40):
        release = make_release(
            branch=list(Release.Branch)[n % 3],
            released_on=date(2023, 2, 24) + timedelta(days=300 * (n % 3)),
            context_tokens=2048 * 2 ** (n % 13),
        )
        make_variant(release=release, parameters_total=10 ** (9 + n % 4))
    return list(Release.objects.listed().with_facts())


def test_the_family_chart_has_no_overlapping_labels_on_any_screen(family):
    for drawing in family_chart(family).drawings:
        assert len(drawing.labels) > 10
        assert not overlaps([label.box for label in drawing.labels])
        assert all(label.box.within(drawing.area) for label in drawing.labels)


def test_the_family_chart_is_the_same_each_time(family):
    assert family_chart(family) == family_chart(list(reversed(family)))


def test_the_family_chart_draws_every_size(family):
    wide, narrow = family_chart(family).drawings
    assert len(wide.marks) == len(narrow.marks) == 40


@pytest.mark.django_db
def test_a_mark_grows_with_the_context_window():
    small, large = (make_release(context_tokens=n) for n in (2_048, 10_000_000))
    for release in (small, large):
        make_variant(release=release)
    releases = list(Release.objects.oldest_first().with_facts())
    by_title = {mark.title.split(",")[0]: mark.radius for mark in family_chart(releases).drawings[0].marks}
    assert by_title[large.name] > by_title[small.name]


@pytest.mark.django_db
def test_releases_without_a_size_or_a_context_draw_nothing():
    make_release(context_tokens=None)
    releases = list(Release.objects.listed().with_facts())
    assert family_chart(releases) is None
    assert context_chart(releases) is None
    assert events_chart([]) is None


@pytest.mark.django_db
def test_the_context_chart_has_the_longest_window_first():
    for number in (8_192, 10_000_000, 131_072):
        make_release(context_tokens=number)
    chart = context_chart(list(Release.objects.listed()))
    assert [row.value for row in chart.drawings[0].rows] == ["10M", "128K", "8K"]


@pytest.mark.django_db
def test_events_of_the_same_day_do_not_hide_one_another():
    for _ in range(3):
        make_event(happened_on=date(2024, 9, 25))
    for drawing in events_chart(list(TimelineEvent.objects.all())).drawings:
        assert len({(mark.x, mark.y) for mark in drawing.marks}) == 3


@pytest.mark.django_db
def test_named_events_do_not_overlap():
    for n in range(12):
        make_event(happened_on=date(2024, 1, 1) + timedelta(days=20 * n), is_headline=True)
    for drawing in events_chart(list(TimelineEvent.objects.all())).drawings:
        assert not overlaps([label.box for label in drawing.labels])
