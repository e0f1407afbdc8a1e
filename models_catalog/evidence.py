"""Sources and corrections of many entries of several kinds, in one statement for all of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from .models import FACT_MODELS, Citation, Content, Correction, Source
from .together.relations import keep
from .together.statement import ask

_ARCS = {model: arc for arc, model in FACT_MODELS.items()}


def attach(entries: Iterable[Content]) -> None:
    """Give each entry its citations and corrections with their sources, as ``with_facts()`` does for one kind.

    For a page that shows facts of many kinds, where a prefetch for each kind
    would cost two queries apiece.
    """
    entries = list(entries)
    if not entries:
        return
    keys: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        keys[_ARCS[type(entry)]].add(entry.pk)
    about = Q()
    for arc, pks in keys.items():
        about |= Q(**{f"{arc}__in": pks})
    everything: dict[str, QuerySet[Any]] = {
        "citations": Citation.objects.with_due_day().filter(about),
        "corrections": Correction.objects.filter(about),
    }
    # A page has many citations and few sources: each is fetched once.
    cited = Q()
    for references in everything.values():
        cited |= Q(pk__in=references.order_by().values("source"))
    sources = Source.objects.filter(cited)
    ask(*everything.values(), sources)
    by_key = {source.pk: source for source in sources}
    for relation, references in everything.items():
        found: dict[tuple[str, int], list[Any]] = defaultdict(list)
        for reference in references:
            reference._state.fields_cache["source"] = by_key[reference.source_id]
            kind = reference.target_kind
            found[kind, getattr(reference, f"{kind}_id")].append(reference)
        for entry in entries:
            keep(entry, relation, found[_ARCS[type(entry)], entry.pk])
