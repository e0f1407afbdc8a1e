"""A network in front keeps pages until it is told to forget them, and is told after every change, whatever happens."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from editorial.models import Edition
from llamahub.cdn import hook
from llamahub.edge import EdgeHandler
from llamahub.page_store import purging, versions
from llamahub.page_store.knowledge import Knowledge
from llamahub.page_store.layer import PageStore
from llamahub.page_store.models import Purge
from models_catalog.models import Release
from tests.factories import make_edition, make_hub, make_live_article, make_release

from .conftest import Visitor, eventually

PAGE = "/models/llama-9/"


@pytest.fixture
def start(transactional_db, settings, fake_cdn, monkeypatch) -> Iterator[Callable[[], PageStore]]:
    settings.PURGE_HOOK = hook(f"{fake_cdn.origin}/")
    stores: list[PageStore] = []

    def one_more() -> PageStore:
        store = PageStore(EdgeHandler(), most_bytes=8 * 1024 * 1024, knowledge=Knowledge())
        stores.append(store)
        store.watch()
        return store

    yield one_more
    for store in stores:
        store.close()


def is_settled() -> bool:
    """The present state is purged, both times."""
    row = Purge.objects.first()
    return row is not None and row.state == str(versions.look().state) and row.again_at is None


@pytest.fixture
def site(start, release) -> PageStore:
    """Nothing is owed."""
    site = start()
    assert eventually(is_settled)
    return site


def change(name: str = "Llama 10") -> float:
    Release.objects.update(name=name)
    return time.monotonic()


def test_a_change_is_purged_at_once_and_once_more(site, fake_cdn):
    before = len(fake_cdn.purges)
    changed = change()
    assert eventually(lambda: len(fake_cdn.purges) == before + 1, seconds=1)
    assert eventually(lambda: len(fake_cdn.purges) == before + 2)
    assert fake_cdn.purges[-1].at - changed >= 1.5
    assert eventually(is_settled)
    assert [json.loads(purge.body) for purge in fake_cdn.purges[before:]] == [{"tags": ["content"]}] * 2


def test_what_goes_around_django_is_purged_as_well(site, fake_cdn):
    before = len(fake_cdn.purges)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE models_catalog_release SET name = 'Llama 10'")
    assert eventually(lambda: len(fake_cdn.purges) > before, seconds=1)


def test_what_is_rolled_back_is_not_purged(site, fake_cdn):
    before = len(fake_cdn.purges)
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        change()
        raise ZeroDivisionError
    time.sleep(0.8)
    assert len(fake_cdn.purges) == before


def test_a_scheduled_edition_is_purged_when_its_time_comes(site, fake_cdn):
    article = make_live_article()
    due = timezone.now() + timedelta(seconds=4)
    make_edition(article=article, status=Edition.Status.APPROVED, publish_at=due)
    assert eventually(is_settled)
    before = len(fake_cdn.purges)
    assert timezone.now() < due
    assert eventually(lambda: len(fake_cdn.purges) > before)
    assert due <= timezone.now() <= due + timedelta(seconds=1)


def test_a_purge_that_fails_is_tried_until_it_is_confirmed(site, fake_cdn, caplog):
    fake_cdn.answers = [500, 503, 429]
    before = len(fake_cdn.purges)
    with caplog.at_level(logging.INFO, "llamahub.page_store.purging"):
        change()
        assert eventually(lambda: len(fake_cdn.purges) >= before + 4)
        assert eventually(lambda: Purge.objects.get().failures == 0)
    gaps = [b.at - a.at for a, b in zip(fake_cdn.purges[before:], fake_cdn.purges[before + 1 :], strict=False)]
    assert gaps[0] >= 0.45
    assert gaps[1] >= 0.95
    assert gaps[2] >= 1.9
    assert [record.levelname for record in caplog.records][:4] == ["WARNING"] * 3 + ["INFO"]
    assert "answers 500" in caplog.text


def test_a_purge_that_is_owed_outlasts_a_restart(site, start, fake_cdn):
    fake_cdn.answers = [503] * 100
    change()
    assert eventually(lambda: Purge.objects.get().failures > 0)
    site.close()
    fake_cdn.answers = []
    before = len(fake_cdn.purges)
    start()
    assert eventually(lambda: len(fake_cdn.purges) > before)
    assert eventually(is_settled)


def test_a_change_while_nobody_ran_is_purged_by_whoever_starts(site, start, fake_cdn):
    site.close()
    before = len(fake_cdn.purges)
    change()
    start()
    assert eventually(lambda: len(fake_cdn.purges) > before)


def test_a_restart_without_a_change_purges_nothing(site, start, fake_cdn):
    site.close()
    before = len(fake_cdn.purges)
    again = start()
    assert eventually(lambda: again.knowledge.version is not None)
    time.sleep(0.5)
    assert len(fake_cdn.purges) == before


def test_another_release_of_the_program_purges_once(site, start, fake_cdn, monkeypatch):
    site.close()
    before = len(fake_cdn.purges)
    monkeypatch.setattr(purging, "release", lambda: "another")
    start()
    start()
    assert eventually(lambda: len(fake_cdn.purges) > before)
    assert eventually(is_settled)
    assert len(fake_cdn.purges) == before + 2


def test_of_many_processes_one_sends(site, start, fake_cdn):
    for _ in range(3):
        start()
    time.sleep(0.5)
    before = len(fake_cdn.purges)
    fake_cdn.delay = 0.3
    change()
    assert eventually(lambda: len(fake_cdn.purges) > before)
    assert eventually(is_settled)
    time.sleep(0.5)
    assert len(fake_cdn.purges) == before + 2


def test_many_changes_make_few_purges(site, fake_cdn):
    before = len(fake_cdn.purges)
    began = time.monotonic()
    for n in range(30):
        change(f"Llama {n}.5")
        time.sleep(0.02)
    took = time.monotonic() - began
    assert eventually(is_settled)
    assert len(fake_cdn.purges) - before <= took / purging.BETWEEN + 3


def test_an_editor_does_not_wait_for_a_network_that_is_slow(site, fake_cdn):
    fake_cdn.delay = 1
    began = time.monotonic()
    for n in range(3):
        change(f"Llama {n}.5")
    assert time.monotonic() - began < 1


def test_while_one_process_sends_another_one_leaves_it_to_it(transactional_db, release, fake_cdn):
    asked, answered = threading.Event(), threading.Event()

    class Slow:
        def purge(self, tags):
            asked.set()
            assert answered.wait(10)

    first = threading.Thread(target=lambda: (purging.purge_what_is_owed(Slow()), connection.close()))
    first.start()
    assert asked.wait(10)
    assert purging.purge_what_is_owed(hook(f"{fake_cdn.origin}/")) == purging.BUSY
    answered.set()
    first.join()
    assert fake_cdn.purges == []


def test_the_network_may_keep_a_page_until_it_is_told_otherwise(site):
    visitor = Visitor(site)
    assert eventually(lambda: visitor.get(PAGE).is_hit)
    reply = visitor.get(PAGE)
    assert "max-age=0" in reply.headers["cache-control"]
    assert s_maxage(reply) > 0
    known = visitor.get(PAGE, HTTP_IF_NONE_MATCH=reply.headers["etag"])
    assert known.status == 304
    assert s_maxage(known) > 0


def s_maxage(reply) -> int:
    parts = dict(part.strip().partition("=")[::2] for part in reply.headers["cache-control"].split(","))
    return int(parts.get("s-maxage", 0))


def test_the_network_keeps_no_page_beyond_what_is_planned(site):
    article = make_live_article()
    article.withdrawn_at = timezone.now() + timedelta(seconds=100)
    article.save()
    visitor = Visitor(site)
    assert eventually(lambda: visitor.get(PAGE).is_hit)
    reply = visitor.get(PAGE)
    assert 50 < s_maxage(reply) <= 100
    # Nor while we are down.
    assert "stale-if-error=0" in reply.headers["cache-control"]


def test_the_network_keeps_no_page_that_nobody_vouches_for(site, monkeypatch):
    visitor = Visitor(site)
    assert eventually(lambda: visitor.get(PAGE).is_hit)
    monkeypatch.setattr(site.knowledge, "is_sure", lambda: False)
    reply = visitor.get(PAGE)
    assert reply.is_hit
    assert "s-maxage" not in reply.headers["cache-control"]


def test_what_is_not_kept_here_is_not_kept_there(site):
    reply = Visitor(site).get("/search/?q=llama")
    assert reply.status == 200
    assert "s-maxage" not in reply.headers["cache-control"]


def test_without_a_hook_nobody_else_keeps_a_page(kept):
    assert "s-maxage" not in kept.get(PAGE).headers["cache-control"]


@pytest.mark.parametrize(
    ("target", "tags"),
    [
        (PAGE, "content kind-release release-llama-9"),
        ("/models/", "content kind-models"),
        ("/licensing/check/", "content kind-license-check"),
        ("/feeds/articles.xml", "content kind-articles-feed"),
        ("/robots.txt", "content kind-robots"),
        ("/sitemap.xml", "content kind-sitemap"),
    ],
)
def test_a_page_names_what_it_shows(client, db, target, tags):
    make_hub()
    make_release(name="Llama 9", slug="llama-9")
    response = client.get(target)
    assert response["Surrogate-Key"] == tags
    assert response["Cache-Tag"] == tags.replace(" ", ",")


@pytest.mark.parametrize("target", ["/models/llama-0/", "/models", "/search/?q=%00", "/admin/login/"])
def test_what_is_no_page_has_no_tag(client, db, target):
    make_hub()
    response = client.get(target)
    assert "Surrogate-Key" not in response
    assert "Cache-Tag" not in response
