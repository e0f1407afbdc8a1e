"""What one machine has made, the others show, as long as it is of the present state of the content."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from editorial.models import Edition
from llamahub.edge import EdgeHandler
from llamahub.environment import cache as cache_settings
from llamahub.page_store import second_level, snapshot, versions
from llamahub.page_store.asking import Key
from llamahub.page_store.knowledge import Knowledge, Version
from llamahub.page_store.layer import PageStore
from llamahub.page_store.pages import StoredPage
from llamahub.page_store.versions import Seen, Token
from models_catalog.models import Release
from tests.factories import make_edition, make_live_article

from .conftest import Visitor, eventually

PAGE = "/models/llama-9/"


class Node(Visitor):
    """A machine of its own: it shares nothing with another one but the database and the cache."""

    def __init__(self) -> None:
        self.made: list[str] = []
        django = EdgeHandler()

        def counting(environ, start_response):
            self.made.append(environ["PATH_INFO"])
            return django(environ, start_response)

        super().__init__(PageStore(counting, most_bytes=8 * 1024 * 1024, knowledge=Knowledge()))
        self.store.listener.start()
        assert eventually(lambda: self.knowledge.version is not None)

    @property
    def knowledge(self) -> Knowledge:
        return self.store.knowledge


@pytest.fixture
def start(transactional_db, settings, redis_server) -> Iterator[Callable[[], Node]]:
    settings.CACHES = {"default": cache_settings(redis_server.url)}
    nodes: list[Node] = []

    def one_more() -> Node:
        nodes.append(Node())
        return nodes[-1]

    yield one_more
    for node in nodes:
        node.store.close()


@pytest.fixture
def first(start, release) -> Node:
    """It has made the page."""
    node = start()
    assert eventually(lambda: node.get(PAGE).is_hit)
    return node


def same(node: Node, other: Node) -> bool:
    return node.knowledge.version is not None and node.knowledge.version.state == other.knowledge.version.state


def pages(redis_server) -> list[bytes]:
    return [key for key in redis_server.client.scan_iter() if b":page:" in key]


def test_a_page_made_by_one_machine_is_shown_by_another(first, start):
    second = start()
    replies = [node.get(PAGE, HTTP_ACCEPT_ENCODING=packed) for packed in ("br", "gzip", "") for node in (first, second)]
    assert second.made == []
    for ours, theirs in zip(replies[::2], replies[1::2], strict=True):
        for headers in (ours.headers, theirs.headers):
            headers.pop("x-request-id")
            headers.pop("last-modified", None)  # told when it has settled; see below
        assert ours == theirs


def test_etag_and_date_are_the_same_on_all_machines(first, start):
    second = start()
    assert eventually(lambda: all("last-modified" in node.get(PAGE).headers for node in (first, second)))
    for name in ("etag", "last-modified"):
        assert first.get(PAGE).headers[name] == second.get(PAGE).headers[name]
    assert second.get(PAGE, HTTP_IF_NONE_MATCH=first.get(PAGE).headers["etag"]).status == 304


def test_what_a_reader_asks_stays_on_the_machine_that_was_asked(first, redis_server):
    before = set(pages(redis_server))
    assert first.get("/search/?q=llama+9").is_stored
    assert set(pages(redis_server)) == before


def test_of_two_that_make_a_page_at_once_both_show_the_first(start, release, redis_server):
    one, other = start(), start()
    one.get(PAGE)
    # As if it had looked a moment before the page was there.
    other.store.filling.second = replace_get(other.store.filling.second)
    assert other.get(PAGE).is_stored
    [key] = other.store.memory.plain._pages
    assert other.store.memory.get(key).modified == one.store.memory.get(key).modified


def replace_get(second):
    """Finds nothing the first time that it is asked."""

    class Late(type(second)):
        asked = 0

        def get(self, key, version):
            self.asked += 1
            return None if self.asked == 1 else super().get(key, version)

    return Late()


def test_a_change_is_seen_on_all_machines(first, start, release):
    second = start()
    assert second.get(PAGE).is_hit
    for n in range(5):
        Release.objects.filter(pk=release.pk).update(name=f"Llama {n}.5")
        changed = time.monotonic()
        for node in (first, second):
            assert eventually(lambda n=n, node=node: f"Llama {n}.5" in node.get(PAGE).text, seconds=1)
        assert time.monotonic() - changed < 1
    assert eventually(lambda: same(first, second))
    first.get(PAGE)
    made = len(second.made)
    second.store.memory.discard(Key("localhost", PAGE, ""))
    assert "Llama 4.5" in second.get(PAGE).text
    assert len(second.made) == made


def test_a_page_begun_before_a_change_is_never_shared_after_it(start, release, monkeypatch):
    node, other = start(), start()
    rendering, committed = threading.Event(), threading.Event()
    look = versions.look

    def slow_look():
        seen = look()
        rendering.set()
        committed.wait(5)
        return seen

    monkeypatch.setattr(snapshot, "look", slow_look)
    reader = threading.Thread(target=lambda: (node.get(PAGE), connection.close()))
    reader.start()
    assert rendering.wait(5)
    Release.objects.filter(pk=release.pk).update(name="Llama 10")
    committed.set()
    reader.join()
    monkeypatch.undo()
    assert eventually(lambda: "Llama 10" in other.get(PAGE).text, seconds=1)


def test_a_scheduled_edition_goes_out_on_all_machines(start, release):
    one, other = start(), start()
    article = make_live_article(edition={"title": "What there is"})
    due = timezone.now() + timedelta(seconds=1.5)
    make_edition(article=article, title="What is new", status=Edition.Status.APPROVED, publish_at=due)
    address = article.get_absolute_url()
    assert eventually(lambda: one.get(address).is_hit and other.get(address).is_hit, seconds=1)
    for node in (one, other):
        assert eventually(lambda node=node: "What is new" in node.get(address).text)
        assert time.time() <= due.timestamp() + 1
    assert eventually(lambda: same(one, other))


def test_while_the_database_is_away_pages_of_other_machines_are_shown(first, start, monkeypatch):
    second = start()
    second.store.listener.stop()
    monkeypatch.setattr(second.store.listener, "start", lambda: None)
    version = first.knowledge.version
    second.knowledge.answer(version.seen, second.knowledge.question(), time.monotonic())
    second.knowledge.no_answer(bearable=60)

    def away(*arguments):
        raise OperationalError("gone")

    monkeypatch.setattr(snapshot, "look", away)
    reply = second.get(PAGE)
    assert (reply.status, second.made) == (200, [])
    # One whose time is over stands in; what was to be withdrawn does not.
    second.store.memory.discard(Key("localhost", PAGE, ""))
    second.knowledge.version.until = 0
    assert second.get(PAGE).status == 200
    second.store.memory.discard(Key("localhost", PAGE, ""))
    second.knowledge.version.withdraws_at = 0
    assert second.get(PAGE).status == 503


@pytest.mark.parametrize(
    ("target", "extra"),
    [
        (PAGE, {"HTTP_COOKIE": "sessionid=x"}),
        (PAGE, {"HTTP_AUTHORIZATION": "Basic eA=="}),
        ("/models/llama-0/", {}),
        (f"{PAGE}?as_of=2001-01-01", {}),
        ("/admin/login/", {}),
    ],
)
def test_what_memory_refuses_is_not_shared_either(start, release, redis_server, target, extra):
    start().get(target, **extra)
    assert pages(redis_server) == []


def test_there_is_one_copy_of_a_page_however_often_it_changes(first, release, redis_server):
    for n in range(3):
        release.name = f"Llama {n}.5"
        release.save()
        assert f"Llama {n}.5" in first.get(PAGE).text
        assert eventually(lambda: first.get(PAGE).is_hit)
    assert len(pages(redis_server)) == 1
    assert 0 < redis_server.client.ttl(pages(redis_server)[0]) <= second_level.KEPT_FOR


def test_questions_without_end_take_a_number_of_places_that_has_one():
    places = {second_level.place(Key("localhost", "/articles/", f"after={n}")) for n in range(20_000)}
    assert len(places) <= second_level.PLACES_WITH_PARAMETERS


SEEN = Seen(Token(1, 1), 1_000_000_000_000_000, 1_000_000_060_000_000, None, "UTC")
KEY = Key("localhost", "/models/", "branch=scout")


def stored(body: bytes = b"<p>Llama</p>" * 100, seen: Seen = SEEN, **options) -> StoredPage:
    version = Version(seen, 0)
    headers = {"Content-Type": "text/html", "Cache-Control": "public"}
    return StoredPage(body, headers, version=version, until=version.until, withdraws_at=version.withdraws_at, **options)


@pytest.mark.parametrize("page", [stored(), stored(b"short"), stored("Größe 🦙".encode() * 99, by_accept=True)])
def test_a_page_comes_back_as_it_was(page):
    back = second_level.read(second_level.write(KEY, page), KEY, page.version)
    for name in StoredPage.__slots__:
        assert getattr(back, name) == getattr(page, name), name


@pytest.mark.parametrize(
    "seen",
    [
        SEEN._replace(token=Token(2, 1)),
        SEEN._replace(token=Token(1, 2)),
        SEEN._replace(publishes_at=None),
        SEEN._replace(withdraws_at=1_000_000_090_000_000),
        SEEN._replace(zone="America/Los_Angeles"),
    ],
    ids=["count", "content", "publication", "withdrawal", "day"],
)
def test_a_page_of_another_state_is_not_taken(seen):
    assert second_level.read(second_level.write(KEY, stored()), KEY, Version(seen, 0)) is None


def test_another_page_on_the_same_place_is_not_taken():
    written = second_level.write(KEY, stored())
    assert second_level.read(written, KEY._replace(query="branch=other"), Version(SEEN, 0)) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda written: b"",
        lambda written: written[: len(written) // 2],
        lambda written: b"[]\n",
        lambda written: b'{"key": 1}\n',
        lambda written: written.replace(b'"modified"', b'"modifies"'),
        lambda written: re.sub(rb'"bodies": .*\n', b'"bodies": []}\n', written),
    ],
    ids=["empty", "half", "list", "without all", "another name", "no body"],
)
def test_what_cannot_be_read_is_not_there(start, release, spoil):
    node = start()
    level = node.store.filling.second
    page = stored()
    from django.core.cache import cache

    cache.set(second_level.place(KEY), spoil(second_level.write(KEY, page)))
    assert level.get(KEY, page.version) is None


def test_a_cache_that_comes_and_goes_fails_nobody(first, redis_server, release):
    """Stopped, back and empty, full, and with something else under every key, while somebody reads and writes."""

    def read() -> None:
        for n in range(3):
            release.name = f"Llama {n}.5"
            release.save()
            for path in (PAGE, "/models/", f"{PAGE}?x={n}"):
                assert first.get(path).status == 200
            assert f"Llama {n}.5" in first.get(PAGE).text

    redis_server.stop()
    read()
    redis_server.start("--maxmemory", "1")
    read()
    redis_server.stop()
    redis_server.start()
    back = time.monotonic()
    assert eventually(lambda: (read(), pages(redis_server))[1], seconds=10)
    assert time.monotonic() - back < 5
    for key in pages(redis_server):
        redis_server.client.delete(key)
        redis_server.client.rpush(key, "x")
    first.store.memory.discard(Key("localhost", PAGE, ""))
    assert first.get(PAGE).status == 200
    read()
