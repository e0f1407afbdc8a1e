"""Pages of long lists: by place, without a gap, and still by number."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import QueryDict

from models_catalog.models import Source, TimelineEvent
from models_catalog.paging import Listing
from tests.factories import make_event, make_source

pytestmark = pytest.mark.django_db

ORDER = TimelineEvent.NEWEST_FIRST


@pytest.fixture
def events() -> list[str]:
    """Seven, several of a day; their slugs as a list shows them."""
    for number, day in enumerate([3, 3, 3, 2, 1, 1, 1]):
        make_event(slug=f"e{number}", happened_on=date(2024, 1, day))
    return [f"e{number}" for number in range(7)]


def listing(query: str) -> Listing[TimelineEvent]:
    return Listing(TimelineEvent.objects.listed, ORDER, QueryDict(query.lstrip("?")), 2)


def shown(query: str) -> list[str]:
    return [event.slug for event in listing(query).rows]


def walk(query: str, link: str) -> list[list[str]]:
    pages = []
    while True:
        page = listing(query)
        pages.append([event.slug for event in page.rows])
        query = getattr(page, link)
        if not query or len(pages) > 9:
            return pages


def test_the_pages_together_are_the_list(events):
    assert walk("", "older") == [["e0", "e1"], ["e2", "e3"], ["e4", "e5"], ["e6"]]


def test_the_way_back_shows_the_same(events):
    last = "?after=2024-01-01~e5"
    assert walk(last, "newer") == [["e6"], ["e4", "e5"], ["e2", "e3"], ["e0", "e1"]]


def test_only_the_first_page_has_none_before_it(events):
    first, last = listing(""), listing("?after=2024-01-01~e5")
    assert (first.newer, bool(first.older)) == ("", True)
    assert (bool(last.newer), last.older) == (True, "")


def test_an_entry_that_is_added_meanwhile_moves_nothing(events):
    older = listing("").older
    make_event(slug="e", happened_on=date(2025, 1, 1))
    assert shown(older) == ["e2", "e3"]


def test_a_place_stays_when_its_entry_is_gone(events):
    older = listing("").older
    TimelineEvent.objects.filter(slug="e1").delete()
    assert shown(older) == ["e2", "e3"]


@pytest.mark.parametrize(
    ("number", "first"), [("1", "e0"), ("2", "e2"), ("4", "e6"), ("99999", "e5"), ("9" * 5000, "e0")]
)
def test_an_old_address_with_a_number_shows_the_page_of_that_number(events, number, first):
    assert shown(f"?page={number}")[0] == first


def test_a_page_by_number_is_to_be_remembered_by_its_place(events):
    assert listing("?page=2").here == "?after=2024-01-03~e1"


@pytest.mark.parametrize(
    "query",
    ["after=", "after=x", "after=2024-13-01~e1", "after=2024-01-01", "after=2024-01-01~e1~e2", "after=2024-01-01~%00",
     "before=~", "page=x", "page=-1", "page=1.5", "page=²"],
)  # fmt: skip
def test_what_is_no_place_shows_the_first_page(events, query):
    assert shown(query) == ["e0", "e1"]


@pytest.mark.parametrize("title", ["a~b", "a!b", "a!1b", "!0~!1", "~", "a b & c?"])
def test_a_place_holds_any_text(title):
    source = make_source(publisher="Meta", title=title, slug="s")
    assert Source.BY_PUBLISHER.read(Source, Source.BY_PUBLISHER.place_of(source)) == ("Meta", title, "s")


def test_finding_the_page_of_a_number_fetches_no_more_than_its_place(events, django_assert_num_queries):
    with django_assert_num_queries(1):
        Listing(TimelineEvent.objects.with_facts, ORDER, QueryDict("page=2"), 2)


def test_beyond_the_end_leads_back(events):
    page = listing("?after=1999-01-01~a")
    assert page.rows == []
    assert page.older == ""
    assert shown(page.newer) == ["e0", "e1"]


def test_a_first_page_that_is_there_already_needs_no_other_question():
    def rows():
        raise AssertionError("The list was asked for.")

    first = Listing.beginning(TimelineEvent.objects.listed(), ORDER, 2)
    assert Listing(rows, ORDER, QueryDict(), 2, first=first).asked is first


def test_what_else_was_asked_is_kept(events):
    page = Listing(
        TimelineEvent.objects.all, ORDER, QueryDict("kind=release&x=1&as_of=2024-01-01"), 2, kept={"kind": "release"}
    )
    assert page.older == "?kind=release&as_of=2024-01-01&after=2024-01-03~e1"


def test_a_page_far_back_begins_at_the_index():
    rows = ORDER.following(TimelineEvent.objects.listed(), (date(2024, 1, 1), "e"))
    assert "happened_on <= " in str(rows.query).replace('"', "").replace("models_catalog_timelineevent.", "")
