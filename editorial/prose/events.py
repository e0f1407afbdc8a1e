"""What the parser says of a text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyromark

OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_FOOTNOTES | pyromark.Options.ENABLE_STRIKETHROUGH


def events(markdown: str) -> Iterator[Any]:
    """The parser’s events. Either a name, or a dict of one entry: name → value."""
    return iter(pyromark.events(markdown, options=OPTIONS))


def placed_events(markdown: str) -> Iterator[tuple[Any, Any]]:
    """The same with where each begins and ends: ``{"start": …, "end": …}``, in bytes."""
    return iter(pyromark.events_with_range(markdown, options=OPTIONS))


def plain(markdown: str, limit: int) -> str:
    """The first ``limit`` characters or a little more of the running text, without headings, tables and footnotes."""
    parts: list[str] = []
    length = skipped = 0
    for event in events(markdown):
        if event in ("SoftBreak", "HardBreak"):
            parts.append(" ")
        elif type(event) is dict:
            [(name, value)] = event.items()
            kind = value if type(value) is str else next(iter(value), "") if type(value) is dict else ""
            if name in ("Start", "End") and kind in ("Heading", "Table", "FootnoteDefinition", "CodeBlock", "Image"):
                skipped += 1 if name == "Start" else -1
            elif name == "End" and kind in ("Paragraph", "Item"):
                parts.append(" ")
            elif name in ("Text", "Code") and not skipped:
                parts.append(value)
                length += len(value)
                if length > limit:
                    break
    return "".join(parts)
