"""Pages of the real site, kept and shown."""

import json
import logging
import re
import threading
import time
from collections import Counter

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from llamahub.edge import EdgeHandler
from llamahub.logs import JSONFormatter
from llamahub.page_store import snapshot, versions
from llamahub.page_store.filling import BRIEFLY
from llamahub.page_store.knowledge import knowledge
from llamahub.page_store.layer import PageStore
from tests import pages, shipped_content

from .conftest import Visitor, eventually

PLAIN = ["hub", "about", "articles", "glossary", "notices", "search", "search-description", "articles-feed"]
CATALOG = ["models", "compare", "timeline", "licensing", "license-check", "run", "figures", "sources", "corrections", "events-feed"]  # fmt: skip
PAGES = [reverse(f"editorial:{name}") for name in PLAIN] + [reverse(f"models_catalog:{name}") for name in CATALOG]


def test_every_public_page_without_a_question_is_kept(release, visitor):
    for target in [*PAGES, "/sitemap.xml", "/robots.txt"]:
        extra = {"HTTP_ACCEPT": "text/html"}
        assert eventually(lambda target=target, extra=extra: visitor.get(target, **extra).is_hit), target


def test_every_kind_of_page_is_kept(visitor):
    shipped_content.load()
    knowledge.forget()
    for target in pages.PAGES.values():
        assert eventually(lambda target=target: visitor.get(target, HTTP_ACCEPT="text/html").is_hit), target


def test_those_who_ask_the_same_get_one_answer_which_is_made_anew_after_a_moment(release, visitor):
    question = "/search/?q=llama+9"
    assert eventually(lambda: visitor.get(question).is_hit)
    time.sleep(BRIEFLY)
    assert visitor.get(question).is_stored
    with CaptureQueriesContext(connection) as queries:
        assert visitor.get(question).is_hit
    assert not queries
    assert visitor.get("/search/?q=llama+8").is_stored


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


def test_hits_are_logged_together_with_their_number(kept, store, caplog):
    store.hits.write()
    caplog.clear()

    def lines():
        return [r for r in caplog.records if getattr(r, "data", {}).get("from") == "store"]

    with caplog.at_level(logging.INFO, "llamahub.requests"):
        for _ in range(3):
            kept.get("/models/llama-9/?token=hunter2")
        kept.get("/models/llama-9/", HTTP_IF_NONE_MATCH="*")
        assert eventually(lambda: sum(r.data["times"] for r in lines()) >= 4)
    counted = Counter()
    for record in lines():
        entry = json.loads(JSONFormatter().format(record))
        counted[entry["method"], entry["path"], entry["status"]] += entry["times"]
        assert "hunter2" not in str(entry)
    assert counted == {("GET", "/models/llama-9/", 200): 3, ("GET", "/models/llama-9/", 304): 1}
