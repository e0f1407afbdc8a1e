"""Reads what a reader typed, whatever it is.

Words are words; "in quotes" they stand side by side; -word leaves out what has it. Everything else that has a meaning
elsewhere (& | ! * : \\ and the like) is space between words. The last word may be the beginning of one, unless a
space follows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from . import words

if TYPE_CHECKING:
    from collections.abc import Iterable

# More is not a question but a text; the rest is left out, and the page says so.
MAX_CHARACTERS, MAX_WORDS = 200, 12
# A beginning is completed by the most frequent words that have it.
COMPLETIONS, COMPLETIONS_OF_ONE_LETTER = 20, 8

# Left out after an apostrophe (“Meta’s”, “can’t”), but at the end of what is typed the beginning of a word.
ENDS_OF_WORDS = frozenset("st")

PIECE = re.compile(r'(?P<minus>(?<!\S)[-−](?=["\w]))?(?:"(?P<phrase>[^"]*)"?|(?P<plain>[^\s"]+))')
QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))

# How each word is stemmed, what it may become, and, if no entry has it, which words of names are near to it (see
# `SearchWord.near`). Also keeps the planner, for this transaction, from reading the table of entries from one end to the
# other in the hope that the first few will do.
VOCABULARY = """
    SELECT asked.word, ts_lexize('english_stem', asked.word), ARRAY(
        SELECT known.word FROM editorial_searchword AS known
        WHERE asked.beginning <> '' AND known.word > asked.beginning AND known.word < asked.beginning || chr(1114111)
        ORDER BY known.entries DESC, known.word LIMIT asked.completions
    ), CASE WHEN asked.keys = '' OR EXISTS (SELECT FROM editorial_searchword WHERE word = asked.word) THEN '{}' ELSE ARRAY(
        SELECT other.word FROM editorial_searchword AS other WHERE other.near && string_to_array(asked.keys, ' ')
        ORDER BY other.entries DESC, other.word LIMIT 50
    ) END
    FROM unnest(%s::text[], %s::text[], %s::int[], %s::text[]) AS asked (word, beginning, completions, keys),
        (SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true)) AS planner
"""


@dataclass(frozen=True, slots=True)
class Term:
    """One or more words that are looked for together, or that must not be there."""

    words: tuple[str, ...]
    is_phrase: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked. ``beginning`` is the last word if it may be the beginning of one, else empty."""

    text: str
    terms: tuple[Term, ...] = ()
    beginning: str = ""
    is_shortened: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing to look for: no words, or only such as say nothing, or only what must not be there."""
        return all(term.is_excluded for term in self.terms)

    @property
    def words(self) -> tuple[str, ...]:
        """The words looked for, once each."""
        return tuple(dict.fromkeys(word for term in self.terms if not term.is_excluded for word in term.words))

    @property
    def has_phrases(self) -> bool:
        return any(len(term.words) > 1 and (term.is_phrase or term.is_excluded) for term in self.terms)


def read(text: str) -> Question:
    """The question in a text of any length and shape."""
    cut = " ".join(text[: 4 * MAX_CHARACTERS].split())[:MAX_CHARACTERS]
    terms: list[Term] = []
    left = MAX_WORDS
    is_shortened = len(" ".join(text[: 40 * MAX_CHARACTERS].split())) > MAX_CHARACTERS
    open_end = ""
    for piece in PIECE.finditer(cut.translate(QUOTES)):
        of_piece = words.telling(piece["phrase"] if piece["phrase"] is not None else piece["plain"])
        if piece.end() == len(cut) and text[-1:].strip() and piece["plain"] in ENDS_OF_WORDS:
            of_piece = [piece["plain"]]
        is_shortened |= len(of_piece) > left
        of_piece = of_piece[:left]
        left -= len(of_piece)
        open_end = ""
        if not of_piece:
            continue
        if piece["phrase"] is not None or piece["minus"]:
            terms.append(Term(tuple(of_piece), is_phrase=piece["phrase"] is not None, is_excluded=bool(piece["minus"])))
        else:
            terms += [Term((word,)) for word in of_piece]
            open_end = of_piece[-1]
    is_open = bool(text) and not text[-1].isspace() and not is_shortened
    return Question(cut, tuple(terms), open_end if is_open else "", is_shortened)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the index knows of one word: itself and its stem, what it may become, and words of names near to it."""

    forms: tuple[str, ...]
    completions: tuple[str, ...]
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A question as Postgres is asked it, each a ``tsquery`` as text.

    ``strict`` is what an entry must match; ``loose`` the same without the order of phrases, which the index alone can
    answer. ``exact`` and ``begun`` are for the rank: one of the words as it is, or as it may become.
    """

    strict: str
    loose: str
    exact: str
    begun: str
    name: str


def meanings(question: Question) -> dict[str, Meaning]:
    """Looks the words up, all at once. To be called in the transaction that then searches."""
    asked = question.words
    beginnings = [
        # Who types “3” may be on the way to “3.1”, but hardly to “3072”.
        "" if word != question.beginning else f"{word}." if word.isdigit() and len(word) == 1 else word
        for word in asked
    ]
    limits = [COMPLETIONS if len(word) > 1 else COMPLETIONS_OF_ONE_LETTER for word in asked]
    keys = [" ".join(words.near(word)) if words.can_be_misspelled(word) else "" for word in asked]
    with connection.cursor() as cursor:
        cursor.execute(VOCABULARY, [list(asked), beginnings, limits, keys])
        return {
            word: Meaning(tuple(dict.fromkeys((word, *(stems or ())))), tuple(completions), tuple(near))
            for word, stems, completions, near in cursor.fetchall()
        }


def query(question: Question, meant: dict[str, Meaning], *, all_words: bool = True) -> Query:
    """``all_words`` off asks for entries that have at least one of them."""

    def wanted(term: Term, joint: str) -> str:
        if term.is_phrase or term.is_excluded:
            text = f"({joint.join(map(quoted, term.words))})"
            return f"!{text}" if term.is_excluded else text
        meaning = meant[term.words[0]]
        return _one_of((*meaning.forms, *meaning.completions))

    def joined(terms: Iterable[Term], joint: str) -> str:
        required = [wanted(term, joint) for term in terms if not term.is_excluded]
        excluded = [wanted(term, joint) for term in terms if term.is_excluded]
        return " & ".join([f"({(' & ' if all_words else ' | ').join(required)})", *excluded])

    # Words that must not stand side by side may stand apart.
    loose = [term for term in question.terms if not term.is_excluded or len(term.words) == 1]
    forms = [form for meaning in meant.values() for form in meaning.forms]
    return Query(
        strict=joined(question.terms, " <-> "),
        loose=joined(loose, " & "),
        exact=_one_of(forms),
        begun=_one_of([form for meaning in meant.values() for form in meaning.completions] or forms),
        name=" ".join(question.words),
    )


def quoted(lexeme: str) -> str:
    """A word in a ``tsquery``, whatever its characters."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def _one_of(lexemes: Iterable[str]) -> str:
    return f"({' | '.join(map(quoted, lexemes))})"
