"""What holds on every page of the catalogue."""

import re
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from .conftest import PAGES, grow


def test_a_page_is_public_and_the_same_for_everyone(client, page):
    response = client.get(page)
    assert response.status_code == 200
    assert "public" in response["Cache-Control"]
    assert "max-age=0" in response["Cache-Control"]
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies


def test_a_page_has_a_title_a_description_a_canonical_address_and_one_heading(client, page):
    html = client.get(page).content.decode()
    assert re.search(r"<title>[^<]{5,}</title>", html)
    assert re.search(r'<meta name="description" content="[^"]{10,}">', html)
    assert re.search(rf'<link rel="canonical" href="[^"?]+{re.escape(page.partition("?")[0])}(\?[^"]+)?">', html)
    assert html.count("<h1") == 1


def test_titles_and_descriptions_are_unlike_one_another(client, world):
    pages = [client.get(page).content.decode() for page in PAGES if "?" not in page]
    for pattern in (r"<title>([^<]+)</title>", r'<meta name="description" content="([^"]+)">'):
        found = [re.search(pattern, html)[1] for html in pages]
        assert len(set(found)) == len(found)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_page_is_only_read(client, world, method):
    assert getattr(client, method)("/models/").status_code == 405


def test_a_page_answers_head(client, page):
    assert client.head(page).status_code == 200


def test_a_page_has_no_inline_style_or_script(client, page):
    html = client.get(page).content.decode()
    assert " style=" not in html
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]* src=)", html)
    assert not re.search(r"\son\w+=", html)


class Ids(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.targets = [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.ids += [values["id"]] if "id" in values else []
        self.targets += [values["popovertarget"]] if "popovertarget" in values else []
        href = values.get("href") or ""
        self.targets += [href[1:]] if href.startswith("#") else []


def test_ids_are_unique_and_every_mark_leads_to_its_note(client, page):
    found = Ids()
    found.feed(client.get(page).content.decode())
    assert len(found.ids) == len(set(found.ids))
    assert set(found.targets) <= set(found.ids)


def test_a_template_never_queries(client, page, no_queries_while_rendering):
    with no_queries_while_rendering():
        assert client.get(page).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_catalogue(client, page, world):
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    grow(29, **world)
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)


@pytest.mark.parametrize(
    "address",
    [
        "/models/no-such-release/",
        "/timeline/no-such-event/",
        "/licensing/no-such-license/",
        "/sources/no-such-source/",
        "/models/LLAMA-TEST/",
        f"/models/{'x' * 3000}/",
    ],
)
def test_an_unknown_address_is_not_found(client, world, address):
    assert client.get(address).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "page",
    [
        "/models/",
        "/models/compare/",
        "/timeline/",
        "/licensing/",
        "/licensing/check/",
        "/run/",
        "/figures/",
        "/sources/",
        "/corrections/",
    ],
)
def test_a_page_without_content_says_so(client, page):
    response = client.get(page)
    assert response.status_code == 200
    if page != "/models/compare/":
        assert 'class="empty"' in response.content.decode()


NONSENSE = (
    "",
    "%FF",
    "%27%3B--",
    "-1",
    "999999999999999999999",
    "%F0%9F%A6%99",
    "a" * 5000,
    "../../etc",
    "{{7*7}}",
    "<script>",
)


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize("name", ["branch", "generation", "input", "sort", "license", "kind", "page", "r", "unknown"])
def test_no_query_string_breaks_a_page(client, world, name, value):
    for page in ("/models/", "/timeline/", "/models/compare/"):
        response = client.get(f"{page}?{name}={value}&{name}={value}")
        assert response.status_code in (200, 400)
        assert b"<script>" not in response.content


@pytest.mark.parametrize("page", ["/models/?branch=%00", "/timeline/?kind=%00", "/models/compare/?r=%00"])
def test_a_nul_byte_is_a_bad_request_at_most(client, world, page):
    assert client.get(page).status_code in (200, 400)


def test_nothing_unlisted_is_public(client, unlisted):
    for page in (*PAGES, "/models/compare/?r=llama-test&r=llama-secret", "/feeds/events.xml", "/timeline/open-event/"):
        content = client.get(page).content.decode()
        assert "Secret" not in content, page
        assert 'llama-secret"' not in content, page
        assert "/secret-event/" not in content, page


@pytest.mark.parametrize("address", ["/models/llama-secret/", "/timeline/secret-event/"])
def test_an_unlisted_page_is_like_an_unknown_one(client, unlisted, address):
    hidden, unknown = client.get(address), client.get("/models/no-such-release/")
    assert hidden.status_code == unknown.status_code == 404
    assert "ecret" not in hidden.content.decode().replace("llama-secret", "").replace("secret-event", "")
