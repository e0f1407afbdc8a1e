"""What is not text never reaches a page, and no input makes one fail."""

import io
import os
import random
import re
from urllib.parse import quote
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client
from django.urls import get_resolver

from llamahub.edge import EdgeHandler

pytestmark = pytest.mark.django_db
# The whole run is FUZZ=20000; a tenth of it belongs to every run of the tests.
REQUESTS = int(os.environ.get("FUZZ", "2000"))


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.mark.parametrize(
    "url",
    [
        "/models/%00/",
        "/models/?sort=%00",
        "/?%00=1",
        "/%ff%fe/",
        "/?q=%ff",
        "/?q=%C3%28",
        "/articles/%ED%A0%80/",
        "/?q=%ED%A0%80",
    ],
)
def test_addresses_that_are_not_text_are_refused(visitor, url):
    assert visitor.get(url).status_code == 400


@pytest.mark.parametrize("cookie", [r'sessionid="\000"', r'csrftoken="a\000b"', r'other="\000"'])
def test_cookies_with_a_hidden_nul_are_refused(visitor, cookie):
    assert visitor.get("/admin/login/", headers={"cookie": cookie}).status_code == 400


@pytest.mark.parametrize("field", ["username", "password", "next", "a\0b"])
def test_forms_with_a_nul_are_refused(visitor, field):
    assert visitor.post("/admin/login/", {"username": "a", "password": "b", field: "x\0y"}).status_code == 400


@pytest.mark.parametrize(
    "kind",
    [
        *(
            f"multipart/form-data; boundary=x; charset={codec}"
            for codec in ("utf-7", "unicode_escape", "utf-16", "none")
        ),
        *(
            f"application/x-www-form-urlencoded; charset={codec}"
            for codec in ("utf-7", "unicode_escape", "rot13", "hex")
        ),
        "text/plain; charset*=rot13''x",
        "text/plain; a*=no-such-codec''x",
        "text/plain; charset=" + "u" * 10_000,
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_no_request_chooses_its_own_decoding(kind, method):
    """Through the handler that the server calls: the test client has one of its own."""
    body = b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n\\ud800\r\n--x--\r\n'
    environ = {"REQUEST_METHOD": method, "PATH_INFO": "/admin/login/", "QUERY_STRING": "q=\\ud800", "CONTENT_TYPE": kind,
               "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}  # fmt: skip
    setup_testing_defaults(environ)
    answers = []
    response = EdgeHandler()(environ, lambda status, headers: answers.append(status))
    assert answers == ["400 Bad Request"]
    assert b"Error 400" in response.content


def test_broken_multipart_bodies_are_refused(visitor):
    for body in (b"--x", b"--x\r\n\r\n", b"\0" * 100):
        response = visitor.generic("POST", "/admin/login/", body, content_type="multipart/form-data")
        assert response.status_code == 400


def test_text_in_any_script_passes(visitor):
    assert visitor.get("/no-such/" + quote("Größe 羊驼 🦙 ‮") + "/").status_code == 404
    assert visitor.get("/admin/login/", {"q": "羊驼 🦙 \u202e"}).status_code == 200


def known_paths() -> list[str]:
    """The beginnings of the site's own addresses, so that the noise reaches the views behind them."""
    from django.urls.resolvers import URLPattern, URLResolver

    def walk(patterns, prefix):
        for entry in patterns:
            here = prefix + str(entry.pattern).strip("^$")
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, here)
            elif isinstance(entry, URLPattern):
                yield "/" + here

    return sorted(set(walk(get_resolver().url_patterns, "")))


NOISE = [
    "\0",
    "%00",
    "%",
    "%%",
    "%zz",
    "%ff",
    "%ed%a0%80",
    "%c0%ae",
    "../",
    "..%2f",
    "..\\",
    "//",
    "\\",
    ";",
    "?",
    "#",
    "{{7*7}}",
    "${7*7}",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "'; SELECT pg_sleep(3); --",
    "a" * 3000,
    "-1",
    "0",
    "99999999999999999999",
    "1e309",
    "NaN",
    "null",
    "true",
    "[]",
    "[][a]",
    "__proto__",
    "%0d%0aSet-Cookie:x=1",
    "http://evil.example/",
    "//evil.example",
    "javascript:alert(1)",
    "🦙",
    "ß",
    "‮",
    "\u0130",
    "+",
    "&&",
    "a=b",
    "None",
    "2025-02-30",
    "9999-12-31",
    "llama-4-scout",
    "llama-3,llama-3",
]
NAMES = ["q", "r", "page", "sort", "order", "branch", "kind", "year", "status", "license", "o", "p", "e", "all", "_popup", "_to_field",
         "_changelist_filters", "next", "as_of", "id__exact", "pk__in", "password__startswith", "topic__slug", "app_label", "model_name",
         "field_name", "term", "release", "generation"]  # fmt: skip


def noise(random: random.Random) -> str:
    return "".join(random.choice(NOISE) for _ in range(random.randint(1, 3)))


@pytest.mark.parametrize("who", ["visitor", "administrator"])
def test_noise_never_breaks_a_page(who, admin_user):
    """Paths, queries, headers and methods made at random: no failure, nothing reflected, no way out to another site."""
    dice = random.Random(f"{who} 1")
    client = Client()
    if who == "administrator":
        client.force_login(admin_user)
    paths = known_paths()
    if who == "visitor":
        paths = [path for path in paths if not path.startswith("/admin/")] or paths
    for number in range(REQUESTS // 2):
        path = re.sub(r"<[^>]*>|\(\?P[^)]*\)", lambda _: quote(noise(dice), safe="/%"), dice.choice(paths))
        if "logout" in path or "password" in path:
            continue
        if dice.random() < 0.3:
            path += quote(noise(dice), safe="/%")
        query = "&".join(
            f"{dice.choice(NAMES)}={quote(noise(dice), safe=dice.choice(['%', '']))}" for _ in range(dice.randint(0, 3))
        )
        headers = {}
        if dice.random() < 0.3:
            name = dice.choice(["accept-language", "referer", "range", "if-none-match", "if-modified-since", "accept",
                                "x-forwarded-host", "x-forwarded-proto", "cookie", "x-original-url"])  # fmt: skip
            if not (who == "administrator" and name == "cookie"):
                headers[name] = noise(dice).encode("ascii", "ignore").decode().replace("\0", "")
        method = dice.choice(["GET"] * 8 + ["HEAD", "OPTIONS", "PROPFIND"])
        request = f"{number}: {method} {path}?{query} {headers}"
        try:
            response = client.generic(
                method, path, QUERY_STRING=query.encode("utf-8").decode("latin-1"), headers=headers
            )
        except Exception as error:
            raise AssertionError(request) from error
        assert response.status_code < 500, request
        location = response.headers.get("Location", "")
        assert not location.startswith(("//", "http", "javascript:")), request
        assert "\n" not in location
        assert "x" not in response.cookies, request
        if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
            assert b"<script>alert(1)</script>" not in response.content, request
