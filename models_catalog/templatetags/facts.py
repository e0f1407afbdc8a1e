"""Shows facts in templates: ``{% fact release "context_tokens" %}``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import template
from django.template import Engine
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

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


def _piece(context: Context, template_name: str, **values: Any) -> SafeString:
    """A component without the line break at its end, which would show as a space in a sentence."""
    engine = context.template.engine if context.template else Engine.get_default()
    html = engine.get_template(f"components/{template_name}.html").render(context.new(values))
    return mark_safe(html.strip())  # noqa: S308 - rendered, and so escaped, by the template


def _mark(context: Context, shown: facts.Fact, *, quiet: bool) -> SafeString:
    notes = page_notes(context)
    cited = bool(shown.citations)
    return _piece(
        context,
        "fact_mark",
        fact=shown,
        quiet=quiet,
        id=notes.next_id() if cited else "",
        numbers=list(dict.fromkeys(notes.number(citation.source) for citation in shown.citations)),
    )


def _shown(subject: Content | facts.Fact, name: str) -> facts.Fact:
    return subject if isinstance(subject, facts.Fact) else facts.fact(subject, name)


@register.simple_tag(takes_context=True)
def fact(context: Context, subject: Content | facts.Fact, name: str = "") -> SafeString:
    """A fact's value with the mark that opens its sources. Takes an entry and a field, or a Fact."""
    shown = _shown(subject, name)
    return _piece(
        context,
        "fact",
        fact=shown,
        value=_piece(context, "fact_value", fact=shown),
        mark=_mark(context, shown, quiet=False),
    )


@register.simple_tag(takes_context=True)
def fact_mark(context: Context, subject: Content | facts.Fact, name: str = "", *, quiet: bool = False) -> SafeString:
    """The mark alone, for a value that stands before it in another form (a heading, a long text).

    ``quiet`` shows nothing where there is no source, for texts that need none.
    """
    shown = _shown(subject, name)
    return format_html("{} {}", _mark(context, shown, quiet=quiet), _piece(context, "fact_was", fact=shown))


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
