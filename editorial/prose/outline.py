"""What a text consists of, with the line of each thing, for those who check it rather than show it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from .events import placed_events
from .limits import is_renderable
from .references import OPEN, Prepared, Reference, prepare


@dataclass(frozen=True, slots=True)
class Seen:
    """A heading, a link or a picture. ``text`` is what is read, ``address`` where it leads.

    ``level`` is that of a heading as written: 2 for “## ”.
    """

    line: int
    text: str
    address: str = ""
    level: int = 0


@dataclass(slots=True)
class Outline:
    """``passages`` are the runs of text between two ends of a block, each with the line it begins on.

    ``notes`` are the footnotes, ``noted`` the places that refer to one, both by their labels.

    ``references`` are those that are shown; ``misplaced`` those in addresses
    and titles, where nothing is filled in. Code counts for nothing.
    """

    headings: list[Seen] = field(default_factory=list)
    links: list[Seen] = field(default_factory=list)
    images: list[Seen] = field(default_factory=list)
    passages: list[Seen] = field(default_factory=list)
    notes: list[Seen] = field(default_factory=list)
    noted: list[Seen] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    misplaced: list[Reference] = field(default_factory=list)


# Where a sentence ends even without a full stop.
_BLOCKS = {"Paragraph", "Heading", "Item", "TableCell", "BlockQuote", "CodeBlock", "FootnoteDefinition", "HtmlBlock"}


def outline(markdown: str) -> Outline:
    """Of a text that cannot be rendered (see `limits`) nothing is said."""
    if not is_renderable(markdown):
        return Outline()
    return _Reader(prepare(markdown)).read()


class _Reader:
    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._out = Outline()
        # Where each line but the first begins, in bytes as the parser counts.
        self._lines = list(accumulate(len(line) + 1 for line in prepared.text.encode().split(b"\n")))
        self._open: list[tuple[str, Any, int, list[str]]] = []
        self._passage: list[str] = []
        self._passage_at = 1
        self._in_code = 0

    def read(self) -> Outline:
        for event, place in placed_events(self._prepared.text):
            line = bisect_right(self._lines, place["start"]) + 1
            if type(event) is str:
                if event == "Rule":
                    self._close_passage()
                else:
                    self._say("\n", line)
                continue
            [(name, value)] = event.items()
            if name == "Start":
                kind, details = (value, None) if type(value) is str else next(iter(value.items()))
                self._start(kind, details, line)
            elif name == "End":
                self._end(value if type(value) is str else next(iter(value)))
            elif name in ("Text", "Html", "InlineHtml") and not self._in_code:
                self._say("".join(self._resolved(value)), line)
            elif name == "FootnoteReference":
                self._out.noted.append(Seen(line, value))
            elif name == "Code":
                # Stands for what is not prose, so that words around it do not meet.
                self._say("\ufffc", line, beside="".join(value))
        self._close_passage()
        return self._out

    def _resolved(self, text: str) -> Iterator[str]:
        for piece in self._prepared.pieces(text) if OPEN in text else (text,):
            if isinstance(piece, int):
                self._out.references.append(self._prepared.references[piece])
                yield "\ufffc"
            else:
                yield piece

    def _say(self, text: str, line: int, *, beside: str | None = None) -> None:
        """Add to the passage, and to the text of what is open, where code counts too (``beside``)."""
        if not self._passage:
            self._passage_at = line
        self._passage.append(text)
        for _, _, _, texts in self._open:
            texts.append(beside if beside is not None else text)

    def _start(self, kind: str, details: Any, line: int) -> None:
        if kind in _BLOCKS:
            self._close_passage()
        self._in_code += kind == "CodeBlock"
        if kind == "FootnoteDefinition":
            self._out.notes.append(Seen(line, details))
        if kind in ("Heading", "Link", "Image"):
            self._open.append((kind, details, line, []))
        if kind in ("Link", "Image"):
            for text in (details["dest_url"], details["title"]):
                pieces = self._prepared.pieces(text) if OPEN in text else ()
                self._out.misplaced += [self._prepared.references[n] for n in pieces if isinstance(n, int)]

    def _end(self, kind: str) -> None:
        if kind in _BLOCKS:
            self._close_passage()
        self._in_code -= kind == "CodeBlock"
        if kind not in ("Heading", "Link", "Image"):
            return
        _, details, line, texts = self._open.pop()
        text = " ".join("".join(texts).split())
        if kind == "Heading":
            self._out.headings.append(Seen(line, text, level=int(details["level"][1])))
            return
        address = ("mailto:" if details["link_type"] == "Email" else "") + self._prepared.restore(details["dest_url"])
        (self._out.links if kind == "Link" else self._out.images).append(Seen(line, text, address))

    def _close_passage(self) -> None:
        text = "".join(self._passage)
        if text.strip():
            self._out.passages.append(Seen(self._passage_at, text))
        self._passage = []
