"""What a worker does before its first reader comes, and what it does not wait for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import OperationalError

from llamahub import starting
from llamahub.edge import EdgeHandler
from llamahub.page_store.knowledge import knowledge
from llamahub.page_store.layer import PageStore
from models_catalog.models import Release
from tests.factories import make_hub, make_release

from .page_store.conftest import Visitor


@pytest.fixture
def store(transactional_db, settings) -> Iterator[PageStore]:
    """A process that has just begun, for the host that visitors of the tests ask."""
    settings.SITE_URL = "http://localhost:8000"
    make_hub()
    make_release(name="Llama 9", slug="llama-9")
    knowledge.begin()
    store = PageStore(EdgeHandler(), most_bytes=8 * 1024 * 1024)
    yield store
    store.close()
    knowledge.begin()


def test_the_first_reader_finds_the_start_page_ready(store):
    starting.prepare(store)
    visitor = Visitor(store)
    assert visitor.get("/").is_hit
    assert visitor.get("/models/llama-9/").is_hit


def test_a_hub_without_releases_starts_as_well(store):
    Release.objects.all().delete()
    starting.prepare(store)
    assert Visitor(store).get("/").is_hit


def test_a_database_that_is_away_is_not_waited_for(store, monkeypatch):
    def away() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(store.listener, "_listen", away)
    monkeypatch.setattr(store, "make", lambda path: pytest.fail("a page was asked for"))
    starting.prepare(store)
    assert knowledge.blind_since is not None


def test_a_database_that_goes_away_meanwhile_ends_nothing(store, monkeypatch, caplog):
    def away(path: str) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(store, "make", away)
    starting.prepare(store)
    assert [record.getMessage() for record in caplog.records if record.name == starting.__name__] == [
        "No page is made at the start: gone"
    ]


def test_under_debug_nothing_is_made_that_nothing_would_keep(settings, monkeypatch):
    settings.DEBUG = True
    for step in ("compile_templates", "load_addresses", "make_first_pages"):
        monkeypatch.setattr(starting, step, lambda *of, step=step: pytest.fail(step))
    starting.prepare(None)


def test_templates_are_compiled_where_they_are_kept(settings, monkeypatch):
    compiled = []
    monkeypatch.setattr(starting, "get_template", compiled.append)
    starting.prepare(None)
    assert "base.html" in compiled
    assert "models_catalog/release.html" in compiled
