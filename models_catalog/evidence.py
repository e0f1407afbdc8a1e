"""Sources and corrections of many entries of several kinds, in one statement for all of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from .models import FACT_MODELS, Citation, Content, Correction, Source
from .together.relations import keep
from .together.statement import ask
from .together.wording import worded_once

_ARCS = {model: arc for arc, model in FACT_MODELS.items()}


def attach(entries: Iterable[Content], fields: Collection[str] | None = None) -> None:
    """Give each entry its citations and corrections with their sources, as ``with_facts()`` does for one kind.

    For a page that shows facts of many kinds, where a prefetch for each kind
    would cost two queries apiece. ``fields`` are all that the page shows of any
    of the entries, where these are few.
    """
    entries = list(entries)
    if not entries:
        return
    keys: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        keys[_ARCS[type(entry)]].add(entry.pk)
    citations, corrections, sources = _references(fields=None if fields is None else sorted(fields), **keys)
    ask(citations, corrections, sources)
    by_key = {source.pk: source for source in sources}
    for relation, references in (("citations", citations), ("corrections", corrections)):
        found: dict[tuple[str, int], list[Any]] = defaultdict(list)
        for reference in references:
            reference._state.fields_cache["source"] = by_key[reference.source_id]
            kind = reference.target_kind
            found[kind, getattr(reference, f"{kind}_id")].append(reference)
        for entry in entries:
            keep(entry, relation, found[_ARCS[type(entry)], entry.pk])


@worded_once
def _references(*, fields: Collection[str] | None, **keys: Collection[int]) -> tuple[QuerySet[Any], ...]:
    """Citations, corrections, and the sources of both: a page has many citations and few sources, each fetched once."""
    about = Q()
    for arc, pks in keys.items():
        about |= Q(**{f"{arc}__in": pks})
    if fields is not None:
        about &= Q(field__in=fields)
    citations, corrections = Citation.objects.filter(about), Correction.objects.filter(about)
    cited = Q()
    for references in (citations, corrections):
        cited |= Q(pk__in=references.order_by().values("source"))
    return citations.with_due_day(), corrections, Source.objects.filter(cited)
