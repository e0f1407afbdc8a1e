"""The HTML of a fact: its value, the marks that open its sources, and what it was before it was corrected.

The one component that is no template: a page shows hundreds, and as a template they took a quarter of its time. It is
phrasing content only, so that it may stand in a paragraph, a cell or a sentence, and has no space at its ends.

    <span class="fact fact--verified"><span class="fact__shown">value, marks</span> corrections</span>
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape
from typing import Protocol

from django.utils.safestring import SafeString, mark_safe

from .facts import Fact
from .models import Citation, Correction

# Keeps the marks on the line of the word that they belong to.
JOINER = "&#8288;"


class Note(Protocol):
    """A place in a source, as the page numbers it."""

    @property
    def name(self) -> str: ...
    @property
    def citation(self) -> Citation: ...
    @property
    def due_since(self) -> date | None: ...
    @property
    def anchor(self) -> str: ...
    @property
    def doubts(self) -> str: ...


def fact_html(fact: Fact, notes: Iterable[Note], value: SafeString | None = None, unit: str = "") -> SafeString:
    """``value`` stands in the place of the fact’s own, and may be empty: for the marks alone."""
    about = escape(f"{fact.label} of {fact.subject}")
    shown = _value(fact, unit) if value is None else value
    was = "".join(_correction(correction, about) for correction in fact.corrections)
    marks = _marks(fact, notes, about)
    return mark_safe(  # noqa: S308 - every text in it is escaped below
        f'<span class="fact fact--{fact.status}"><span class="fact__shown">{shown}{marks}</span>{was}</span>'
    )


def _value(fact: Fact, unit: str) -> str:
    value, text = fact.value, escape(fact.text)
    if value is None:
        shown = f'<span class="fact__missing">{text}</span>'
    elif fact.links:
        links = ", ".join(f'<a href="{escape(url)}">{escape(name)}</a>' for name, url in fact.links)
        shown = f'<span class="fact__value">{links}</span>'
    elif value.is_date:
        shown = f'<time class="fact__value" datetime="{escape(value.data)}">{text}</time>'
    elif value.data:
        title = f' title="{escape(value.exact)}"' if value.exact else ""
        shown = f'<data class="fact__value" value="{escape(value.data)}"{title}>{text}</data>'
    else:
        shown = f'<span class="fact__value">{text}</span>'
    return f'{shown} <span class="fact__unit">{escape(unit)}</span>' if unit else shown


def _marks(fact: Fact, notes: Iterable[Note], about: str) -> str:
    """Links to the notes at the end of the page, which facts.js opens beside the fact."""
    marks = "".join(_mark(note, about) for note in notes)
    if marks:
        return f'{JOINER}<span class="fact__marks">{marks}</span>'
    return '<span class="fact__unsourced">no source yet</span>' if fact.is_stated else ""


def _mark(note: Note, about: str) -> str:
    due = " fact__mark--due" if note.due_since else ""
    doubts = f", {escape(note.doubts)}" if note.doubts else ""
    doubtful = "" if note.citation.status == Citation.Status.VERIFIED else "?"
    return (
        f'<a class="fact__mark{due}" href="#{note.anchor}" '
        f'aria-label="{note.name}{doubts}: source for {about}">{note.name}{doubtful}</a>'
    )


def _correction(correction: Correction, about: str) -> str:
    """What the site once had wrong, struck through, and the way to the correction."""
    wrong = escape(correction.wrong_value)
    said, shown = (f", was {wrong}", f", was <s>{wrong}</s>") if wrong else ("", "")
    address = escape(correction.get_absolute_url())
    return f' <a class="fact__was" href="{address}" aria-label="Corrected{said}: {about}">Corrected{shown}</a>'
