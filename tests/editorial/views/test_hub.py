"""The hub: every section from the database, in the editors' order."""

from __future__ import annotations

import pytest

from editorial.models import HubSection
from editorial.sections import ROWS
from models_catalog.models import KeyFigure, Release, TimelineEvent
from tests.factories import (
    make_event,
    make_figure,
    make_hub,
    make_live_article,
    make_persona,
    make_release,
    make_section,
)

from .pages import Page, fill

pytestmark = pytest.mark.django_db


def hub(client) -> Page:
    return Page(client.get("/").content.decode())


def test_every_kind_of_section_has_its_rows_and_its_template(client):
    assert set(ROWS) == set(HubSection.Kind.values)
    fill(1)
    assert set(HubSection.Kind.values) <= set(hub(client).ids)


@pytest.mark.parametrize("kind", HubSection.Kind.values)
def test_a_section_without_entries_is_shown_all_the_same(client, kind):
    make_section(kind, title="Its heading")
    assert "Its heading" in hub(client).html


def test_sections_follow_the_editors_order(client):
    make_section("licensing", position=1)
    make_section("family", position=2)
    make_section("account", position=3)
    ids = hub(client).ids
    assert ids.index("licensing") < ids.index("family") < ids.index("account")


def test_a_section_that_is_not_listed_is_not_shown_and_costs_nothing(client, django_assert_max_num_queries):
    fill(1)
    HubSection.objects.exclude(kind="account").update(is_listed=False)
    with django_assert_max_num_queries(2):
        page = hub(client)
    assert "family" not in page.ids


def test_an_editors_change_is_on_the_page(client):
    make_hub(tagline="A new promise")
    HubSection.objects.filter(kind="account").update(title="A new heading", body="New **words**.")
    html = hub(client).html
    assert "A new promise" in html
    assert "A new heading" in html
    assert "New <strong>words</strong>." in html


def test_only_listed_entries_are_shown(client):
    make_hub()
    make_event(title="Hidden event", is_listed=False, is_headline=True)
    make_release(name="Hidden release", is_listed=False)
    make_figure(label="Hidden figure", is_headline=False)
    persona = make_persona()
    persona.releases.set(Release.objects.all())
    html = hub(client).html
    for name in ("Hidden event", "Hidden release", "Hidden figure"):
        assert name not in html
    assert TimelineEvent.objects.exists()
    assert KeyFigure.objects.exists()


def test_a_reader_finds_where_to_start(client):
    make_hub()
    persona = make_persona(name="Researchers", slug="researchers")
    article = make_live_article(edition={"title": "Read this first"})
    persona.articles.add(article)
    page = hub(client)
    assert "researchers" in page.ids
    assert article.get_absolute_url() in page.links


def test_every_section_leads_to_its_own_page(client):
    fill(1)
    assert {"/timeline/", "/figures/", "/models/", "/run/", "/articles/", "/licensing/", "/notices/", "/about/"} <= set(
        hub(client).links
    )
