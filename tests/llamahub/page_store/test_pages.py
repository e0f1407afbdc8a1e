"""What a kept page answers."""

import gzip
import time

import brotli
import pytest
from django.utils.http import http_date

from llamahub.page_store.asking import Key
from llamahub.page_store.knowledge import Version
from llamahub.page_store.memory import MOST_WITH_PARAMETERS, Memory, Shelf
from llamahub.page_store.pages import OVERHEAD, StoredPage, encoding_for
from llamahub.page_store.versions import Seen, Token

BODY = b"<!doctype html><title>A page</title>" + b"<p>Words upon words.</p>" * 200
VERSION = Version(Seen(Token(1, 1), 0, None, None, "UTC"), 0)


def page(body: bytes = BODY, **options) -> StoredPage:
    headers = {"Content-Type": "text/html", "Content-Security-Policy": "x", "X-Request-ID": "old", "ETag": '"old"'}
    return StoredPage(body, headers, **{"version": VERSION, "until": 0, "withdraws_at": 0, **options})


def ask(stored: StoredPage, *, method: str = "GET", is_blind: bool = False, **extra: str):
    status, headers, body = stored.answer({"REQUEST_METHOD": method, **extra}, is_blind=is_blind)
    return int(status[:3]), {name.lower(): value for name, value in headers}, b"".join(body)


@pytest.fixture
def settled() -> StoredPage:
    return page(modified=int(time.time()) - 10)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.1, gzip;q=0.9", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("identity", ""),
        ("gzip;q=x", ""),
        ("gzip;q=0", ""),
        ("deflate", ""),
        (";;,,=", ""),
    ],
)
def test_the_encoding_is_the_best_that_is_accepted(accepted, encoding):
    assert encoding_for(accepted) == encoding


@pytest.mark.parametrize(("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)])
def test_every_encoding_holds_the_same(encoding, unpack):
    status, headers, body = ask(page(), HTTP_ACCEPT_ENCODING=encoding)
    assert (status, unpack(body)) == (200, BODY)
    assert headers.get("content-encoding", "") == encoding
    assert headers["content-length"] == str(len(body))
    assert headers["vary"] == "Accept-Encoding"
    assert headers["content-security-policy"] == "x"
    assert "x-request-id" not in headers


def test_what_does_not_shrink_is_sent_as_it_is():
    _, headers, body = ask(page(b"short"), HTTP_ACCEPT_ENCODING="gzip, br")
    assert body == b"short"
    assert "content-encoding" not in headers


def test_head_says_what_get_would():
    assert ask(page(), method="HEAD")[1] == ask(page())[1]
    assert ask(page(), method="HEAD")[2] == b""


@pytest.mark.parametrize("sent", ["{0}", "W/{0}", '"a", W/{0}', "*", '{0} , "b"'])
def test_a_page_that_is_known_is_not_sent_again(sent):
    stored = page()
    strong = stored.etag.removeprefix("W/")
    status, headers, body = ask(stored, HTTP_IF_NONE_MATCH=sent.format(strong))
    assert (status, body) == (304, b"")
    assert headers["etag"] == stored.etag
    assert not {"content-type", "content-length", "content-encoding"} & set(headers)


@pytest.mark.parametrize("sent", ['"other"', "", "nonsense", '"'])
def test_another_page_is_sent(settled, sent):
    # A tag goes before a date, which is less exact.
    status, _, _ = ask(settled, HTTP_IF_NONE_MATCH=sent, HTTP_IF_MODIFIED_SINCE=http_date(time.time()))
    assert status == 200


def test_a_date_is_enough_once_it_tells_pages_apart(settled):
    date = ask(settled)[1]["last-modified"]
    assert ask(settled, HTTP_IF_MODIFIED_SINCE=date)[0] == 304
    assert ask(settled, HTTP_IF_MODIFIED_SINCE=http_date(settled.modified - 1))[0] == 200
    assert ask(settled, HTTP_IF_MODIFIED_SINCE="yesterday")[0] == 200


def test_a_date_is_not_told_while_two_pages_could_have_it():
    stored = page()
    assert "last-modified" not in ask(stored)[1]
    assert ask(stored, HTTP_IF_MODIFIED_SINCE=http_date(time.time()))[0] == 200


def test_a_date_is_not_told_while_nobody_knows_whether_the_page_is_the_newest(settled):
    assert "last-modified" not in ask(settled, is_blind=True)[1]


def test_a_page_that_did_not_change_is_not_packed_again():
    before = page()
    assert page(before=before).bodies is before.bodies
    assert page(BODY + b"!", before=before).bodies is not before.bodies


def key(n: object, query: str = "") -> Key:
    return Key("localhost", f"/{n}/", query)


def test_a_shelf_keeps_to_its_bytes_and_lets_go_what_was_not_asked_for():
    shelf = Shelf(20 * (OVERHEAD + 5))
    for n in range(20):
        shelf.put(key(n), page(b"12345"))
    shelf.get(key(0))
    shelf.put(key(20), page(b"12345"))
    assert shelf.get(key(0))
    assert shelf.get(key(1)) is None
    assert shelf.bytes == 20 * (OVERHEAD + 5)


def test_replacing_and_discarding_give_the_bytes_back():
    shelf = Shelf(10**6)
    shelf.put(key(1), page(b"1" * 100))
    shelf.put(key(1), page(b"1"))
    assert shelf.bytes == OVERHEAD + 1
    shelf.discard(key(1))
    assert (shelf.bytes, len(shelf)) == (0, 0)


def test_a_page_that_is_too_large_is_not_kept():
    shelf = Shelf(8 * OVERHEAD)
    shelf.put(key(1), page(b""))
    assert not shelf.put(key(1), page(b"1"))
    assert len(shelf) == 0


def test_pages_with_parameters_do_not_drive_out_others():
    memory = Memory(10**8)
    memory.put(key("a"), page(b"1"))
    for n in range(1000):
        memory.put(key("a", f"page={n}"), page(b"1"))
    assert memory.get(key("a"))
    assert len(memory) == 1 + MOST_WITH_PARAMETERS
