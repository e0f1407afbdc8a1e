"""Markdown for prose: CommonMark with tables, footnotes and strikethrough, made safe.

Parsing is done by pulldown-cmark, which takes linear time whatever the input.
Its events are written as HTML by `writer`, which escapes all text and knows a
fixed set of elements; raw HTML in the source is shown as text. The result then
passes an allow-list sanitizer, so that a mistake here is not a hole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from .events import events, plain
from .limits import MAX_CHARACTERS, is_renderable, validate
from .sanitize import sanitize
from .writer import Heading, Writer

__all__ = ["MAX_CHARACTERS", "Heading", "Prose", "plain_text", "render", "validate"]

WORDS_PER_MINUTE = 230


@dataclass(frozen=True)
class Prose:
    """A rendered text.

    ``headings`` are those of the text, for a list of contents; ``links`` every
    address that it links to, in order.
    """

    html: SafeString
    headings: tuple[Heading, ...]
    words: int
    links: tuple[str, ...]

    @property
    def reading_minutes(self) -> int:
        """At an adult’s usual pace, never less than one."""
        return max(1, round(self.words / WORDS_PER_MINUTE))


def render(markdown: str, *, glossary: Mapping[str, str] | None = None, prefix: str = "") -> Prose:
    """Render ``markdown``.

    ``glossary`` maps terms to addresses; the first use of each address in the
    running text links there. ``prefix`` goes before every id, for pages that
    show several texts.

    A text beyond what `validate` admits (it can only have come past the forms)
    is shown as it is written, since laying it out could take for ever.
    """
    if not is_renderable(markdown):
        return Prose(html=_as_written(markdown), headings=(), words=len(markdown.split()), links=())
    writer = Writer(glossary or {}, prefix)
    html = writer.write(events(markdown))
    return Prose(
        html=mark_safe(sanitize(html)),  # noqa: S308 - this is the sanitizer's output
        headings=tuple(writer.headings),
        words=writer.words,
        links=tuple(writer.links),
    )


def plain_text(markdown: str, limit: int = 300) -> str:
    """The beginning of the text without markup, cut at a word; for descriptions.

    At most ``limit`` characters, of which a cut text spends one on the ellipsis.
    """
    text = re.sub(r"\s+", " ", plain(_encodable(markdown[: limit * 20]), limit + 1)).strip()
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(",;:–—-") + "…"


def _as_written(markdown: str) -> SafeString:
    text = Writer.escape(_encodable(markdown))
    return mark_safe(sanitize(f"<pre><code>{text}</code></pre>"))  # noqa: S308 - as above


def _encodable(text: str) -> str:
    """Without halves of characters, at which parser and sanitizer would raise an error."""
    return text.encode(errors="replace").decode()
