"""Sources and corrections of many entries of several kinds, in two queries for all of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from .models import FACT_MODELS, Citation, Content, Correction

_ARCS = {model: arc for arc, model in FACT_MODELS.items()}


def attach(entries: Iterable[Content]) -> None:
    """Give each entry its citations and corrections with their sources, as ``with_facts()`` does for one kind.

    For a page that shows facts of many kinds, where a prefetch for each kind
    would cost two queries apiece.
    """
    entries = list(entries)
    keys: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        keys[_ARCS[type(entry)]].add(entry.pk)
    about = Q()
    for arc, pks in keys.items():
        about |= Q(**{f"{arc}__in": pks})
    everything: dict[str, QuerySet[Any]] = {
        "citations": Citation.objects.for_reading(),
        "corrections": Correction.objects.select_related("source"),
    }
    for relation, references in everything.items():
        found: dict[tuple[str, int], list[Any]] = defaultdict(list)
        for reference in references.filter(about) if entries else ():
            kind = reference.target_kind
            found[kind, getattr(reference, f"{kind}_id")].append(reference)
        for entry in entries:
            # What prefetch_related leaves behind: a queryset that knows its rows.
            rows = getattr(entry, relation).all()
            rows._result_cache = found[_ARCS[type(entry)], entry.pk]
            rows._prefetch_done = True
            entry.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = rows
