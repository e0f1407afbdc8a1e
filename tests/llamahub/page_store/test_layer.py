"""Pages of the real site, kept and replaced."""

import json
import logging
import re
import threading
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from editorial.models import Edition
from llamahub.edge import EdgeHandler
from llamahub.page_store import snapshot, versions
from llamahub.page_store.knowledge import knowledge
from llamahub.page_store.layer import PageStore
from models_catalog.models import Release
from tests.factories import make_edition, make_event, make_hub, make_live_article, make_release

from .conftest import Visitor, eventually

PLAIN = ["hub", "about", "articles", "glossary", "notices", "search", "search-description", "articles-feed"]
CATALOG = ["models", "compare", "timeline", "licensing", "license-check", "run", "figures", "sources", "corrections", "events-feed"]  # fmt: skip
PAGES = [reverse(f"editorial:{name}") for name in PLAIN] + [reverse(f"models_catalog:{name}") for name in CATALOG]


@pytest.fixture
def release(transactional_db):
    make_hub()
    return make_release(name="Llama 9", slug="llama-9")


@pytest.fixture
def kept(release, visitor) -> Visitor:
    """The release’s page is in the store."""
    assert eventually(lambda: visitor.get("/models/llama-9/").is_hit)
    return visitor


def test_every_public_page_without_a_question_is_kept(release, visitor):
    for target in [*PAGES, "/sitemap.xml", "/robots.txt"]:
        extra = {"HTTP_ACCEPT": "text/html"}
        assert eventually(lambda target=target, extra=extra: visitor.get(target, **extra).is_hit), target


def test_a_kept_page_is_what_django_gives_and_asks_the_database_nothing(kept, client):
    with CaptureQueriesContext(connection) as queries:
        reply = kept.get("/models/llama-9/")
    assert not queries
    fresh = client.get("/models/llama-9/", headers={"host": "localhost"})
    assert reply.text == fresh.content.decode()
    missing = {name.lower() for name in fresh.headers} - set(reply.headers)
    assert missing <= {"last-modified"}
    assert reply.headers["content-security-policy"] == fresh["Content-Security-Policy"]
    assert reply.headers["cache-control"] == fresh["Cache-Control"]


def test_every_response_has_an_id_of_its_own(kept):
    ids = {kept.get("/models/llama-9/").headers["x-request-id"] for _ in range(3)}
    ids.add(kept.get("/models/llama-9/", HTTP_IF_NONE_MATCH="*", HTTP_X_REQUEST_ID="forged").headers["x-request-id"])
    assert len(ids) == 4
    assert all(re.fullmatch("[0-9a-f]{32}", id) for id in ids)


def test_a_known_page_costs_no_query_and_no_body(kept):
    etag = kept.get("/models/llama-9/").headers["etag"]
    with CaptureQueriesContext(connection) as queries:
        reply = kept.get("/models/llama-9/", HTTP_IF_NONE_MATCH=etag)
    assert (reply.status, reply.body, len(queries)) == (304, b"", 0)


def test_a_part_of_a_page_is_not_offered(kept):
    reply = kept.get("/models/llama-9/", HTTP_RANGE="bytes=0-9")
    assert reply.status == 200
    assert reply.is_hit
    assert "content-range" not in reply.headers


def test_the_first_reader_of_a_page_is_told_that_it_was_made(release, visitor):
    first = visitor.get("/models/llama-9/", HTTP_ACCEPT_ENCODING="gzip")
    assert first.is_stored
    assert first.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    "extra",
    [{"HTTP_COOKIE": "sessionid=x"}, {"HTTP_AUTHORIZATION": "Basic eA=="}, {"method": "POST"}],
    ids=["session", "authorization", "post"],
)
def test_django_answers_whoever_signs_in(kept, extra):
    assert "cache-status" not in kept.get("/models/llama-9/", **extra).headers


def test_what_a_visitor_sends_besides_does_not_reach_the_page(release, visitor):
    poison = {
        "HTTP_X_FORWARDED_HOST": "evil.example",
        "HTTP_COOKIE": "theme=evil",
        "HTTP_ACCEPT_LANGUAGE": "evil",
        "HTTP_REFERER": "https://evil.example/",
        "HTTP_USER_AGENT": "evil",
        "HTTP_X_ORIGINAL_URL": "/evil/",
    }
    assert visitor.get("/models/llama-9/?evil=1", **poison).is_stored
    assert "evil" not in visitor.get("/models/llama-9/").text


def test_in_production_a_kept_page_has_what_https_asks_for(transactional_db, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 63_072_000
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    store = PageStore(EdgeHandler(), most_bytes=8 * 1024 * 1024)
    try:
        visitor = Visitor(store)
        assert eventually(lambda: visitor.get("/robots.txt", HTTP_X_FORWARDED_PROTO="https").is_hit)
        reply = visitor.get("/robots.txt", HTTP_X_FORWARDED_PROTO="https")
        assert reply.headers["strict-transport-security"].startswith("max-age=63072000")
        assert visitor.get("/robots.txt").status == 301
    finally:
        store.close()


def test_parameters_that_no_view_reads_make_no_page(kept, store):
    before = len(store.memory)
    for n in range(50):
        reply = kept.get(f"/models/llama-9/?utm_source={n}", HTTP_COOKIE=f"a={n}", HTTP_ACCEPT=f"x/{n}")
        assert reply.is_hit
    assert len(store.memory) == before


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/models/llama-0/", 404),
        ("/articles/x/nonexistent.css", 404),
        ("/models/compare/?r=llama-0&r=llama-9", 400),
        ("/run/?memory=x", 400),
        ("/models", 301),
        ("/licensing/check/?who=person", 400),
        ("/licensing/check.json", 400),
        ("/models/llama-9/?as_of=2001-01-01", 404),
        ("/search/?q=llama", 200),
        ("/admin/login/", 200),
        ("/models/?branch=%ff", 400),
        ("/models/%00/", 400),
    ],
)
def test_what_is_no_page_for_everybody_is_not_kept(release, visitor, store, target, status):
    for _ in range(2):
        reply = visitor.get(target.replace("%00", "\0"))
        assert reply.status == status
        assert "cache-status" not in reply.headers
    assert len(store.memory) == 0


def test_a_redirect_keeps_what_else_was_asked(release, visitor):
    release.slug = "llama-nine"
    release.save()
    reply = visitor.get("/models/llama-9/?utm_source=x")
    assert (reply.status, reply.headers["location"]) == (301, "/models/llama-nine/?utm_source=x")


def test_head_of_a_missing_page_has_no_body(release, visitor):
    assert visitor.get("/models/llama-0/", method="HEAD").body == b""


@pytest.mark.parametrize("kind", ["save", "update", "sql", "command", "m2m"])
def test_a_change_is_seen_however_it_is_made(kept, release, kind):
    match kind:
        case "save":
            Release.objects.get(pk=release.pk).save()
            release.name = "Llama 10"
            release.save()
        case "update":
            Release.objects.filter(pk=release.pk).update(name="Llama 10")
        case "sql":
            with connection.cursor() as cursor:
                cursor.execute("UPDATE models_catalog_release SET name = 'Llama 10'")
        case "command":
            call_command("shell", command="from models_catalog.models import *; Release.objects.update(name='Llama 10')", verbosity=0)  # fmt: skip
        case "m2m":
            make_event(title="Llama 10 is here").releases.add(release)
    changed = time.monotonic()
    assert eventually(lambda: "Llama 10" in kept.get("/models/llama-9/").text, seconds=1)
    assert time.monotonic() - changed < 1
    assert eventually(lambda: kept.get("/models/llama-9/").is_hit)
    assert "Llama 10" in kept.get("/models/llama-9/").text


def test_whoever_saves_sees_it_at_once(kept, release):
    for n in range(20):
        release.name = f"Llama {n}.5"
        release.save()
        assert f"Llama {n}.5" in kept.get("/models/llama-9/").text


def test_what_is_rolled_back_was_never_there(kept, release):
    assert eventually(lambda: knowledge.version is not None)
    before = knowledge.version
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        release.name = "Llama 10"
        release.save()
        raise ZeroDivisionError
    time.sleep(0.6)
    assert knowledge.version is before
    assert kept.get("/models/llama-9/").is_hit


def test_sessions_and_drafts_of_the_search_do_not_touch_pages(kept, django_user_model):
    assert eventually(lambda: knowledge.version is not None)
    before = knowledge.version
    django_user_model.objects.create_user("ada")
    time.sleep(0.6)
    assert knowledge.version is before


@pytest.mark.parametrize("is_heard_of", [True, False], ids=["the process knows", "the process is yet to hear of it"])
def test_a_page_begun_before_a_change_is_not_shown_after_it(release, visitor, store, monkeypatch, is_heard_of):
    """The change is committed between the first query of the page and its last."""
    assert eventually(lambda: knowledge.version is not None)
    before = knowledge.version
    rendering, committed = threading.Event(), threading.Event()
    look = versions.look

    def slow_look():
        seen = look()
        rendering.set()
        committed.wait(5)
        return seen

    monkeypatch.setattr(snapshot, "look", slow_look)
    replies = []
    reader = threading.Thread(target=lambda: (replies.append(visitor.get("/models/llama-9/")), connection.close()))
    reader.start()
    rendering.wait(5)
    Release.objects.filter(pk=release.pk).update(name="Llama 10")
    if is_heard_of:
        assert eventually(lambda: knowledge.version not in {before, None}, seconds=1)
    committed.set()
    reader.join()
    monkeypatch.undo()
    # It is whole, and of the state that it began with.
    assert "Llama 10" not in replies[0].text
    assert not (is_heard_of and replies[0].is_stored)
    assert eventually(lambda: knowledge.version not in {before, None}, seconds=1)
    assert "Llama 10" in visitor.get("/models/llama-9/").text


def test_many_who_ask_for_a_missing_page_have_it_made_once(release, visitor, store, monkeypatch):
    made = []
    look = versions.look
    monkeypatch.setattr(snapshot, "look", lambda: (made.append(1), time.sleep(0.2), look())[-1])
    replies = []

    def ask():
        replies.append(visitor.get("/models/llama-9/"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert [reply.status for reply in replies] == [200] * 8
    assert sorted(reply.is_hit for reply in replies) == [False] + [True] * 7


def test_a_scheduled_edition_goes_out_by_the_clock(release, visitor):
    edition = make_live_article(edition={"title": "What there is"}).editions.get()
    due = timezone.now() + timedelta(seconds=1.5)
    make_edition(article=edition.article, title="What is new", status=Edition.Status.APPROVED, publish_at=due)
    address = edition.get_absolute_url()
    assert eventually(lambda: visitor.get(address).is_hit, seconds=1)
    seen: list[tuple[float, bool]] = []
    while not seen or (not seen[-1][1] and time.time() < due.timestamp() + 5):
        seen.append((time.time(), "What is new" in visitor.get(address).text))
        time.sleep(0.02)
    assert seen[-1][1]
    assert due.timestamp() <= seen[-1][0] + 0.02
    assert seen[-1][0] <= due.timestamp() + 1
    assert eventually(lambda: visitor.get(address).is_hit)


def test_a_planned_withdrawal_comes_by_the_clock(release, visitor):
    article = make_live_article()
    address = article.get_absolute_url()
    article.withdrawn_at = timezone.now() + timedelta(seconds=1.5)
    article.save()
    assert eventually(lambda: visitor.get(address).is_hit, seconds=1)
    assert eventually(lambda: visitor.get(address).status == 410, seconds=3)
    assert time.time() <= article.withdrawn_at.timestamp() + 1


def test_a_page_is_made_anew_at_midnight_of_the_site(settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    with timezone.override("Pacific/Auckland"):
        seconds = snapshot._seconds_to_midnight()
        then = timezone.localtime(timezone.now() + timedelta(seconds=seconds + 0.5))
    assert 0 < seconds <= 25 * 3600
    assert (then.hour, then.minute) == (0, 0)


def test_a_view_that_reads_what_it_does_not_declare_is_not_kept(release, visitor, store, monkeypatch, caplog):
    page = store.reader.page("/models/")
    store.reader._pages["/models/"] = type(page)(parameters=page.parameters - {"sort"})
    with caplog.at_level(logging.WARNING):
        visitor.get("/models/")
        visitor.get("/models/")
    assert len(store.memory) == 0
    assert [r.getMessage() for r in caplog.records if "is not kept" in r.getMessage()] == [
        "/models/ is not kept: its view reads what it does not declare: as_of, sort"
    ]


def test_while_the_database_is_away_pages_stand_and_others_say_so(kept, store, monkeypatch):
    def away(*arguments):
        raise OperationalError("gone")

    monkeypatch.setattr(snapshot, "look", away)
    page = next(iter(store.memory.plain._pages.values()))
    page.until = 0
    reply = kept.get("/models/llama-9/")
    assert (reply.status, reply.is_hit or reply.is_stored) == (200, True)
    other = kept.get("/models/")
    assert (other.status, other.headers["retry-after"]) == (503, "5")
    # What was to be withdrawn by now is not shown.
    page.withdraws_at = 0
    assert kept.get("/models/llama-9/").status == 503


def test_a_database_that_does_not_even_refuse_keeps_one_reader_waiting_and_no_more(kept, store, monkeypatch):
    def silent(*arguments):
        time.sleep(2)
        raise OperationalError("timeout")

    monkeypatch.setattr(snapshot, "look", silent)
    store.listener.stop()
    monkeypatch.setattr(store.listener, "start", lambda: None)
    knowledge.no_answer(bearable=60)
    first = threading.Thread(target=lambda: (kept.get("/timeline/"), connection.close()))
    first.start()
    assert eventually(store.filling._probe.locked)
    began = time.monotonic()
    reply = kept.get("/models/")
    assert (reply.status, reply.headers["retry-after"]) == (503, "5")
    assert "content-security-policy" in reply.headers
    assert time.monotonic() - began < 1.5
    first.join()


def test_a_hit_is_logged_as_any_request_is(kept, caplog):
    with caplog.at_level(logging.INFO, "llamahub.requests"):
        id = kept.get("/models/llama-9/?token=hunter2").headers["x-request-id"]
        assert eventually(lambda: any(id in line for r in caplog.records for line in getattr(r, "lines", ())))
    [line] = [line for r in caplog.records for line in getattr(r, "lines", ()) if id in line]
    entry = json.loads(line)
    assert entry["message"] == "GET /models/llama-9/ 200"
    assert (entry["method"], entry["path"], entry["status"]) == ("GET", "/models/llama-9/", 200)
    assert (entry["logger"], entry["level"]) == ("llamahub.requests", "info")
    assert "hunter2" not in line
