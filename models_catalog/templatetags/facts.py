"""Shows facts in templates: ``{% fact release "context_tokens" %}``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import template
from django.template.context import Context

from models_catalog import facts, formatting
from models_catalog.models import Content, Source

register = template.Library()


@dataclass(slots=True)
class PageNotes:
    """The facts shown so far on one page: gives each an id, and each source a number.

    The number is the footnote's: the same document has the same number all over
    the page, and ``{% fact_sources %}`` lists them at its end.
    """

    shown: int = 0
    sources: dict[int, Source] = field(default_factory=dict)

    def next_id(self) -> str:
        self.shown += 1
        return f"fact-{self.shown}"

    def number(self, source: Source) -> int:
        self.sources.setdefault(source.pk, source)
        return list(self.sources).index(source.pk) + 1


def page_notes(context: Context) -> PageNotes:
    """Kept on the request: the one object that every included template of a page shares."""
    holder: Any = getattr(context, "request", None) or context.get("request") or context
    if not hasattr(holder, "fact_notes"):
        holder.fact_notes = PageNotes()
    notes: PageNotes = holder.fact_notes
    return notes


@register.inclusion_tag("components/fact.html", takes_context=True)
def fact(context: Context, subject: Content | facts.Fact, name: str = "") -> dict[str, Any]:
    """A fact's value with the mark that opens its sources. Takes an entry and a field, or a Fact."""
    shown = subject if isinstance(subject, facts.Fact) else facts.fact(subject, name)
    return {"fact": shown, **_note(context, shown)}


@register.inclusion_tag("components/fact_mark.html", takes_context=True)
def fact_mark(context: Context, subject: Content | facts.Fact, name: str = "") -> dict[str, Any]:
    """The mark alone, for a value that is shown in another form beside it (a heading, a long text)."""
    shown = subject if isinstance(subject, facts.Fact) else facts.fact(subject, name)
    return {"fact": shown, **_note(context, shown)}


def _note(context: Context, shown: facts.Fact) -> dict[str, Any]:
    if not shown.citations:
        return {}
    notes = page_notes(context)
    return {
        "id": notes.next_id(),
        "numbers": dict.fromkeys(notes.number(citation.source) for citation in shown.citations),
    }


@register.inclusion_tag("components/fact_sources.html", takes_context=True)
def fact_sources(context: Context) -> dict[str, Any]:
    """The sources of the facts shown above it, numbered as their marks are."""
    return {"sources": list(page_notes(context).sources.values())}


@register.simple_tag
def get_facts(obj: Content, *names: str) -> list[facts.Fact]:
    """Several facts of one entry, for a list of labels and values."""
    return [facts.fact(obj, name) for name in names]


@register.simple_tag
def fact_text(obj: Content, name: str) -> str:
    """A fact as plain text, for titles and descriptions."""
    return facts.fact(obj, name).text


@register.filter
def written_day(value: Any) -> str:
    """A date as the site writes it, for dates that are no fact of their own (“checked on …”)."""
    return formatting.day(value).text if value else ""
