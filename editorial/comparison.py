"""What differs between two texts, side by side: lines that came, went or changed, and in those the words.

Pure functions over text. Long texts are compared by lines alone, so that a
comparison takes a moment whatever is compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

# Pairs of words that may be compared with each other in one line; more are shown as changed whole.
MAX_PAIRS = 400_000
# The same for lines, between the first and the last one that differ.
MAX_PAIRS_OF_LINES = 2_000_000
# Unchanged lines shown around a change.
CONTEXT = 2

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the old text beside one of the new; None where there is no such line. ``skipped``: equal lines left out."""

    old: tuple[Piece, ...] | None
    new: tuple[Piece, ...] | None
    changed: bool = False
    skipped: int = 0


def compare(old: str, new: str) -> list[Row]:
    """The rows of the comparison; empty if the texts are the same."""
    if old == new:
        return []
    before, after = old.splitlines(), new.splitlines()
    rows: list[Row] = []
    opcodes = list(_opcodes(before, after))
    for place, (is_equal, i1, i2, j1, j2) in enumerate(opcodes):
        if not is_equal:
            rows += [_changed(a, b) for a, b in zip_longest(before[i1:i2], after[j1:j2])]
            continue
        head = CONTEXT if place else 0
        tail = CONTEXT if place < len(opcodes) - 1 else 0
        lines = before[i1:i2]
        if len(lines) > head + tail:
            rows += map(_same, lines[:head])
            rows.append(Row(None, None, skipped=len(lines) - head - tail))
            rows += map(_same, lines[len(lines) - tail :])
        else:
            rows += map(_same, lines)
    return rows


def _opcodes(before: list[str], after: list[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Runs of lines, equal or not: where they begin and end in both texts."""
    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    tail = next((n for n in range(shorter - head) if before[-1 - n] != after[-1 - n]), shorter - head)
    if head:
        yield True, 0, head, 0, head
    middle, other = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(middle) * len(other) > MAX_PAIRS_OF_LINES:
        yield False, head, head + len(middle), head, head + len(other)
    else:
        for kind, i1, i2, j1, j2 in SequenceMatcher(None, middle, other, autojunk=False).get_opcodes():
            yield kind == "equal", head + i1, head + i2, head + j1, head + j2
    if tail:
        yield True, len(before) - tail, len(before), len(after) - tail, len(after)


def _same(line: str) -> Row:
    return Row((Piece(line),), (Piece(line),))


def _changed(old: str | None, new: str | None) -> Row:
    if old is None or new is None:
        return Row(
            None if old is None else (Piece(old, True),), None if new is None else (Piece(new, True),), changed=True
        )
    left, right = _PIECES.findall(old), _PIECES.findall(new)
    if len(left) * len(right) > MAX_PAIRS:
        return Row((Piece(old, True),), (Piece(new, True),), changed=True)
    opcodes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return Row(
        tuple(_pieces((left[i1:i2], kind != "equal") for kind, i1, i2, _, _ in opcodes)),
        tuple(_pieces((right[j1:j2], kind != "equal") for kind, _, _, j1, j2 in opcodes)),
        changed=True,
    )


def _pieces(runs: Iterator[tuple[list[str], bool]]) -> Iterator[Piece]:
    for words, changed in runs:
        if words:
            yield Piece("".join(words), changed)
