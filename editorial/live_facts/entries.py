"""The entries that prose refers to, with all that showing their facts takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet

from models_catalog.models import Citation, Content, Correction, Release
from models_catalog.together import worded_once

from .names import KINDS, Kind

Target = tuple[Kind, int]


def questions(targets: Iterable[Target], fields: Iterable[str]) -> dict[Kind, QuerySet[Any]]:
    """For each kind the entries that readers may see, with what the given fields (of any of them) are written with.

    Their evidence is to be attached with that of all other entries of the page.
    """
    # Of the fields, only this one asks for more than evidence.
    related = "based_on" in fields
    asked = {kind: _named(kind=kind, keys=keys, related=related) for kind, keys in _by_kind(targets).items()}
    return {kind: rows for kind, (rows,) in asked.items()}


@worded_once
def _named(*, kind: Kind, keys: Collection[int], related: bool) -> tuple[QuerySet[Any], ...]:
    # Which citations are wanted is said where they are attached, for all kinds at once.
    return (with_evidence(kind, ["based_on"] if related else [""]).filter(pk__in=keys),)


def fetch(targets: Iterable[Target], fields: Iterable[str]) -> dict[Target, Content]:
    """The entries that readers may see, each with what vouches for the given fields (of any of them)."""
    wanted = set(fields)
    rows = {kind: with_evidence(kind, wanted).filter(pk__in=keys) for kind, keys in _by_kind(targets).items()}
    return {(kind, row.pk): row for kind, found in rows.items() for row in found}


def _by_kind(targets: Iterable[Target]) -> dict[Kind, set[int]]:
    keys: dict[str, set[int]] = defaultdict(set)
    for kind, key in targets:
        keys[kind.word].add(key)
    return {kind: keys[kind.word] for kind in KINDS if keys[kind.word]}


def with_evidence(kind: Kind, fields: Collection[str] | None = None) -> QuerySet[Any]:
    """The listed entries of a kind with all that `fact` reads of them.

    ``fields`` are those whose sources and corrections are wanted (default: all);
    none for values alone, which then cost no query for evidence.
    """
    everything: QuerySet[Any] = kind.model._default_manager.all()
    rows = everything.prefetch_related(*_evidence(fields))
    match kind.word:
        case "release":
            rows = rows.filter(is_listed=True).select_related("license")
            if not fields or "based_on" in fields:
                rows = rows.prefetch_related(Prefetch("based_on", Release.objects.listed().oldest_first()))
            return rows
        case "checkpoint":
            # What it takes from its release is vouched for there.
            inherited = _evidence(fields, "release__")
            return rows.filter(release__is_listed=True).select_related("release").prefetch_related(*inherited)
        case "rule":
            return rows.select_related("use_case", "license")
        case "event":
            return rows.filter(is_listed=True)
    return rows


def _evidence(fields: Collection[str] | None, prefix: str = "") -> tuple[Prefetch[Any], ...]:
    citations, corrections = Citation.objects.for_reading(), Correction.objects.select_related("source")
    if fields is not None:
        citations, corrections = citations.filter(field__in=fields), corrections.filter(field__in=fields)
    return Prefetch(f"{prefix}citations", citations), Prefetch(f"{prefix}corrections", corrections)
