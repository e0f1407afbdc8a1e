"""Writes entries into the index: their words are told apart here, their stems are the database’s.

By a statement for many entries, not by the ORM, whose expressions would have it compose twenty for each: restoring a
site makes the index anew, and that was nine tenths of its time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from . import words
from .drafts import Draft
from .entries import SEARCHABLE
from .labels import labels as labels_of

# Of one statement.
CHARACTERS: Final = 250_000

KEY: Final = ("kind", "object_id", "part")
TYPES: Final = {
    "kind": "text", "object_id": "bigint", "part": "bigint", "names": "text[]", "title": "text", "label": "text",
    "summary": "text", "text": "text", "url": "text", "date": "date", "date_precision": "text",
    "visible_from": "timestamptz", "visible_until": "timestamptz", "boost": "float",
}  # fmt: skip
# The words as written, as vectors; and what the stemmer is given.
WORDS: Final = ("heading_words", "document_words", "named", "summed", "told")
STATEMENT: Final = f"""
    INSERT INTO editorial_searchentry ({", ".join(TYPES)}, heading, document)
    SELECT {", ".join(TYPES)}, heading_words::tsvector || stems,
        document_words::tsvector || stems || setweight(to_tsvector('english', told), 'D')
    FROM json_to_recordset(%s) AS entry({", ".join(f"{name} {kind}" for name, kind in TYPES.items())},
            {", ".join(f"{name} text" for name in WORDS)}),
        LATERAL (SELECT setweight(to_tsvector('english', named), 'A') || setweight(to_tsvector('english', summed), 'B')
                 AS stems OFFSET 0) AS stemmed
    ON CONFLICT ({", ".join(KEY)}) DO UPDATE SET
        {", ".join(f"{name} = EXCLUDED.{name}" for name in (*TYPES, "heading", "document") if name not in KEY)}
    RETURNING id
"""  # noqa: S608 - names of this module


def write(cursor: Any, drafts: Iterable[tuple[str, Draft]]) -> list[int]:
    """Insert or replace the entries of the drafts; their keys. An entry that stands keeps its key."""
    written: list[int] = []
    for batch in _batches(_entry(kind, draft) for kind, draft in drafts):
        cursor.execute(STATEMENT, [batch])
        written += [key for (key,) in cursor.fetchall()]
    return written


def _batches(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    waiting: list[str] = []
    length = 0
    for entry in entries:
        waiting.append(json.dumps(entry, cls=DjangoJSONEncoder, ensure_ascii=False))
        length += len(waiting[-1])
        if length > CHARACTERS:
            yield f"[{','.join(waiting)}]"
            waiting, length = [], 0
    if waiting:
        yield f"[{','.join(waiting)}]"


def _entry(kind: str, draft: Draft) -> dict[str, Any]:
    # A further name adds the words that the others lack, so that having many names does not raise the rank.
    named = words.telling(draft.title)
    named += [word for word in dict.fromkeys(words.telling(" ".join(draft.names))) if word not in named]
    summed, told = words.telling(f"{draft.summary} {draft.label}"), words.telling(draft.text)
    labels = labels_of(kind, draft.date)
    return {
        "kind": kind,
        "object_id": draft.object_id,
        "part": draft.part,
        "names": list(dict.fromkeys(filter(None, (words.name(text) for text in (draft.title, *draft.names))))),
        "title": draft.title,
        "label": draft.label,
        "summary": draft.summary,
        "text": draft.text,
        "url": draft.url,
        "date": draft.date,
        "date_precision": draft.date_precision,
        "visible_from": draft.visible_from and draft.visible_from.isoformat(),  # to the microsecond
        "visible_until": draft.visible_until and draft.visible_until.isoformat(),
        "boost": SEARCHABLE[kind].boost,
        "heading_words": words.vector([(named, "A"), (summed, "B")], labels),
        "document_words": words.vector([(named, "A"), (summed, "B"), (told, "D")], labels),
        "named": words.stemmable(named),
        "summed": words.stemmable(summed),
        "told": words.stemmable(told),
    }
