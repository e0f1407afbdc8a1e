"""Which entry a reference means, and what was probably meant by a wrong one.

A reference names an entry by its slug, a rule of a license by those of the use
case and the license (“commercial-product/llama-4.verdict”). A release and a
license may share a slug: then the field decides, and only where both have a
field of that name does the author say the kind, “license:llama-3.summary”.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.db.models import QuerySet

from editorial.prose.references import Reference, write
from models_catalog.models import (
    Content,
    KeyFigure,
    License,
    LicenseRule,
    Release,
    TimelineEvent,
    Variant,
)
from models_catalog.together import ask


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry that prose may quote. ``arc`` is the foreign key of a `FactUse` to it."""

    word: str
    arc: str
    model: type[Content]

    @property
    def fields(self) -> tuple[str, ...]:
        return self.model.citable


KINDS = (
    Kind("release", "release", Release),
    Kind("checkpoint", "variant", Variant),
    Kind("license", "license", License),
    Kind("rule", "license_rule", LicenseRule),
    Kind("event", "event", TimelineEvent),
    Kind("figure", "key_figure", KeyFigure),
)
BY_WORD = {kind.word: kind for kind in KINDS}
BY_ARC = {kind.arc: kind for kind in KINDS}
BY_MODEL: dict[type[Content], Kind] = {kind.model: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Named:
    """An entry as references know it: by its slug. Readers may not see it."""

    kind: Kind
    slug: str
    pk: int


def _rows(kind: Kind, wanted: set[str] | None) -> QuerySet[Any, tuple[Any, ...]]:
    """Key and slug of the entries of a kind, or of those with one of the slugs; of rules both slugs."""
    rows: QuerySet[Any] = kind.model._default_manager.order_by("pk")
    if kind.model is LicenseRule:
        if wanted is not None:
            pairs = [slug.split("/", 1) for slug in wanted if "/" in slug]
            rows = rows.filter(
                use_case__slug__in={use for use, _ in pairs}, license__slug__in={text for _, text in pairs}
            )
        return rows.values_list("pk", "use_case__slug", "license__slug")
    return (rows if wanted is None else rows.filter(slug__in=wanted)).values_list("pk", "slug")


def entries(kinds: Iterable[Kind], slugs: Iterable[str] | None = None) -> list[Named]:
    """The entries of some kinds, or those of them with one of the slugs: one query."""
    wanted = None if slugs is None else set(slugs)
    rows = {kind: _rows(kind, wanted) for kind in kinds}
    ask(*rows.values())
    named = [Named(kind, "/".join(slugs), pk) for kind, found in rows.items() for pk, *slugs in found]
    return [entry for entry in named if wanted is None or entry.slug in wanted]


class Names:
    """The entries that some references may mean, fetched in one query."""

    def __init__(self, slugs: Iterable[str] | None = None) -> None:
        self._by_slug: dict[str, list[Named]] = defaultdict(list)
        wanted = None if slugs is None else set(slugs)
        if wanted is None or wanted:
            for entry in entries(KINDS, wanted):
                self._by_slug[entry.slug].append(entry)

    @classmethod
    def of(cls, references: Iterable[Reference]) -> Names:
        return cls(reference.slug for reference in references if reference.slug)

    def called(self, reference: Reference) -> list[Named]:
        """Every entry of that slug, and kind if one is given, whether or not it has the field."""
        called = self._by_slug.get(reference.slug, [])
        return [entry for entry in called if reference.kind in ("", entry.kind.word)]

    def meant(self, reference: Reference) -> Named | None:
        """The one entry that the reference means; None if there is none, or more than one."""
        meant = [entry for entry in self.called(reference) if reference.field in entry.kind.fields]
        return meant[0] if len(meant) == 1 else None

    def shortest(self, entry: Named, field: str) -> str:
        """How to refer to a field: with the kind only where it is needed."""
        rivals = [other for other in self._by_slug.get(entry.slug, []) if field in other.kind.fields]
        return f"{entry.kind.word}:{entry.slug}.{field}" if len(rivals) > 1 else f"{entry.slug}.{field}"

    def nearest(self, reference: Reference) -> list[str]:
        """Names of facts that were probably meant, the likeliest first. Fetch all names before asking."""
        known = list(self._by_slug)
        slugs = get_close_matches(reference.slug, known, n=3, cutoff=0.7) or get_close_matches(
            reference.slug, known, n=1, cutoff=0.5
        )
        found = []
        for slug in slugs:
            for entry in self._by_slug[slug]:
                if reference.kind and entry.kind.word != reference.kind:
                    continue
                fields = get_close_matches(reference.field, entry.kind.fields, n=1, cutoff=0.6)
                found += [self.shortest(entry, field) for field in fields]
        return list(dict.fromkeys(found))[:3]


def problem(reference: Reference, names: Names) -> str | None:
    """What is wrong with what a reference says, in words that name it; None if it means one entry."""
    said = reference.written
    if not reference.slug:
        return (
            f"“{said}” is no reference to a fact: write the entry’s short name, a full stop and the field, "
            f"for example “{write('llama-4-scout.context_tokens')}”. Braces that are meant as such stand in `code`."
        )
    if reference.problem:
        return f"“{said}”: {reference.problem}"
    if reference.kind and reference.kind not in BY_WORD:
        return f"“{said}”: “{reference.kind}” is no kind of entry. Choose one of: {', '.join(BY_WORD)}."
    called = names.called(reference)
    if not called:
        return f"“{said}” refers to nothing: no entry is called “{reference.slug}”."
    meant = [entry for entry in called if reference.field in entry.kind.fields]
    if not meant:
        have = "; ".join(f"the {entry.kind.word} has {', '.join(entry.kind.fields)}" for entry in called)
        near = {field for entry in called for field in get_close_matches(reference.field, entry.kind.fields, n=1)}
        hint = f" Did you mean “{sorted(near)[0]}”?" if near else ""
        return f"“{said}”: “{reference.slug}” has no “{reference.field}”.{hint} Its facts: {have}."
    if len(meant) > 1:
        choices = " or ".join(f"“{write(names.shortest(entry, reference.field))}”" for entry in meant)
        return f"“{said}” may mean {len(meant)} entries: say which, {choices}."
    return None
