"""Markdown for prose: CommonMark with tables, footnotes and strikethrough, made safe.

Parsing is done by pulldown-cmark, which takes linear time whatever the input.
Its events are written as HTML by `writer`, which escapes all text and knows a
fixed set of elements; raw HTML in the source is shown as text. The result then
passes an allow-list sanitizer, so that a mistake here is not a hole. Facts that
the text refers to (see `references`) are put in last, by the components that
show facts everywhere: no HTML of an author is ever part of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from models_catalog.facts import Fact

from . import references
from .events import events, plain
from .limits import MAX_CHARACTERS, is_renderable, validate
from .pictures import Illustration
from .references import Reference
from .sanitize import sanitize
from .writer import Heading, Writer

__all__ = [
    "MAX_CHARACTERS", "WORDS_PER_MINUTE", "Heading", "Illustration", "Prose", "Quote", "plain_text", "quote",
    "reading_minutes", "render", "validate",
]  # fmt: skip

# Readers never see a value that is not, or no longer, for them.
NOT_AVAILABLE = "not available"

WORDS_PER_MINUTE = 230


@dataclass(frozen=True, slots=True)
class Quote:
    """A reference with the fact that it stands for; None for one that readers cannot see."""

    reference: Reference
    fact: Fact | None

    @property
    def text(self) -> str:
        """As plain text: the value, or what stands in its place."""
        if self.fact:
            return self.fact.text
        return NOT_AVAILABLE if self.reference.name else self.reference.written


@dataclass(frozen=True)
class Prose:
    """A rendered text.

    ``headings`` are those of the text, for a list of contents; ``links`` every
    address that it links to, in order; ``quotes`` its references to facts.
    """

    sanitized: str
    headings: tuple[Heading, ...]
    words: int
    links: tuple[str, ...]
    quotes: tuple[Quote, ...] = ()

    def quoting(self, quotes: Sequence[Quote]) -> Prose:
        """The same text with the facts that it refers to."""
        return replace(self, quotes=tuple(quotes))

    @property
    def html(self) -> SafeString:
        """The text with the values of its facts; for pages, ``{% prose %}`` adds their sources."""
        return self.html_with(lambda how, quote: "" if how == references.MARK else escape(quote.text))

    def html_with(self, show: Callable[[str, Quote], str]) -> SafeString:
        """The text with each reference as ``show(how, quote)`` has it: HTML that is safe already."""
        shown = references.show(
            self.sanitized,
            lambda how, number: show(how, self.quotes[number]) if number < len(self.quotes) else "",
        )
        return mark_safe(shown)  # noqa: S308 - the sanitizer's output, and what templates rendered

    @property
    def reading_minutes(self) -> int:
        return reading_minutes(self.words)


def reading_minutes(words: int) -> int:
    """At an adult’s usual pace, to the nearest minute, halves up, never less than one."""
    return max(1, (2 * words + WORDS_PER_MINUTE) // (2 * WORDS_PER_MINUTE))


def render(
    markdown: str,
    *,
    glossary: Mapping[str, str] | None = None,
    pictures: Mapping[str, Illustration] | None = None,
    prefix: str = "",
    facts: Mapping[str, Fact] | None = None,
) -> Prose:
    """Render ``markdown``.

    ``glossary`` maps terms to addresses; the first use of each address in the
    running text links there. ``pictures`` holds, by token, those of the library
    that the text refers to (``Image.objects.in_texts``): they come with their
    size, their credit and, where the text gives none, their alternative text;
    one that is missing leaves its description. ``prefix`` goes before every id,
    for pages that show several texts. ``facts`` are those that the text refers
    to, by the `Reference.name`; `editorial.live_facts` finds them.

    A text beyond what `validate` admits (it can only have come past the forms)
    is shown as it is written, since laying it out could take for ever.
    """
    quotes = quotes_in(markdown, facts or {})
    return lay_out(markdown, glossary=glossary, pictures=pictures, prefix=prefix, quotes=quotes).quoting(quotes)


def quotes_in(markdown: str, facts: Mapping[str, Fact]) -> tuple[Quote, ...]:
    """What stands in the places of a text’s references; nothing for one that is shown as it is written."""
    if not is_renderable(markdown):
        return ()
    return tuple(quote(reference, facts) for reference in references.prepare(markdown).references)


def lay_out(
    markdown: str,
    *,
    glossary: Mapping[str, str] | None,
    pictures: Mapping[str, Illustration] | None,
    prefix: str,
    quotes: Sequence[Quote],
) -> Prose:
    """The part of `render` that takes long. Of the quotes it uses the words alone, and holds none of them."""
    if not is_renderable(markdown):
        return Prose(sanitized=_as_written(markdown), headings=(), words=len(markdown.split()), links=())
    prepared = references.prepare(markdown)

    def say(number: int) -> str:
        return quotes[number].text if number < len(quotes) else ""

    writer = Writer(glossary or {}, prefix, prepared, say, pictures)
    html = writer.write(events(prepared.text))
    return Prose(
        sanitized=sanitize(html),
        headings=tuple(writer.headings),
        words=writer.words,
        links=tuple(writer.links),
    )


def quote(reference: Reference, facts: Mapping[str, Fact]) -> Quote:
    """What stands in the place of a reference, of the facts that its text refers to."""
    fact = facts.get(reference.name)
    return Quote(reference, fact.said(reference.form) if fact else None)


def plain_text(markdown: str, limit: int = 300, *, facts: Mapping[str, Fact] | None = None) -> str:
    """The beginning of the text without markup, cut at a word; for descriptions.

    At most ``limit`` characters, of which a cut text spends one on the ellipsis.
    """
    prepared = references.prepare(_encodable(markdown[: limit * 20]))
    pieces = prepared.pieces(plain(prepared.text, limit + 1))
    said = (
        quote(prepared.references[piece], facts or {}).text if isinstance(piece, int) else piece for piece in pieces
    )
    text = re.sub(r"\s+", " ", "".join(said)).strip()
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(",;:–—-") + "…"


def _as_written(markdown: str) -> str:
    text = Writer.escape(_encodable(markdown))
    return sanitize(f"<pre><code>{text}</code></pre>")


def _encodable(text: str) -> str:
    """Without halves of characters, at which parser and sanitizer would raise an error."""
    return text.encode(errors="replace").decode()
