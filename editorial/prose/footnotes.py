"""Footnotes: numbered where the text first refers to them, and listed at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any


class Footnotes:
    """Those of one text. ``prefix`` goes before every id."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._notes: dict[str, list[Any]] = {}  # label → the events of the note
        self._numbers: dict[str, int] = {}
        self._uses: dict[str, int] = {}

    def set_aside(self, stream: Iterable[Any]) -> Iterator[Any]:
        """The events outside notes. Those of a note wait until it is known whether, and after which, it is shown."""
        open_notes: list[list[Any]] = []
        for event in stream:
            if type(event) is dict:
                start = event.get("Start")
                if type(start) is dict and "FootnoteDefinition" in start:
                    open_notes.append([])
                    self._notes.setdefault(start["FootnoteDefinition"].casefold(), open_notes[-1])
                    continue
                if event.get("End") == "FootnoteDefinition":
                    open_notes.pop()
                    continue
            if open_notes:
                open_notes[-1].append(event)
            else:
                yield event

    def reference(self, label: str) -> str:
        """The number that stands in the text and leads to the note."""
        label = label.casefold()  # as the parser compares them
        number = self._numbers.setdefault(label, len(self._numbers) + 1)
        use = self._uses[label] = self._uses.get(label, 0) + 1
        p = self._prefix
        return (
            f'<sup class="noteref"><a href="#{p}fn-{number}" id="{p}fnref-{number}-{use}" role="doc-noteref" '
            f'aria-label="Footnote {number}">{number}</a></sup>'
        )

    def listed(self, write: Callable[[Iterable[Any]], str]) -> str:
        """Those that the text refers to, in the order of first use; ``write`` turns the events of one into HTML."""
        p = self._prefix
        notes: dict[str, str] = {}
        while len(notes) < len(self._numbers):  # a note may refer to further ones
            for label in list(self._numbers)[len(notes) :]:
                notes[label] = write(self._notes.get(label, [])).rstrip()
        entries = []
        for label, note in notes.items():
            number = self._numbers[label]
            back = " ".join(
                f'<a class="backref" href="#{p}fnref-{number}-{use}" role="doc-backlink" '
                f'aria-label="Back to reference {number}{f", use {use}" if use > 1 else ""}">↩</a>'
                for use in range(1, self._uses[label] + 1)
            )
            note = f"{note[:-4]} {back}</p>" if note.endswith("</p>") else f"{note}<p>{back}</p>"
            entries.append(f'<li id="{p}fn-{number}">{note}</li>')
        if not entries:
            return ""
        return (
            f'<section class="footnotes" role="doc-endnotes" aria-labelledby="{p}footnotes">'
            f'<h2 id="{p}footnotes">Footnotes</h2><ol>{"".join(entries)}</ol></section>'
        )
