"""The shipped site as a search engine walks it: every link leads somewhere, every page says what it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.test import Client

from tests import shipped_content

pytestmark = pytest.mark.django_db

ORIGIN = "http://127.0.0.1:8000"


@dataclass
class Page(HTMLParser):
    """What the tests ask of one page."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    canonical: str = ""
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._in_title = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and "href" in found:
            self.links.add(found["href"])
        elif tag == "meta":
            self.meta[found.get("name") or found.get("property", "")] = found.get("content", "")
        elif tag == "link" and found.get("rel") == "canonical":
            self.canonical = found["href"]
        elif tag == "img" and not {"alt", "width", "height"} <= found.keys():
            self.faults.append(f"a picture without alt or size: {found}")
        elif tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.headings.append(int(tag[1]))
        # The title of a chart is a title element too.
        self._in_title = tag == "title" and not self.titles
        if self._in_title:
            self.titles.append("")
        for name in found:
            if name.startswith("on") or name == "style":
                self.faults.append(f"inline {name} in {tag}")

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.titles[-1] += data


def fetch(client: Client, path: str) -> Page:
    response = client.get(path)
    page = Page(status=response.status_code, headers=dict(response.items()))
    if response.cookies:
        page.faults.append(f"sets the cookies {list(response.cookies)}")
    if response["Content-Type"].startswith("text/html"):
        page.feed(response.content.decode())
    return page


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    """Every page that links lead to from the hub, by path; queries of filters and comparisons are not followed further."""
    with django_db_blocker.unblock():
        from django.db import transaction

        with transaction.atomic():
            shipped_content.load()
            client, pages, waiting = Client(), {}, ["/"]
            while waiting:
                path = waiting.pop()
                if path in pages:
                    continue
                pages[path] = page = fetch(client, path)
                if "?" in path:
                    continue
                for link in page.links:
                    target = urlsplit(urljoin(ORIGIN + path, urldefrag(link).url))
                    if f"{target.scheme}://{target.netloc}" == ORIGIN and not target.path.startswith("/admin/"):
                        waiting.append(target.path + (f"?{target.query}" if target.query else ""))
            sitemap = client.get("/sitemap.xml").content.decode()
            transaction.set_rollback(True)
    return pages, sitemap


@pytest.fixture(scope="module")
def pages(site):
    return site[0]


@pytest.fixture(scope="module")
def indexed(pages):
    """The pages that search engines may keep."""
    return {
        path: page
        for path, page in pages.items()
        if "?" not in path and page.titles and "noindex" not in page.meta.get("robots", "")
    }


def test_every_link_leads_somewhere(pages):
    assert len(pages) > 150
    assert {path: page.status for path, page in pages.items() if page.status != 200} == {}


def test_every_anchor_exists(pages):
    missing = []
    for path, page in pages.items():
        for link in page.links:
            url, anchor = urldefrag(urljoin(path, link))
            if anchor and url in pages and anchor not in pages[url].ids:
                missing.append((path, link))
    assert missing == []


def test_no_id_is_used_twice_on_a_page(pages):
    assert {path for path, page in pages.items() if len(page.ids) != len(set(page.ids))} == set()


@pytest.mark.parametrize("what", ["title", "description"])
def test_every_page_says_what_it_is_in_words_of_its_own(indexed, what):
    said = {}
    for path, page in indexed.items():
        said.setdefault(page.titles[0] if what == "title" else page.meta.get("description", ""), []).append(path)
    assert "" not in said
    assert {text: paths for text, paths in said.items() if len(paths) > 1} == {}


def test_every_page_names_its_one_address(indexed):
    assert {path: page.canonical for path, page in indexed.items() if page.canonical != ORIGIN + path} == {}


def test_every_page_has_one_headline_and_no_heading_skips_a_level(indexed):
    for path, page in indexed.items():
        assert page.headings.count(1) == 1, path
        assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False)), path


def test_no_page_sets_a_cookie_or_has_anything_inline(pages):
    assert {path: page.faults for path, page in pages.items() if page.faults} == {}


def test_every_page_may_be_kept_by_anybody(pages):
    assert {page.headers["Cache-Control"].split(",")[0] for page in pages.values()} == {"public"}


def test_the_sitemap_is_the_site(site, indexed):
    listed = {line.split("<")[0].removeprefix(ORIGIN) for line in site[1].split("<loc>")[1:]}
    assert listed == set(indexed)
