"""Tables that narrow screens can show as labelled cards."""

from __future__ import annotations

import re
from collections.abc import Callable

_ALIGNMENT = {"None": "", "Left": ' class="left"', "Center": ' class="center"', "Right": ' class="right"'}
# What narrow screens show beside a cell. It is repeated in every row, so that its length counts many times.
_LABEL_CHARACTERS = 80


class Table:
    """Carries the headings of the columns into the cells, where narrow screens show them as labels."""

    def __init__(self, alignments: tuple[str, ...], plain: Callable[[str], str]) -> None:
        """``plain`` turns what stands for a fact in the HTML into its text."""
        self.column = 0
        self.in_head = True
        self._classes = [_ALIGNMENT.get(alignment, "") for alignment in alignments]
        self._labels: list[str] = []
        self._plain = plain
        self._opened_at = 0

    def open_cell(self, place: int) -> str:
        column = self.column
        style = self._classes[column] if column < len(self._classes) else ""
        if self.in_head:
            self._opened_at = place
            return f'<th scope="col"{style}>'
        label = self._labels[column] if column < len(self._labels) else ""
        return f'<td{style} data-label="{label}">' if label else f"<td{style}>"

    def close_cell(self, out: list[str]) -> str:
        self.column += 1
        if not self.in_head:
            return "</td>"
        content = re.sub(r"<sup.*?</sup>|<[^>]*>", "", "".join(out[self._opened_at + 1 :]))
        label = " ".join(self._plain(content).split())
        if len(label) > _LABEL_CHARACTERS:
            label = label[: _LABEL_CHARACTERS - 1].rstrip() + "…"
        self._labels.append(label)
        return "</th>"
