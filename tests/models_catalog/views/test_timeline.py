"""The timeline, its events and their feed."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest

from models_catalog.sitemaps import sitemaps
from tests.factories import make_citation, make_event, make_release, make_source

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def events():
    return [
        make_event(slug="first", title="First", happened_on=date(2023, 2, 24)),
        make_event(slug="leak", title="Leak", happened_on=date(2023, 3, 1), date_precision="month", kind="incident"),
        make_event(slug="last", title="Last", happened_on=date(2025, 4, 5)),
    ]


def test_events_are_grouped_by_year_newest_first(client, events):
    years = client.get("/timeline/").context["years"]
    assert [(year, [e.title for e in of_year]) for year, of_year in years] == [
        (2025, ["Last"]),
        (2023, ["Leak", "First"]),
    ]


def test_events_are_filtered_by_kind(client, events):
    assert [e.title for e in client.get("/timeline/?kind=incident").context["events"]] == ["Leak"]


def test_an_unknown_kind_shows_all_and_says_so(client, events):
    response = client.get("/timeline/?kind=party")
    assert len(response.context["events"]) == 3
    assert "Left out:" in response.content.decode()


def test_a_date_known_by_its_month_is_no_day(client, events):
    html = client.get("/timeline/leak/").content.decode()
    assert "March 2023" in html
    assert "March 1, 2023" not in html


def test_an_event_shows_its_source_its_releases_and_its_neighbors(client, events):
    release = make_release(name="Llama Nine")
    events[1].releases.add(release)
    make_citation(event=events[1], field="happened_on", source=make_source(title="A newspaper"))
    html = client.get("/timeline/leak/").content.decode()
    for piece in ("A newspaper", "Llama Nine", "/timeline/first/", "/timeline/last/"):
        assert piece in html


def test_the_feed_has_the_newest_events_first_with_full_addresses(client, events, settings):
    settings.SITE_URL = "https://hub.example"
    response = client.get("/feeds/events.xml")
    entries = ET.fromstring(response.content).findall(f"{ATOM}entry")
    assert [e.find(f"{ATOM}link").get("href") for e in entries] == [
        f"https://hub.example/timeline/{slug}/" for slug in ("last", "leak", "first")
    ]
    assert entries[1].find(f"{ATOM}title").text == "March 2023: Leak"
    assert "public" in response["Cache-Control"]


def test_the_sitemap_has_listed_entries_only(events):
    make_event(slug="secret", is_listed=False)
    make_release(slug="hidden", is_listed=False)
    shown = make_release(slug="shown")
    locations = [sitemap.location(item) for sitemap in sitemaps.values() for item in sitemap.items()]
    assert shown.get_absolute_url() in locations
    assert "/timeline/first/" in locations
    assert "/models/" in locations
    assert not any("secret" in path or "hidden" in path for path in locations)
