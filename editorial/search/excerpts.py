"""Shows where the hits are: a piece of the text around them, with the words that were asked marked.

Done here and not by ``ts_headline``, which takes text for HTML, knows names with dots and hyphens as little as
Postgres’ parser does, and reads a long text to its end.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from .question import Question

# About three lines.
LENGTH, BEFORE, LOOKED_AT = 240, 70, 40
# Endings that the stemmer takes off, roughly: enough to mark “licensing” for “license”.
ENDINGS = re.compile(r"(?:ations?|izations?|izing|ized|izes?|ings?|ions?|ers?|ed|es|ies|ly|y|e|s)\Z")
SHORTEST_ROOT = 4


class Marker:
    """Finds and marks the words of one question in any number of texts."""

    def __init__(self, question: Question) -> None:
        patterns = [_pattern(word, is_open=word == question.beginning) for word in question.words]
        patterns.sort(key=len, reverse=True)
        self._hits = re.compile(rf"(?<![^\W_])(?<!\d\.)(?:{'|'.join(patterns) or '(?!)'})", re.IGNORECASE)

    def whole(self, text: str) -> SafeString:
        """All of a text, escaped, with its hits in ``<mark>``."""
        parts: list[str] = []
        end = 0
        for hit in self._hits.finditer(text):
            parts += (conditional_escape(text[end : hit.start()]), format_html("<mark>{}</mark>", hit.group()))
            end = hit.end()
        parts.append(conditional_escape(text[end:]))
        return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above

    def excerpt(self, title: str, summary: str, text: str) -> SafeString:
        """The text around the place with the most of the words; the summary if it and the title have as many."""
        in_text, place = self._best_place(text)
        if summary and len({hit.group().lower() for hit in self._hits.finditer(f"{title} {summary}")}) >= in_text:
            return self.whole(_cut(summary, 0))
        return self.whole(_cut(text, max(0, place - BEFORE)))

    def _best_place(self, text: str) -> tuple[int, int]:
        """How many different hits stand close together, and where they begin: looked for among the first ones."""
        hits = [(hit.start(), hit.group().lower()) for hit in islice(self._hits.finditer(text), LOOKED_AT)]
        best = 0, 0
        for first, (place, _) in enumerate(hits):
            close = {word for start, word in hits[first:] if start < place + LENGTH - BEFORE}
            if len(close) > best[0]:
                best = len(close), place
        return best


def _pattern(word: str, *, is_open: bool) -> str:
    if is_open:
        return re.escape(word) + r"[^\W_]*"
    if not word.isalpha():
        # “3” is not a part of “3.1”, nor “8b” of “8bit”.
        return re.escape(word) + r"(?![^\W_]|\.\d)"
    root = ENDINGS.sub("", word)
    if len(root) < SHORTEST_ROOT:
        return re.escape(word) + r"s?(?![^\W\d_])"
    return re.escape(root) + r"[^\W\d_]{0,6}(?![^\W\d_])"


def _cut(text: str, start: int) -> str:
    """About three lines of the text from ``start`` on, cut between words."""
    if start:
        start = text.find(" ", start) + 1 or start
    piece = text[start : start + LENGTH]
    if start + LENGTH < len(text):
        piece = (piece.rpartition(" ")[0] or piece) + " …"
    return f"… {piece}" if start else piece
