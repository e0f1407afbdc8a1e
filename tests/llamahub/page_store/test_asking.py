"""Which requests the store answers, and as what."""

import pytest

from llamahub.page_store.asking import Key, Reader, canonical_query
from models_catalog.views.base import Page

from .conftest import environ

PAGE = Page(parameters=frozenset({"kind", "r"}), questions=frozenset({"q"}), never_kept_with=frozenset({"as_of"}))


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("kind=release", "kind=release"),
        ("utm_source=x&kind=release&fbclid=y", "kind=release"),
        ("utm_source=x", ""),
        ("r=b&kind=a&r=a", "kind=a&r=b&r=a"),
        ("kind=%61", "kind=a"),
        ("kind=a;r=b", "kind=a%3Br%3Db"),
        ("Kind=a", ""),
        ("kind", "kind="),
        ("q=two+words&kind=a", "kind=a&q=two+words"),
        ("q=a&as_of=2025-04-06", None),
        ("as_of=2025-04-06", None),
        ("kind=a&as_of=", None),
        ("kind=%00", None),
        ("kind=%ff", None),
        ("x=%ff", None),
        ("x=\xe9", None),
        ("kind=" + "a" * 600, None),
        ("&".join(["x=1"] * 50), None),
    ],
)
def test_only_declared_parameters_tell_pages_apart(query, canonical):
    assert canonical_query(query, PAGE) == canonical


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost:8000", "localhost:1"])
def test_a_host_is_one_whatever_its_port(reader, host):
    assert reader.key(environ("/models/", HTTP_HOST=host)) == Key("localhost", "/models/", "")


def test_an_ipv6_host_is_known(reader):
    assert reader.key(environ("/models/", HTTP_HOST="[::1]:8000")) == Key("[::1]", "/models/", "")


@pytest.mark.parametrize(
    ("target", "extra"),
    [
        ("/models/", {"REQUEST_METHOD": "POST"}),
        ("/models/", {"REQUEST_METHOD": "OPTIONS"}),
        ("/models/", {"HTTP_AUTHORIZATION": "Basic eA=="}),
        ("/models/", {"HTTP_COOKIE": "sessionid=x"}),
        ("/models/", {"HTTP_COOKIE": "a=b; sessionid=x"}),
        ("/models/", {"HTTP_COOKIE": "csrftoken=x"}),
        ("/models/", {"HTTP_COOKIE": "device=x"}),
        ("/models/", {"HTTP_COOKIE": "messages=x"}),
        ("/models/", {"HTTP_COOKIE": r'a="\000"'}),
        ("/models/", {"CONTENT_TYPE": "x; charset=rot13"}),
        ("/models/", {"SCRIPT_NAME": "/hub"}),
        ("/models/", {"HTTP_HOST": "evil.example"}),
        ("/models/", {"HTTP_HOST": ""}),
        ("/models/", {"HTTP_HOST": "localhost:8000:9"}),
        ("/models/", {"HTTP_HOST": "localhost@evil.example"}),
        ("/models/?as_of=2025-04-06", {}),
        ("/licensing/check/?who=person&as_of=2025-04-06", {}),
        ("/licensing/check/?who=person", {"HTTP_ACCEPT": "application/json"}),
        ("/licensing/check/", {"HTTP_ACCEPT": "application/json"}),
        ("/admin/", {}),
        ("/admin/login/", {}),
        ("/media/images/a.png", {}),
        ("/static/css/base.css", {}),
        ("/no/such/page/", {}),
        ("/models", {}),
        ("/models/\xe9/", {}),
        ("/models/a\n/", {}),
    ],
)
def test_django_answers_it(reader, target, extra):
    assert reader.key(environ(target, **extra)) is None


@pytest.mark.parametrize(
    "extra",
    [
        {"HTTP_COOKIE": "_ga=GA1; __cf_bm=x"},
        {"HTTP_RANGE": "bytes=0-1"},
        {"HTTP_ACCEPT": "image/png"},
        {"HTTP_ACCEPT_LANGUAGE": "de"},
        {"HTTP_CACHE_CONTROL": "no-cache"},
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
    ],
)
def test_what_else_a_visitor_sends_changes_nothing(reader, extra):
    key = reader.key(environ("/models/", **extra))
    assert key == Key("localhost", "/models/", "")
    made = reader.as_environ(key)
    assert not {"HTTP_COOKIE", "HTTP_RANGE", "HTTP_ACCEPT_LANGUAGE", "HTTP_X_FORWARDED_HOST"} & set(made)
    assert made["HTTP_HOST"] == "localhost"


def test_plain_http_is_sent_to_https_by_django(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    reader = Reader()
    assert reader.key(environ("/models/")) is None
    assert reader.key(environ("/models/", HTTP_X_FORWARDED_PROTO="http")) is None
    assert reader.key(environ("/models/", HTTP_X_FORWARDED_PROTO="https")) is not None


def test_the_proxys_word_counts_only_where_there_is_one(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = None
    assert Reader().key(environ("/models/", HTTP_X_FORWARDED_PROTO="https")) is None


def test_names_under_a_wildcard_are_not_kept(settings):
    settings.ALLOWED_HOSTS = [".llamahub.example"]
    settings.SITE_URL = "https://www.llamahub.example"
    reader = Reader()
    assert reader.key(environ("/models/", HTTP_HOST="a.llamahub.example")) is None
    assert reader.key(environ("/models/", HTTP_HOST="www.llamahub.example")) is not None


def test_what_is_remembered_has_a_bound(reader):
    for n in range(3000):
        reader.key(environ(f"/models/{n}/", HTTP_HOST=f"{n}.example"))
        reader.key(environ(f"/models/{n}/"))
    assert len(reader._pages) <= 1000
    assert len(reader._keys) <= 1000
