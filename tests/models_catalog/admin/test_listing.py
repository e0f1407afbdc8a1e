"""Lists of the admin that are long."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from models_catalog.admin import listing
from models_catalog.models import TimelineEvent
from tests.factories import make_event, make_release, make_user, make_variant
from tests.llamahub.admin.entries import make_citation

pytestmark = pytest.mark.django_db
EVENTS = "admin:models_catalog_timelineevent_changelist"


@pytest.fixture
def editor(client):
    client.force_login(make_user(is_superuser=True))
    return client


def test_a_long_list_is_counted_so_far_and_says_so(editor, monkeypatch):
    monkeypatch.setattr(listing, "COUNTED", 60)
    for _ in range(62):
        make_event()
    page = editor.get(reverse(EVENTS)).content.decode()
    assert "more than 60 timeline events" in page
    assert "Select all more than 60" in page
    assert editor.get(f"{reverse(EVENTS)}?p=2").status_code == 200
    assert "Show counts" not in page


def test_a_short_list_is_counted_exactly(editor):
    make_event()
    page = editor.get(reverse(EVENTS)).content.decode()
    assert "1 timeline event" in page
    assert "more than" not in page
    assert "Show counts" in page


@pytest.mark.parametrize("counted", [10_000, 1_000])
def test_what_is_counted_has_its_thousands_apart_whether_there_is_more_or_not(editor, monkeypatch, counted):
    monkeypatch.setattr(listing, "COUNTED", counted)
    TimelineEvent.objects.bulk_create(
        TimelineEvent(title=f"Event {n}", slug=f"event-{n}", happened_on="2024-01-01", kind="release", summary="So.")
        for n in range(1_430)
    )
    number = "1,430" if counted > 1_430 else "more than 1,000"
    page = editor.get(reverse(EVENTS), {"q": "event"}).content.decode()
    for words in (
        f">{number} results (",
        f"{number} timeline events",
        f"Select all {number}",
        f"All {number} selected",
    ):
        assert words in page, words


def test_a_long_list_is_sorted_only_by_what_an_index_sorts(editor, monkeypatch):
    make_event()
    url = f"{reverse(EVENTS)}?o=1"
    monkeypatch.setattr(listing, "is_long", lambda model: False)
    assert editor.get(url).context["cl"].result_list.query.order_by[0] == "title"
    monkeypatch.setattr(listing, "is_long", lambda model: True)
    changes = editor.get(url).context["cl"]
    assert "title" not in changes.sortable_by
    assert "kind" in changes.sortable_by
    # Nor by its address.
    assert list(changes.result_list.query.order_by) == ["-happened_on", "slug"]


def test_changes_of_links_are_listed_by_themselves(editor):
    make_event().releases.add(make_release())
    changes = editor.get(reverse("admin:models_catalog_recordedchange_changelist"), {"kind": "links"}).context["cl"]
    assert [change.table for change in changes.result_list] == ["models_catalog_timelineevent_releases"]


def test_the_search_box_says_how_it_finds(editor):
    page = editor.get(reverse(EVENTS)).content.decode()
    assert "By title, address or summary. Finds words by how they begin." in page


def test_what_is_searched_for_is_text(editor):
    event = make_event(title="A & B: <the> “deal”", slug="a-b-deal")
    other = make_event(title="C", slug="c")
    for text in ("a & b", "“deal", "<the>", "a:* b", "a-b-deal", "b | !c"[:1]):
        page = editor.get(reverse(EVENTS), {"q": text}).content.decode()
        assert reverse("admin:models_catalog_timelineevent_change", args=[event.pk]) in page, text
        assert reverse("admin:models_catalog_timelineevent_change", args=[other.pk]) not in page, text


@pytest.mark.parametrize("text", ["&", "|", "!", "'", "\\", ":*", "<->", "(", ")", "a & | b", "'; --", "x" * 9_000])
def test_no_search_is_an_error(editor, text):
    make_citation()
    for name in ("timelineevent", "citation", "recordedchange"):
        url = reverse(f"admin:models_catalog_{name}_changelist")
        assert editor.get(url, {"q": text}).status_code == 200
    choose = {"app_label": "models_catalog", "model_name": "variant", "field_name": "release", "term": text}
    assert editor.get(reverse("admin:autocomplete"), choose).status_code == 200


def test_what_is_chosen_for_a_field_is_found_in_the_same_way(editor):
    release = make_release(name="Llama Nine", slug="llama-nine")
    make_release(name="Other", slug="other")
    choose = {"app_label": "models_catalog", "model_name": "variant", "field_name": "release", "term": "nin llama-"}
    found = editor.get(reverse("admin:autocomplete"), choose).json()
    assert [each["id"] for each in found["results"]] == [str(release.pk)]


def test_days_are_offered_from_the_first_year_to_the_last(editor):
    make_event(happened_on="2023-02-24")
    make_event(happened_on="2025-04-05")
    url = reverse(EVENTS)
    page = editor.get(url).content.decode()
    assert all(f"?happened_on__year={year}" in page for year in (2023, 2024, 2025))
    months = editor.get(f"{url}?happened_on__year=2024").content.decode()
    assert "?happened_on__month=12&amp;happened_on__year=2024" in months
    days = editor.get(f"{url}?happened_on__year=2024&happened_on__month=2").content.decode()
    assert "happened_on__day=29" in days
    assert "happened_on__day=30" not in days
    assert (
        editor.get(f"{url}?happened_on__year=2025&happened_on__month=4&happened_on__day=5").context["cl"].result_count
        == 1
    )


@pytest.mark.parametrize(
    "query", ["happened_on__year=x", "happened_on__year=2024&happened_on__month=13", "happened_on__year=0"]
)
def test_a_day_that_there_is_none_of_is_answered(editor, query):
    make_event()
    assert editor.get(f"{reverse(EVENTS)}?{query}", follow=True).status_code == 200


def test_offering_days_looks_at_no_more_than_the_ends(editor):
    make_event()
    with CaptureQueriesContext(connection) as queries:
        editor.get(reverse(EVENTS))
    assert not [query for query in queries if "DATE_TRUNC" in query["sql"]]


def test_the_rows_of_a_page_come_in_the_order_of_the_list(editor):
    releases = [make_release(name=name, released_on=day) for name, day in (("B", "2024-01-01"), ("A", "2025-01-01"))]
    make_variant(release=releases[0])
    shown = editor.get(reverse("admin:models_catalog_release_changelist")).context["cl"].result_list
    assert [(each.name, each.checkpoint_count) for each in shown] == [("A", 0), ("B", 1)]
