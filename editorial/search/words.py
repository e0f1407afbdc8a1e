"""What a word is: the one rule for indexing, for asking and for marking.

Postgres’ own parser takes “3.1-8B” for a negative number and “meta-llama/Llama-3.1” for a path; the names of models
are full of both. Here a text falls into runs of letters, and numbers with what is written on them (“8b”, “3.1”,
“fp8”): so “Llama-3.1-8B-Instruct”, “llama3.1 8b instruct” and “Llama 3.1 8B Instruct” are the same words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

# Longer ones are cut: nobody means them, and Postgres has a limit.
LONGEST = 60
# What a vector can hold of positions: Postgres’ limits.
LAST_POSITION, POSITIONS_OF_A_WORD = 16_383, 255

WORD = re.compile(
    r"""
    \d+(?:\.\d+)*[^\W\d_]*           # 3.1, 8b, 128k
    | [^\W\d_]{1,2}\d+[^\W_]*        # fp8, h100
    | [^\W\d_]+                      # llama (and “llama3” is llama, 3)
    """,
    re.VERBOSE,
)
NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

# Words that say nothing of what is asked. Not in the vectors as they are written, and left out of questions.
SAYING_NOTHING = """
a about an and any are as at be been but by can could did do does for from had has have how i if in into is it
its itself may me my no nor not of on or our s shall should so such t than that the their them then there
these they this those to too under was we were what when where which while who whom whose why will with would
you your
"""
STOP_WORDS = frozenset(SAYING_NOTHING.split())


def plain(text: str) -> str:
    """Without case and accents, and with numbers ungrouped: “Café 10,000” → “cafe 10000”."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    if not decomposed.isascii():
        decomposed = NOT_ASCII.sub(_without_accents, decomposed)
    return GROUPED.sub("", unicodedata.normalize("NFC", decomposed))


def _without_accents(run: re.Match[str]) -> str:
    return "".join(character for character in run[0] if not unicodedata.combining(character))


def words(text: str) -> list[str]:
    """Every word of a text, in order."""
    return [match.group()[:LONGEST] for match in WORD.finditer(plain(text))]


def telling(text: str) -> list[str]:
    """Its words without those that say nothing."""
    return [word for word in words(text) if word not in STOP_WORDS]


def name(text: str) -> str:
    """A name as plain words, to compare: “Llama-3.1-8B” → “llama 3.1 8b”."""
    return " ".join(words(text))


def stemmable(text: Iterable[str]) -> str:
    """What the English stemmer has something to say about: words of letters."""
    return " ".join(word for word in text if word.isalpha())


def vector(parts: Iterable[tuple[list[str], str]], labels: Iterable[str] = ()) -> str:
    """A Postgres ``tsvector`` as text, from words with their weights; ``labels`` are words beside all parts, of weight A.

    A gap between the parts keeps phrases from reaching over it. Words consist of letters, digits and dots, so that
    nothing in them needs to be escaped.
    """
    places: dict[str, list[str]] = {label: ["1A"] for label in labels}
    position = 0
    for part, weight in parts:
        for word in part:
            position = min(position + 1, LAST_POSITION)
            of_word = places.setdefault(word, [])
            if len(of_word) < POSITIONS_OF_A_WORD:
                of_word.append(f"{position}{weight}")
        position += 10
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())


def can_be_misspelled(word: str) -> bool:
    """Of letters, and long enough that a slip is not another word."""
    return 2 < len(word) < 25 and word.isalpha() and word not in STOP_WORDS


def near(word: str) -> list[str]:
    """The word, and what is left of it without any one of its letters, or any two if it is long."""
    without_one = set(_without_one(word))
    without_two = {shorter for less in without_one for shorter in _without_one(less)} if len(word) > 5 else set()
    return sorted({word} | without_one | without_two)


def _without_one(word: str) -> Iterator[str]:
    return (word[:place] + word[place + 1 :] for place in range(len(word)))


def distance(a: str, b: str) -> int:
    """How many slips lie between two words: a letter more, less, wrong, or two swapped."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
