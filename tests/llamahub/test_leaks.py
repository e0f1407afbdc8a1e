"""Nothing that is not public shows anywhere: not on a page, in a feed, in the search, in the past or in an error.

Drafts, what is in review, scheduled or retired, and unlisted entries of each kind stand in the shipped site, every text
of theirs marked with a word that occurs nowhere else. Editors have looked at their previews and guests at their links.
Then everything that a reader can ask for is asked for, and the word must not be in any answer; a published sibling of
each kind must be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client, TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from editorial import previews
from editorial.models import (
    Edition,
    PreviewPeriod,
)
from editorial.search import index
from models_catalog.models import (
    Variant,
)
from tests import factories as make
from tests import shipped_content
from tests.pages import PAGES

from .planted import FEW, MANY, SECRET, SHOWN, Planted, make_picture, plant_articles, plant_entries, unguessable

pytestmark = pytest.mark.slow

ORIGIN = "http://127.0.0.1:8000"
DIRECT_STATES = ("draft", "in review", "scheduled", "retired unseen")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    def without(self, *words: str) -> str:
        """Less the number of the request, and what the visitor typed."""
        text = self.body.replace(self.headers["X-Request-ID"], "")
        for each in words:
            text = text.replace(each, "…")
        return text

    def holds(self, mark: str) -> bool:
        return mark in self.body or mark in str({**self.headers, "X-Request-ID": ""})


@dataclass
class Site:
    planted: Planted
    pages: dict[str, Answer]
    asked: dict[str, Answer]


def ask(address: str) -> Answer:
    response = Client(raise_request_exception=False).get(address)
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[union-attr]
    return Answer(response.status_code, dict(response.items()), body.decode(errors="replace"))


def links(path: str, answer: Answer) -> Iterator[str]:
    """Every address of this site in a page, a feed or the sitemap, those of pictures and files as well."""
    if answer.headers["Content-Type"].startswith(("text/html", "application/")):
        found = re.findall(
            r'(?:href|src|action)="([^"]+)"|content="((?:https?:/)?/[^"]+)"|<loc>([^<]+)</loc>|<id>([^<]+)</id>',
            answer.body,
        )
        found += [(each.split()[0], "", "", "") for each in re.findall(r'[ ",](/media/[^" ,]+)', answer.body)]
        for one in found:
            target = urlsplit(urljoin(ORIGIN + path, urldefrag("".join(one).replace("&amp;", "&")).url))
            if f"{target.scheme}://{target.netloc}" == ORIGIN and not target.path.startswith(("/static/", "/admin/")):
                yield target.path + (f"?{target.query}" if target.query else "")


START = ("/", "/sitemap.xml", "/robots.txt", "/opensearch.xml", "/feeds/articles.xml", "/feeds/events.xml",
         PAGES["license check"].replace("check/", "check.json"), "/search/?q=llama", "/articles/?page=2", "/run/?memory=2000")  # fmt: skip


def crawl() -> dict[str, Answer]:
    pages: dict[str, Answer] = {}
    waiting = list(START)
    while waiting:
        path = waiting.pop()
        if path in pages:
            continue
        pages[path] = ask(path)
        if "?" not in path or path in START:
            waiting += links(path, pages[path])
    return pages


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Site]:
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
        transaction.atomic(),
    ):
        shipped_content.load()
        editor = make.make_user("Editor", "Publisher")
        planted = Planted()
        with TestCase.captureOnCommitCallbacks(execute=True):
            plant_articles(planted, editor)
            plant_entries(planted)
        look_at_previews(editor)
        pages = crawl()
        now = timezone.now().isoformat().replace("+00:00", "Z")
        pages |= {f"{path}?as_of={now}": ask(f"{path}?as_of={now}") for path in list(pages) if path.endswith("/")}
        asked = {address: ask(address) for address in guesses(planted, now)}
        index.rebuild()
        asked |= {f"{address}#rebuilt": ask(address) for address in searches(planted)}
        yield Site(planted, pages, asked)
        transaction.set_rollback(True)


def look_at_previews(editor: Any) -> None:
    """As an editor beside the form, and as a guest with a link: what a careless cache would keep."""
    desk, guest = Client(), Client()
    desk.force_login(editor)
    for edition in Edition.objects.exclude(pk__in=Edition.objects.public()):
        address = reverse("admin:editorial_edition_preview", args=[edition.pk])
        link = previews.share(edition=edition, period=PreviewPeriod.WEEK, by=editor)
        assert SECRET in guest.get(previews.address_of(link)).content.decode()
        if edition.status not in Edition.OPEN:
            continue
        typed = {name: getattr(edition, name) for name in ("title", "standfirst", "body", "as_of", "change_note")}
        assert SECRET in desk.get(address).content.decode()
        assert SECRET in desk.post(f"{address}?in=pane", {**typed, "image": edition.image_id or ""}).content.decode()


UNKNOWN = unguessable("zq") + "bbbb"


def searches(planted: Planted) -> Iterator[str]:
    """Each marked word, a beginning that they share, and slips of the pen that a dictionary would put right."""
    some = planted.words[:: max(1, len(planted.words) // 80)]
    for each in (*some, UNKNOWN):
        yield f"/search/?q={each}"
    for each in some[::5]:
        yield f"/search/suggest/?q={each}"
        yield f"/search/?q={each[:-1]}x"
    for start in (SECRET, SECRET[:6], SHOWN):
        yield f"/search/suggest/?q={start}"
        yield f"/search/?q={start}"


def guesses(planted: Planted, now: str) -> Iterator[str]:
    """What someone asks for who has heard of a secret, and the same of what nobody has heard of."""
    yield from searches(planted)
    for addresses in planted.addresses.values():
        yield from addresses
        yield from (f"{address}?as_of={now}" for address in addresses[:FEW])
    for folder in ("articles", "models", "timeline"):
        yield f"/{folder}/{UNKNOWN}/"
        yield f"/{folder}/{UNKNOWN}/?as_of={now}"
    for slug in (*slugs_of(planted, "release")[:3], UNKNOWN):
        yield f"/models/compare/?r={slug}"
        yield f"/models/compare/?r={slug}&r=llama-4-scout"
        yield f"/licensing/check/?release={slug}"
        yield f"/licensing/check.json?release={slug}"
        yield f"/licensing/check.json?release={slug}&as_of={now}"
    for slug in (*[entry.slug for entry in Variant.objects.filter(slug__startswith=SECRET)[:3]], UNKNOWN):
        yield f"/run/?checkpoint={slug}"
        yield f"/run/?checkpoint={slug}&as_of={now}"
    for image in planted.pictures:
        yield f"/media/images/{image.slug}"
        yield f"/media/images/{quote(image.alt)}"
    yield f"/media/images/{UNKNOWN}"


def slugs_of(planted: Planted, kind: str) -> list[str]:
    return [address.rstrip("/").rpartition("/")[2] for address in planted.addresses[kind]]


def test_what_is_planted_is_enough(site):
    assert site.planted.kinds >= {
        "draft", "in review", "scheduled", "retired", "retired unseen", "next, draft", "next, scheduled", "image",
        "release", "checkpoint", "event", "notice", "help line", "citation", "correction", "published memory", "hub section",
    }  # fmt: skip
    for kind in ("draft", "in review", "scheduled", "release", "event"):
        assert len(site.planted.addresses[kind]) >= MANY
    assert len(set(site.planted.words)) > 1000


def test_no_page_feed_sitemap_or_past_tells_of_it(site):
    assert len(site.pages) > 300
    assert [path for path, answer in site.pages.items() if answer.holds(SECRET)] == []


def test_every_page_that_was_walked_is_one(site):
    """Without this, silence could come from a site that is broken."""
    assert {path: answer.status for path, answer in site.pages.items() if answer.status not in {200, 302}} == {}


def test_what_is_public_is_seen_everywhere(site):
    """The listed sibling of each kind, on today’s pages and on those of the past."""
    for path in ("/", "/models/", "/timeline/", "/articles/", "/run/", "/notices/", "/corrections/", "/sitemap.xml",
                 "/feeds/articles.xml"):  # fmt: skip
        assert site.pages[path].holds(SHOWN), path
    assert any(path.startswith("/models/xv") for path in site.pages)
    assert any(path.startswith("/timeline/xv") for path in site.pages)
    assert any("as_of" in path and answer.holds(SHOWN) for path, answer in site.pages.items())
    assert SHOWN in site.asked[f"/search/suggest/?q={SHOWN}"].body


@pytest.mark.parametrize("state", [*DIRECT_STATES, "release", "event"])
def test_its_own_address_is_as_unknown_as_any(site, state):
    for address in site.planted.addresses[state]:
        for each in [path for path in site.asked if path.partition("?")[0] == address]:
            folder, slug = address.strip("/").split("/")
            hidden, unknown = site.asked[each], site.asked[each.replace(slug, UNKNOWN)]
            assert hidden.status == unknown.status == 404, each
            assert hidden.without() == unknown.without(), each
            assert {**hidden.headers, "X-Request-ID": ""} == {**unknown.headers, "X-Request-ID": ""}, each


def test_a_retired_article_says_that_it_is_gone_and_nothing_else(site):
    answers = [
        answer for path, answer in site.asked.items() if path.partition("?")[0] in site.planted.addresses["retired"]
    ]
    assert {answer.status for answer in answers} == {410}
    assert len({answer.without() for answer in answers}) == 1
    assert not any(answer.holds(SECRET) for answer in answers)


@pytest.mark.parametrize("rebuilt", ["", "#rebuilt"])
def test_no_search_finds_completes_or_puts_right_a_word_of_it(site, rebuilt):
    nothing = site.asked[f"/search/?q={UNKNOWN}{rebuilt}"].without(UNKNOWN)
    asked = [
        path for path in site.asked if path.startswith("/search/?q=") and path.endswith("#rebuilt") is bool(rebuilt)
    ]
    assert len(asked) > 80
    for path in asked:
        typed = path.removesuffix("#rebuilt").partition("q=")[2]
        if not typed.startswith(SHOWN):
            assert site.asked[path].without(typed) == nothing, path
    for path in site.asked:
        if path.startswith(f"/search/suggest/?q={SECRET[:6]}") and path.endswith("#rebuilt") is bool(rebuilt):
            assert '"suggestions": []' in site.asked[path].body, path


@pytest.mark.parametrize(
    "question",
    [
        "/models/compare/?r=", "/licensing/check/?release=", "/licensing/check.json?release=", "/run/?checkpoint=",
    ],
)  # fmt: skip
def test_asking_for_it_is_answered_like_asking_for_nothing(site, question):
    unknown = {path: answer for path, answer in site.asked.items() if path.startswith(question + UNKNOWN)}
    assert unknown
    for path, nothing in unknown.items():
        form = re.compile(re.escape(path).replace(UNKNOWN, f"({SECRET}[a-z]+)"))
        hidden = [(each, match[1]) for each in site.asked if (match := form.fullmatch(each))]
        assert hidden
        for each, slug in hidden:
            assert site.asked[each].status == nothing.status
            assert site.asked[each].without(slug) == nothing.without(UNKNOWN), each


def test_its_pictures_are_named_nowhere_and_say_nothing(site):
    everything = "".join(answer.body for path, answer in site.pages.items() if not path.startswith("/media/"))
    for picture in site.planted.pictures:
        assert picture.token not in everything
    assert "/media/images/" in everything
    for path, answer in site.asked.items():
        if path.startswith("/media/images/"):
            assert answer.status == 404, path
            assert answer.without() == site.asked[f"/media/images/{UNKNOWN}"].without()


def test_the_file_of_a_picture_holds_no_word_of_its_upload(settings, db):
    image = make_picture(SECRET)
    with image.file.open() as kept:
        assert SECRET.encode() not in kept.read()
    assert SECRET not in image.file.name + image.srcset + image.fallback.url + image.share.url
