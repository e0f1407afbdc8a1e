"""The house’s own words: finds wordings that a style rule avoids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from editorial.models import StyleRule

# A sentence ends at its stop with the quotes and brackets behind it, or where the paragraph does.
_SENTENCE_END = re.compile(r"[.!?…][”’\"')\]]*\s+")
# Curly and straight apostrophes, and hyphens that do not break, are the same word; marks of emphasis are none.
_MARKS = str.maketrans({"\u2019": "'", "\u2018": "'", "\u2011": "-", "*": None, "_": None})


@dataclass(frozen=True, slots=True)
class _Rule:
    rule: StyleRule
    avoid: re.Pattern[str]
    exceptions: re.Pattern[str] | None


class HouseStyle:
    """The rules of the house, ready to be asked of many texts."""

    def __init__(self, rules: Iterable[StyleRule]) -> None:
        self._rules = [
            _Rule(rule, _wording([rule.avoid], whole=True), _wording(rule.exceptions) if rule.exceptions else None)
            for rule in rules
            if rule.avoid.strip()
        ]

    def violations(self, text: str) -> Iterator[tuple[int, str]]:
        """Where a wording to avoid occurs (lines after the first), and what to write instead.

        A sentence that has one of the rule’s exceptions in it is about what the
        exception names (the OSI’s definition, say) and may use the wording.
        """
        text = text.translate(_MARKS)
        for start, sentence in _sentences(text):
            for each in self._rules:
                found = each.avoid.search(sentence)
                if found and not (each.exceptions and each.exceptions.search(sentence)):
                    line = text.count("\n", 0, start + found.start())
                    rule = each.rule
                    yield line, f"“{found[0]}”: write “{rule.prefer}”. {rule.because}"


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield start, text[start : end.end()]
        start = end.end()
    yield start, text[start:]


def _wording(phrases: list[str], *, whole: bool = False) -> re.Pattern[str]:
    """Any of the phrases, with a space or a hyphen between their words; abbreviations in capitals as they are."""
    patterns = []
    for phrase in sorted(phrases, key=len, reverse=True):
        words = [re.escape(word) for word in re.split(r"[\s-]+", phrase.translate(_MARKS)) if word]
        pattern = r"[\s-]+".join(words)
        patterns.append(pattern if phrase.isupper() else f"(?i:{pattern})")
    alternatives = "|".join(patterns)
    return re.compile(rf"(?<![\w-])(?:{alternatives})s?(?![\w-])" if whole else alternatives)
