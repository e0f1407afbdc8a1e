"""Shows facts in templates: ``{% fact release "context_tokens" %}``.

A fact stands with a mark for each of its citations: “3b” is the second place
cited in the third document of the page. The mark is a link to the note of that
name, which ``{% fact_sources %}`` lists at the end of the page; facts.js shows
the note beside the fact, and on paper the list is the footnotes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from models_catalog import facts, formatting, history
from models_catalog.fact_html import fact_html
from models_catalog.models import Citation, Content, Source
from models_catalog.sources_html import sources_html

register = template.Library()

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def letters(place: int) -> str:
    """The name of the n-th note of a document, as lists count in letters: 1 → “a”, 26 → “z”, 27 → “aa”."""
    name = ""
    while place:
        place, rest = divmod(place - 1, len(LETTERS))
        name = LETTERS[rest] + name
    return name


@dataclass(frozen=True, slots=True)
class Note:
    """One place in one document, and what we know of it: shown once a page, however many facts rest on it."""

    name: str
    citation: Citation
    due_since: date | None

    @property
    def anchor(self) -> str:
        return f"fact-source-{self.name}"

    @property
    def doubts(self) -> str:
        """What a reader should know before opening the note, in words; empty if all is well."""
        verified = self.citation.status == Citation.Status.VERIFIED
        said = [] if verified else [self.citation.get_status_display()]
        return ", ".join([*said, "due for a new check"] if self.due_since else said)


@dataclass(slots=True)
class Document:
    """One numbered source of the page, and the places in it that were cited."""

    number: int
    source: Source
    notes: dict[tuple[Any, ...], Note] = field(default_factory=dict)

    @property
    def anchor(self) -> str:
        return f"fact-source-{self.number}"

    @property
    def cited(self) -> Iterable[Note]:
        return self.notes.values()


@dataclass(slots=True)
class PageNotes:
    """The sources of the facts shown so far on one page, each numbered when it is first needed."""

    today: date = field(default_factory=history.today)
    documents: dict[int, Document] = field(default_factory=dict)

    def note(self, citation: Citation) -> Note:
        document = self.documents.get(citation.source_id)
        if document is None:
            document = self.documents[citation.source_id] = Document(len(self.documents) + 1, citation.source)
        due_on = facts.due_day(citation)
        due_since = due_on if due_on and due_on <= self.today else None
        shown = (citation.locator, citation.status, citation.checked_on, citation.note, due_since)
        if shown not in document.notes:
            name = f"{document.number}{letters(len(document.notes) + 1)}"
            document.notes[shown] = Note(name, citation, due_since)
        return document.notes[shown]

    def notes(self, shown: facts.Fact) -> Iterator[Note]:
        """The notes of a fact, each once."""
        yield from dict.fromkeys(self.note(citation) for citation in shown.citations)


def page_notes(context: Context) -> PageNotes:
    """Kept on the request: the one object that every included template of a page shares."""
    holder: Any = getattr(context, "request", None) or context.get("request") or context
    if not hasattr(holder, "fact_notes"):
        holder.fact_notes = PageNotes()
    notes: PageNotes = holder.fact_notes
    return notes


def _component(context: Context, shown: facts.Fact, value: SafeString | None, unit: str = "") -> SafeString:
    return fact_html(shown, list(page_notes(context).notes(shown)), value, unit)


def _shown(subject: Content | facts.Fact, name: str) -> facts.Fact:
    return subject if isinstance(subject, facts.Fact) else facts.fact(subject, name)


@register.simple_tag(takes_context=True)
def fact(context: Context, subject: Content | facts.Fact, name: str = "", *, unit: str = "") -> SafeString:
    """A fact's value, with its unit if one is named, and the marks that open its sources.

    Takes an entry and a field, or a Fact.
    """
    return _component(context, _shown(subject, name), None, unit)


@register.simple_block_tag(takes_context=True)
def sourced(context: Context, content: SafeString, subject: Content | facts.Fact, name: str = "") -> SafeString:
    """What stands between the tags, as a fact: for a value in another form, or words that rest on its sources.

    ``{% sourced rule "verdict" %}{{ rule.conditions }}{% endsourced %}``
    """
    return _component(context, _shown(subject, name), content)


@register.simple_tag(takes_context=True)
def fact_mark(context: Context, subject: Content | facts.Fact, name: str = "") -> SafeString:
    """The marks alone, for a value that stands before them in another form (a heading, a long text)."""
    return _component(context, _shown(subject, name), SafeString(""))


@register.simple_tag(takes_context=True)
def fact_sources(context: Context) -> SafeString:
    """The sources of the facts shown above it, named as their marks are."""
    return sources_html(page_notes(context).documents.values())


@register.simple_tag
def get_facts(obj: Content, *names: str) -> list[facts.Fact]:
    """Several facts of one entry, for a list of labels and values."""
    return [facts.fact(obj, name) for name in names]


@register.simple_tag
def fact_text(obj: Content, name: str) -> str:
    """A fact as plain text, for titles and descriptions."""
    return facts.fact(obj, name).text


@register.filter
def moment(at: datetime) -> str:
    """As the value of ``as_of`` in a link."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@register.filter
def just_before(at: datetime) -> str:
    """The moment before a change."""
    return moment(at - timedelta(microseconds=1))


@register.filter
def written_day(value: Any) -> str:
    """A date as the site writes it, for dates that are no fact of their own (“checked on …”)."""
    return formatting.day(value).text if value else ""


@register.filter
def fact_anchor(name: str) -> str:
    """The id of a fact in the list on its entry's page."""
    return facts.anchor_of(name)


@register.filter
def written_month(value: Any) -> str:
    """A month as the site writes it: “June 2023”."""
    return formatting.month(value).text if value else ""


@register.filter
def written_count(value: int) -> str:
    """A number that is no fact, in full: one that a reader typed, or of what was found: “25,000”."""
    return formatting.count(value).text
