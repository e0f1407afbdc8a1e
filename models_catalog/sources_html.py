"""The HTML of a page’s sources: what the marks of its facts lead to.

Each document once, with each place in it that was cited. On paper they are the footnotes, so each says all that there
is to know: where, how sure, and checked when. No template, for the reason that the HTML of a fact is none: a page has
nearly as many notes as facts, and as a template they took a third of its time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape
from typing import Protocol

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from .fact_html import Note
from .formatting import day
from .models import Source


class Document(Protocol):
    """A source, as the page numbers it, with the places in it that the page cites."""

    @property
    def anchor(self) -> str: ...
    @property
    def source(self) -> Source: ...
    @property
    def cited(self) -> Iterable[Note]: ...


def sources_html(documents: Iterable[Document]) -> SafeString:
    """Empty where nothing was cited."""
    items = "".join(map(_document, documents))
    if not items:
        return SafeString("")
    return mark_safe(  # noqa: S308 - every text in it is escaped below
        '<section class="fact-sources" aria-labelledby="fact-sources-title">\n'
        '  <h2 id="fact-sources-title">Sources on this page</h2>\n'
        f'  <ol class="fact-sources__list">\n{items}  </ol>\n</section>'
    )


def _document(document: Document) -> str:
    source = document.source
    notes = "".join(map(_note, document.cited))
    return (
        f'    <li class="fact-source" id="{document.anchor}"><span class="fact-source__document">'
        f'<a href="{escape(source.get_absolute_url())}">{escape(source.title)}</a>, {escape(source.publisher)}. '
        f'<a class="fact-source__open" href="{escape(source.url)}" rel="external">Open the document</a></span>\n'
        f'      <ol class="fact-source__notes">\n{notes}      </ol>\n    </li>\n'
    )


def _note(note: Note) -> str:
    citation = note.citation
    place = f'<span class="fact-source__place">{escape(citation.locator)}</span>. ' if citation.locator else ""
    status = escape(capfirst(citation.get_status_display()))
    remark = f' <span class="fact-source__remark">{escape(citation.note)}</span>' if citation.note else ""
    return (
        f'        <li id="{note.anchor}">{place}'
        f'<span class="fact-source__status fact-source__status--{citation.status}">{status}</span>, '
        f"last checked on {_time(citation.checked_on)}.{_due(note)}{remark}</li>\n"
    )


def _due(note: Note) -> str:
    if not note.due_since:
        return ""
    if note.citation.outlived_its_source:
        said = "The document has changed since; due for a new check"
    else:
        said = f"Due for a new check since {_time(note.due_since)}"
    return f' <strong class="fact-source__due">{said}.</strong>'


def _time(when: date) -> str:
    return f'<time datetime="{when.isoformat()}">{day(when).text}</time>'
