"""Pages for everybody are read from the replica, all else from the primary."""

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from editorial.models import HubSettings
from llamahub.page_store.knowledge import knowledge
from llamahub.page_store.versions import look
from llamahub.replica.reading import ALIAS, health
from llamahub.replica.router import Router
from tests import shipped_content
from tests.factories import make_user
from tests.llamahub.page_store.conftest import eventually
from tests.pages import PAGES

from .conftest import BOTH, asked, failing, primary_away

pytestmark = BOTH

PAGE = "/models/llama-9/"
MORE = {
    "articles feed": reverse("editorial:articles-feed"),
    "events feed": reverse("models_catalog:events-feed"),
    "sitemap": "/sitemap.xml",
    "suggestions": reverse("editorial:search-suggest") + "?q=lla",
    "check for programs": "/licensing/check.json?release=llama-4-scout&who=company&place=de&users=25000&activity=fine-tune",
}


def past(url: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}as_of={timezone.localdate().isoformat()}"


def test_every_page_for_everybody_is_read_from_the_replica_alone(replica, visitor):
    shipped_content.load()
    assert eventually(lambda: knowledge.version is not None and knowledge.version.seen.token == look().token)
    elsewhere = {}
    for url in [*PAGES.values(), *MORE.values(), *map(past, PAGES.values())]:
        with asked() as count:
            reply = visitor.get(url)
        if (reply.status, count["default"], reply.is_hit or count["replica"] > 0) != (200, 0, True):
            elsewhere[url] = (reply.status, dict(count))
    assert elsewhere == {}


def test_the_admin_is_read_from_the_primary_alone(replica, visitor, release, client):
    client.force_login(make_user(is_superuser=True))
    for url in ["/admin/", "/admin/models_catalog/release/", f"/admin/models_catalog/release/{release.pk}/change/"]:
        with asked() as count:
            assert client.get(url, secure=False).status_code == 200
        assert count["default"] > 0
        assert count["replica"] == 0


@pytest.mark.parametrize(
    "extra",
    [
        {"HTTP_COOKIE": "sessionid=x"},
        {"HTTP_COOKIE": "theme=dark; csrftoken=x"},
        {"HTTP_AUTHORIZATION": "Basic eA=="},
        {"method": "POST"},
    ],
    ids=["session", "token of a form", "authorization", "post"],
)
@pytest.mark.parametrize("target", [PAGE, "/search/?q=llama"])
def test_whoever_may_have_changed_something_reads_the_primary(replica, visitor, release, target, extra):
    with asked() as count:
        visitor.get(target, **extra)
    assert count["replica"] == 0


def test_a_draft_is_read_from_the_primary(replica, visitor):
    with asked() as count:
        assert visitor.get("/preview/unknown/").status == 404
    assert count["replica"] == 0


def test_a_page_of_the_replica_is_kept(replica, visitor, release):
    assert eventually(lambda: visitor.get(PAGE).is_hit)


@pytest.mark.parametrize("steps", [1, -1], ids=["behind", "ahead"])
@pytest.mark.parametrize("target", [PAGE, "/search/?q=llama"])
def test_a_replica_that_shows_another_content_is_not_read(replica, visitor, release, behind, steps, target):
    behind(steps)
    assert eventually(lambda: knowledge.version is not None)
    with asked() as count:
        assert visitor.get(target).status == 200
    assert count["replica"] <= 4  # the look at it
    assert count["default"] >= 2


def test_a_page_is_kept_although_the_replica_is_behind(replica, visitor, release, behind):
    behind(1)
    assert eventually(lambda: visitor.get(PAGE).is_hit)


def test_a_reader_sees_a_change_that_the_replica_has_not(replica, visitor, release, behind):
    assert eventually(lambda: visitor.get(PAGE).is_hit)
    behind(1)
    release.name = "Llama 10"
    release.save()
    assert "Llama 10" in visitor.get(PAGE).text


def test_while_the_primary_is_away_pages_come_from_the_replica(replica, store, visitor, release):
    with primary_away(store):
        for target in [PAGE, "/models/", "/search/?q=llama", past(PAGE)]:
            reply = visitor.get(target)
            assert reply.status == 200, target
            assert "last-modified" not in reply.headers
        assert visitor.get("/admin/login/", HTTP_COOKIE="sessionid=x").status in {200, 503}
        assert visitor.get(PAGE, HTTP_COOKIE="sessionid=x").status == 503


def test_while_the_primary_is_away_nothing_older_than_was_known_is_shown(replica, store, visitor, release, behind):
    behind(1)
    with primary_away(store):
        reply = visitor.get(PAGE)
        assert (reply.status, reply.headers["retry-after"]) == (503, "5")


def test_a_process_that_starts_while_the_primary_is_away_reads_the_replica(replica, store, visitor, release):
    with primary_away(store, known=False):
        reply = visitor.get(PAGE)
        assert reply.status == 200
        assert "cache-status" not in reply.headers


def test_whether_an_old_address_leads_elsewhere_is_not_guessed(replica, store, visitor, release):
    with primary_away(store):
        assert visitor.get("/models/llama-0/").status == 503


def test_nothing_is_migrated_on_the_replica():
    assert Router().allow_migrate("replica", "editorial") is False
    assert Router().allow_migrate("default", "editorial") is None


@pytest.fixture
def asking_again(settings) -> None:
    settings.ANSWERS_BYTES = 8 * 1024 * 1024


def test_the_hub_is_not_taken_from_a_replica_that_is_behind(replica, visitor, release, behind, monkeypatch):
    """Its name would stay on a page of the primary until the next change."""
    old, load = HubSettings(name="A hub of yesterday"), HubSettings.load
    monkeypatch.setattr(HubSettings, "load", lambda: old if connection.alias == ALIAS else load())
    behind(1)
    assert "A hub of yesterday" not in visitor.get(PAGE).text


def test_a_page_that_the_replica_began_follows_the_frame_of_all_pages(asking_again, replica, visitor, release):
    """What it had said of the hub would be part of a page of the primary, which would not ask for it any more."""
    with failing(replica, OperationalError("gone"), after=6):  # when search has asked for the zone of the site
        assert visitor.get("/search/?q=llama").status == 200
    assert health.is_away
    HubSettings.objects.update(name="A hub by another name")
    assert eventually(lambda: "A hub by another name" in visitor.get("/search/?q=llama").text, 3)
