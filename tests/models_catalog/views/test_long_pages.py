"""What belongs to one entry may be much: pages show the newest and lead on to the rest."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from tests.factories import make_citation, make_event, make_release, make_source

pytestmark = pytest.mark.django_db
# Where these modules are imported from, views have the same names.
releases = import_module("models_catalog.views.releases")
sources = import_module("models_catalog.views.sources")


def test_a_release_shows_its_newest_milestones_and_leads_to_all_of_them(client, monkeypatch):
    monkeypatch.setattr(releases, "SHOWN", 2)
    release = make_release()
    events = [make_event(happened_on=f"2024-01-0{day}") for day in (1, 2, 3)]
    for event in events:
        event.releases.add(release)
    other = make_event()
    page = client.get(release.get_absolute_url()).content.decode()
    assert [event.get_absolute_url() in page for event in events] == [False, True, True]
    assert f'href="/timeline/?release={release.slug}"' in page
    every = client.get("/timeline/", {"release": release.slug}).content.decode()
    assert all(event.get_absolute_url() in every for event in events)
    assert other.get_absolute_url() not in every


def test_a_release_with_few_milestones_leads_nowhere_else(client):
    release = make_release()
    make_event().releases.add(release)
    assert "/timeline/?release=" not in client.get(release.get_absolute_url()).content.decode()


@pytest.mark.parametrize("path", ["/timeline/", "/articles/"])
def test_a_release_that_readers_may_not_see_is_as_one_that_is_not(client, path):
    hidden = make_release(is_listed=False, name="Zanzibar")
    make_event(title="About Zanzibar").releases.add(hidden)
    page = client.get(path, {"release": hidden.slug})
    assert page.status_code == 200
    assert "not in the catalog" in page.content.decode()
    assert "Zanzibar" not in page.content.decode()


def test_the_facts_of_a_source_go_on_by_key(client, monkeypatch):
    monkeypatch.setattr(sources, "FACTS_PER_PAGE", 2)
    source = make_source()
    targets = [make_release() for _ in range(3)]
    for release in targets:
        make_citation(release=release, field="context_tokens", source=source)
    first = client.get(source.get_absolute_url()).content.decode()
    link = re.search(r'rel="next" href="(\?after=[^"]+)"', first)
    assert link is not None
    second = client.get(source.get_absolute_url() + link[1]).content.decode()
    assert [release.name in first for release in targets] == [True, True, False]
    assert [release.name in second for release in targets] == [False, False, True]
    assert "Facts that rest on it" in first
