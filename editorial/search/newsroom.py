"""What can be found of what the newsroom writes: articles, glossary terms, notices."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q
from django.utils import timezone

from editorial.live_facts.reading import facts_in
from editorial.models import Article, Edition, GlossaryTerm, Notice
from editorial.prose import quote
from editorial.prose.events import events
from editorial.prose.references import prepare
from editorial.site_zone import site_zone
from models_catalog.facts import fetched

from .drafts import AT_ONCE, LONGEST_TEXT, Draft, lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from models_catalog.facts import Fact


def terms(only: Q) -> Iterator[Draft]:
    for term in GlossaryTerm.objects.filter(only):
        yield Draft(
            object_id=term.pk,
            title=term.term,
            names=tuple(term.aliases),
            summary=term.definition,
            url=term.get_absolute_url(),
        )


def notices(only: Q) -> Iterator[Draft]:
    shown = list(Notice.objects.listed().filter(only))
    facts = facts_in(shown)
    for notice in shown:
        numbers = (f"{line.name}: {line.contact} ({line.region})." for line in fetched(notice, "help_lines"))
        yield Draft(
            object_id=notice.pk,
            title=notice.title,
            label=notice.get_kind_display(),
            text=lines(text_of(notice.body, facts[notice]), *numbers),
            url=notice.get_absolute_url(),
        )


def articles(only: Q) -> Iterator[Draft]:
    """The live edition of each article and the ones that are scheduled, each with the time that it is shown for."""
    approved = Edition.objects.filter(status=Edition.Status.APPROVED).order_by("publish_at", "number")
    found = Article.objects.filter(only).select_related("topic").order_by("-pk")
    rows = found.prefetch_related("authors", Prefetch("editions", approved)).iterator(AT_ONCE)
    # Whoever saves it: readers’ days are the site’s.
    here = site_zone()
    while some := list(islice(rows, AT_ONCE)):
        spans = [
            (article, edition, until)
            for article in some
            for edition, until in shown_from_now_on(article, fetched(article, "editions"))
        ]
        facts = facts_in(edition for _, edition, _ in spans)
        for article, edition, until in spans:
            if edition.publish_at is not None:
                authors = ", ".join(author.name for author in article.authors.all())
                yield Draft(
                    object_id=article.pk,
                    part=edition.pk,
                    title=edition.title,
                    label=article.topic.name,
                    summary=edition.standfirst,
                    text=lines(text_of(edition.body, facts[edition]), f"By {authors}."),
                    url=article.get_absolute_url(),
                    date=edition.publish_at.astimezone(here).date(),
                    visible_from=edition.publish_at,
                    visible_until=until,
                )


def shown_from_now_on(article: Article, approved: list[Edition]) -> Iterator[tuple[Edition, datetime | None]]:
    """The approved editions (oldest first) that readers see now or will see, each with the moment it makes way.

    The same rule as `EditionQuerySet.live`, told as spans of time: an edition stands until the next one’s time has
    come, or until the article is withdrawn.
    """
    now = timezone.now()
    for place, edition in enumerate(approved):
        following = approved[place + 1].publish_at if place + 1 < len(approved) else None
        until = min((end for end in (following, article.withdrawn_at) if end is not None), default=None)
        if edition.publish_at is not None and (until is None or (until > edition.publish_at and until > now)):
            yield edition, until


def text_of(markdown: str, facts: Mapping[str, Fact] | None = None) -> str:
    """Every word of a Markdown text, headings, tables and notes included, with the values that it refers to."""
    prepared = prepare(markdown[:LONGEST_TEXT])
    parts: list[str] = []
    length = 0
    for event in events(prepared.text):
        if type(event) is dict:
            [(name, value)] = event.items()
            if name in ("Text", "Code"):
                parts.append(value)
                length += len(value)
            elif name == "End" and value not in ("Emphasis", "Strong", "Link"):
                parts.append(" ")
        else:
            parts.append(" ")
    said = (
        quote(prepared.references[piece], facts or {}).text if isinstance(piece, int) else piece
        for piece in prepared.pieces("".join(parts))
    )
    return " ".join("".join(said).split())
