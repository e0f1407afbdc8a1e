"""Questions that are put into SQL once: the words last, the answers do not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from models_catalog.history import reading_as_of
from models_catalog.models import Release
from models_catalog.together import ask, fetch, worded_once
from models_catalog.together.statement import let_it_be_planned_once
from tests.factories import make_release, make_variant

pytestmark = pytest.mark.django_db

built: list[str] = []


@worded_once
def _called(*, slug: str) -> tuple[QuerySet[Any], ...]:
    built.append(slug)
    return (Release.objects.filter(slug=slug).prefetch_related("variants"), Release.objects.exclude(slug=slug))


@worded_once
def _numbered(*, keys: Collection[int]) -> tuple[QuerySet[Any], ...]:
    return (Release.objects.filter(pk__in=keys).order_by("pk"),)


def test_each_call_is_answered_for_its_own_arguments():
    one, two = make_release(), make_release()
    for release, other in ((one, two), (two, one)):
        found, others = _called(slug=release.slug)
        ask(found, others)
        assert (list(found), list(others)) == ([release], [other])


def test_the_queryset_is_built_once_for_all_arguments_of_a_form():
    _called(slug="one")
    built.clear()
    _called(slug="two")
    assert built == []


def test_nothing_of_the_content_is_kept():
    release = make_release(name="Before")
    assert [row.name for row in _called(slug=release.slug)[0]] == ["Before"]
    Release.objects.filter(pk=release.pk).update(name="After")
    assert [row.name for row in _called(slug=release.slug)[0]] == ["After"]


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5])
def test_a_list_of_any_length_finds_what_is_in_it(count):
    releases = [make_release() for _ in range(6)][:count]
    assert list(_numbered(keys=[release.pk for release in releases])[0]) == releases


def test_what_is_prefetched_comes_with_the_rows_however_they_are_fetched(django_assert_num_queries):
    release = make_release()
    variant = make_variant(release=release)
    fetched, _ = _called(slug=release.slug)
    fetch(fetched)
    iterated = list(_called(slug=release.slug)[0])
    with django_assert_num_queries(0):
        assert [list(row.variants.all()) for row in (*fetched, *iterated)] == [[variant], [variant]]


def test_a_worded_queryset_cannot_be_asked_for_more():
    found, _ = _called(slug="any")
    for more in (lambda: found.filter(name="x"), found.count, found.exists, lambda: found[:1]):
        with pytest.raises(TypeError, match="build another one"):
            more()


def test_an_argument_that_becomes_part_of_a_value_is_refused():
    @worded_once
    def begins(*, text: str) -> tuple[QuerySet[Any], ...]:
        return (Release.objects.filter(name__startswith=text),)

    with pytest.raises(ValueError, match="part of a longer value"):
        begins(text="Llama")


def test_the_past_is_asked_in_words_of_its_own():
    release = make_release()
    _called(slug=release.slug)
    built.clear()
    with reading_as_of(timezone.now()):
        assert list(_called(slug=release.slug)[0]) == [release]
    assert built == [release.slug]


def test_postgresql_plans_a_worded_question_once_a_connection():
    for release in [make_release() for _ in range(5)]:
        ask(*_called(slug=release.slug))
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%%json_agg%%'")
        planned = [statement for (statement,) in cursor.fetchall()]
    assert len(planned) == len(set(planned)) >= 1


def test_rows_that_are_known_can_still_be_asked_for_more():
    release = make_release()
    mine, _, _ = make_variant(release=release), make_variant(release=release), make_variant()
    (found, _) = _called(slug=release.slug)
    fetch(found)
    assert list(found[0].variants.filter(name=mine.name)) == [mine]
    assert found[0].variants.exclude(name=mine.name).count() == 1


@worded_once
def _since_now(*, slug: str) -> tuple[QuerySet[Any], ...]:
    return (Release.objects.filter(slug=slug, updated_at__lt=timezone.now()),)


def test_the_time_of_the_first_question_is_not_kept_for_later_ones():
    with pytest.raises(ValueError, match="ask the database what time it is"):
        _since_now(slug="one")


def test_places_for_values_are_numbered_and_percent_signs_stay():
    with connection.cursor() as cursor:
        let_it_be_planned_once(cursor, connection)
        cursor.execute("SELECT 'a%%sb' || %s, 7 %% %s", ["%s", 4])
        assert cursor.fetchone() == ("a%sb%s", 3)
