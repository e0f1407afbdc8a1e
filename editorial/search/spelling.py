"""“Did you mean”: puts words right that nothing has but that are a slip away from a word of a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import words
from .question import Question, read

if TYPE_CHECKING:
    from .question import Meaning


def corrected(question: Question, meant: dict[str, Meaning]) -> Question | None:
    """The question with its mistyped words put right; None if nothing in it looks mistyped."""
    text = question.text
    for word, meaning in meant.items():
        # Of those equally near, the more frequent one, which comes first.
        best = min(meaning.near, key=lambda name: words.distance(word, name), default=word)
        if 0 < words.distance(word, best) <= (1 if len(word) < 5 else 2):
            text = re.sub(rf"(?i)(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])", best, text)
    return read(text) if text != question.text else None
