"""Finds what a text can be given: facts, pictures, sources and pages, each with the Markdown that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Case, F, Q, When

from editorial.live_facts import finding
from editorial.models import Image
from editorial.prose import writing
from editorial.search import question as searching
from editorial.search.results import Bounds, Hit, listed, overview
from models_catalog import formatting
from models_catalog.models import Source

WORDS = 8
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to insert. ``code`` is what is copied by hand; ``parts`` what a script needs to do better than that."""

    title: str
    about: str
    code: str
    thumb: str = ""
    parts: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, str]:
        thumb = {"thumb": self.thumb} if self.thumb else {}
        return {"title": self.title, "about": self.about, "code": self.code, **thumb, **self.parts}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing to insert, with the words of its page and of its search."""

    name: str
    title: str
    one: str
    help: str
    example: str
    find: Callable[[str], list[Found]]


def facts(query: str) -> list[Found]:
    """Stated facts of listed entries."""
    return [
        Found(found.text, f"{found.fact.label} of {found.fact.subject} ({found.kind})", found.reference)
        for found in finding.find(query)
    ]


def images(query: str) -> list[Found]:
    """Pictures of the library by their words, short name, credit or file; the newest first."""
    rows = Image.objects.filter(_with_words(query, "alt", "slug", "credit", "file")).order_by("-created_at", "slug")
    return [
        Found(
            image.alt,
            f"{image.slug}, {image.width:,} × {image.height:,} pixels, {image.rights}",
            writing.picture(image.alt, image.address),
            image.thumb.url,
            {"address": image.address},
        )
        for image in rows[:SHOWN]
    ]


def sources(query: str) -> list[Found]:
    """Documents by title, publisher, address or kind; those whose titles say it all before others, the newest first."""
    rows = Source.objects.filter(_with_words(query, "title", "publisher", "slug", "url", "kind")).alias(
        is_elsewhere=Case(When(_with_words(query, "title"), then=0), default=1)
    )
    return [
        Found(
            source.title,
            ", ".join(filter(None, (source.get_kind_display().capitalize(), source.publisher, _day(source)))),
            writing.note(source.slug, source.title, source.get_absolute_url()),
            parts={"label": source.slug, "address": source.get_absolute_url()},
        )
        for source in rows.order_by("is_elsewhere", F("published_on").desc(nulls_last=True), "slug")[:SHOWN]
    ]


def pages(query: str) -> list[Found]:
    """Whatever readers find with the site’s own search; with a slip put right where nothing is found."""
    asked = searching.read(query)
    if asked.is_empty:
        return []
    results = listed(asked, Bounds())
    hits = results.hits
    if not hits and results.near:
        hits = overview(results.near, Bounds()).hits
    return [_page(hit) for hit in hits]


def _page(hit: Hit) -> Found:
    about = f"{hit.kind_name}, {hit.label}" if hit.label else hit.kind_name
    return Found(hit.plain_title, about, writing.link(hit.plain_title, hit.url), parts={"address": hit.url})


def _day(source: Source) -> str:
    return formatting.day(source.published_on).text if source.published_on else ""


def _with_words(query: str, *fields: str) -> Q:
    """Every word in one of the fields or another."""
    wanted = Q(pk__isnull=False)
    for word in query.replace("\x00", " ").split()[:WORDS]:
        anywhere = Q()
        for name in fields:
            anywhere |= Q(**{f"{name}__icontains": word})
        wanted &= anywhere
    return wanted


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "fact",
            "Facts to refer to",
            "fact",
            "Readers see the value as it is then, with its sources; when the value is changed in the catalogue, every text "
            "that refers to it changes with it. Add “| short” before the closing braces to write it as tables do, "
            "“| exact” to write it in full.",
            "scout context",
            facts,
        ),
        Kind(
            "image",
            "Pictures to show",
            "picture",
            "The words in the brackets are read out to readers who cannot see the picture: say what it shows here. "
            "A picture that stands alone between empty lines gets a caption with its credit.",
            "chart of context windows",
            images,
        ),
        Kind(
            "source",
            "Sources to cite",
            "source",
            "Put the line at the end of the text, and its beginning, “[^…]”, behind the words that rest on the document.",
            "model card",
            sources,
        ),
        Kind(
            "link",
            "Pages to link to",
            "page",
            "Everything that readers find with the site’s search. The words in the brackets are the link’s text: write "
            "there what fits the sentence.",
            "llama 4 license",
            pages,
        ),
    )
}
