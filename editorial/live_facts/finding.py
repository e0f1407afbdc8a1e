"""Finds facts to refer to, for someone who types what they look for: “scout context”."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from editorial.prose.references import write
from models_catalog.facts import Fact, fact, label_of
from models_catalog.formatting import Form

from .entries import with_evidence
from .names import KINDS, Kind, Named, Names

WORDS = 8
# Of each kind, so that the many rules of licenses do not hide the one release.
ENTRIES = 40
SHOWN = 60

# What the words are looked for in, besides the labels of the facts.
NAMED_BY: dict[str, tuple[str, ...]] = {
    "release": ("name", "slug"),
    "checkpoint": ("name", "slug"),
    "license": ("name", "slug"),
    "rule": ("use_case__label", "use_case__slug", "license__name", "license__slug"),
    "event": ("title", "slug"),
    "figure": ("label", "slug"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A fact with the reference that puts it into a text."""

    reference: str
    kind: str
    fact: Fact

    @property
    def text(self) -> str:
        return self.fact.text

    def as_json(self) -> dict[str, str]:
        return {
            "reference": self.reference,
            "kind": self.kind,
            "entry": self.fact.subject,
            "label": self.fact.label,
            "value": self.text,
        }


def find(query: str) -> list[Found]:
    """At most `SHOWN` stated facts of listed entries in which every word of ``query`` occurs.

    A word may be part of the entry’s name or of what the fact is called. The
    cost is a few queries for each kind of entry, whatever is typed.
    """
    words = query.replace("\x00", " ").casefold().split()[:WORDS]
    rows = [(kind, row) for kind in KINDS for row in _entries(kind, words)]
    named = {(kind, row.pk): Named(kind, slug_of(kind, row), row.pk) for kind, row in rows}
    names = Names({entry.slug for entry in named.values()})
    found: list[tuple[int, Found]] = []
    for kind, row in rows:
        for field in kind.fields:
            heard = f"{_name_of(kind, row)} {kind.word} {label_of(kind.model, field)} {field}".casefold()
            if all(word in heard for word in words) and (stated := fact(row, field)).is_stated:
                reference = write(names.shortest(named[kind, row.pk], field))
                # What is called so comes before what only belongs to it: “llama 4 context”.
                in_label = sum(word in f"{label_of(kind.model, field)} {field}" for word in words)
                found.append((-in_label, Found(reference, kind.word, stated.said(Form.SENTENCE))))
    found.sort(key=lambda item: item[0])
    return [item for _, item in found[:SHOWN]]


def slug_of(kind: Kind, row: Any) -> str:
    return f"{row.use_case.slug}/{row.license.slug}" if kind.word == "rule" else str(row.slug)


def _name_of(kind: Kind, row: Any) -> str:
    def value(path: str) -> str:
        holder = row
        for attribute in path.split("__"):
            holder = getattr(holder, attribute)
        return str(holder)

    return " ".join(value(path) for path in NAMED_BY[kind.word])


def _entries(kind: Kind, words: list[str]) -> Iterator[Any]:
    labels = " ".join(f"{label_of(kind.model, field)} {field}" for field in kind.fields) + f" {kind.word}"
    wanted = Q()
    for word in words:
        if word not in labels.casefold():
            in_name = Q()
            for path in NAMED_BY[kind.word]:
                in_name |= Q(**{f"{path}__icontains": word})
            wanted &= in_name
    yield from with_evidence(kind, fields=()).filter(wanted)[:ENTRIES]
