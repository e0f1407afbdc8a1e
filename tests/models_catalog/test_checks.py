"""The list of facts that are due for a check, and what editors do about it."""

from datetime import date, timedelta

import pytest

from models_catalog.checks import mark_changed, mark_checked, stale_facts
from models_catalog.models import Citation, Source
from models_catalog.signals import content_changed
from tests.factories import (
    make_check_interval,
    make_citation,
    make_event,
    make_figure,
    make_license,
    make_release,
    make_source,
    make_variant,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)
LONG_AGO = date(2025, 1, 1)


def test_a_stale_fact_says_what_it_is_where_it_is_shown_since_when_and_why():
    make_check_interval(about="release", days=100)
    release = make_release(name="Llama 9", slug="llama-9")
    make_citation(release=release, field="context_tokens", checked_on=LONG_AGO)
    (found,) = stale_facts(TODAY)
    assert (found.subject, found.label) == ("Llama 9", "context window")
    assert found.url == "/models/llama-9/#fact-context-tokens"
    assert found.due_since == LONG_AGO + timedelta(days=100)
    assert found.reason == "its interval is over"


def test_a_stale_fact_names_the_change_of_its_source():
    source = make_source(changed_on=TODAY)
    make_citation(release=make_release(), field="status", source=source, checked_on=LONG_AGO)
    assert [found.reason for found in stale_facts(TODAY)] == ["its source was changed"]


def test_what_readers_cannot_see_is_not_listed():
    make_check_interval(about="release", days=100)
    make_citation(release=make_release(is_listed=False), field="status", checked_on=LONG_AGO)
    assert stale_facts(TODAY) == []


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_is_one_query_however_long(count, django_assert_num_queries):
    for about in ("release", "variant", "license", "key_figure", "event"):
        make_check_interval(about=about, days=100)
    for _ in range(count):
        release = make_release()
        make_citation(release=release, field="status", checked_on=LONG_AGO)
        make_citation(variant=make_variant(release=release), field="layers", checked_on=LONG_AGO)
        make_citation(license=make_license(), field="summary", checked_on=LONG_AGO)
        make_citation(key_figure=make_figure(), field="value", checked_on=LONG_AGO)
        make_citation(event=make_event(), field="summary", checked_on=LONG_AGO)
    with django_assert_num_queries(1):
        assert len(stale_facts(TODAY)) == 5 * count


@pytest.fixture
def heard(django_capture_on_commit_callbacks):
    """What was announced as changed."""
    seen = []

    def listen(sender, pk, **kwargs):
        seen.append((sender, pk))

    content_changed.connect(listen)
    yield seen
    content_changed.disconnect(listen)


def test_checking_takes_a_fact_from_the_list_and_is_announced(heard, django_capture_on_commit_callbacks):
    make_check_interval(about="release", days=100)
    citation = make_citation(release=make_release(), field="status", checked_on=LONG_AGO)
    with django_capture_on_commit_callbacks(execute=True):
        assert mark_checked(Citation.objects.all(), today=TODAY) == [citation]
    assert stale_facts(TODAY) == []
    assert (Citation, citation.pk) in heard


def test_checking_twice_a_day_changes_nothing():
    make_citation(release=make_release(), field="status", checked_on=TODAY)
    assert mark_checked(Citation.objects.all(), today=TODAY) == []


def test_a_change_of_a_source_puts_its_facts_on_the_list(heard, django_capture_on_commit_callbacks):
    source, other = make_source(), make_source()
    release = make_release()
    due = make_citation(release=release, field="status", source=source, checked_on=LONG_AGO)
    make_citation(release=release, field="languages", source=other, checked_on=LONG_AGO)
    with django_capture_on_commit_callbacks(execute=True):
        assert mark_changed(Source.objects.filter(pk=source.pk), today=TODAY) == [source]
    assert [found.citation for found in stale_facts(TODAY)] == [due]
    assert (Source, source.pk) in heard
