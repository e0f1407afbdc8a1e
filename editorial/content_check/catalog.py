"""Facts without a source, and facts that nobody has looked at for too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst

from editorial.live_facts.entries import Target, with_evidence
from editorial.live_facts.names import BY_MODEL
from models_catalog.checks import stale_facts
from models_catalog.facts import FACTS, label_of, subject_of
from models_catalog.formatting import day
from models_catalog.models import FACT_MODELS, Content, KeyFigure, Provider, Variant

from .findings import Code, Finding, Level, Place

# What pages show without a mark where it has no source: words of our own about facts that have theirs.
OWN_WORDS = {"summary", "note", "conditions", "measures"}
# A figure’s day is part of its value, whose source vouches for both.
PART_OF_ANOTHER = {(KeyFigure, "as_of")}
# A fact overdue for so long is no longer a reminder.
LONG_OVERDUE = timedelta(days=180)


def listed(model: type[Content]) -> QuerySet[Any]:
    """The entries of a kind that readers see, with what `FACTS` reads of them and their citations."""
    if kind := BY_MODEL.get(model):
        return with_evidence(kind)
    everything: QuerySet[Any] = model._default_manager.all()
    rows = everything.prefetch_related("citations")
    return rows.prefetch_related("releases") if model is Provider else rows


class Catalog:
    """The facts that readers see: read once, asked by every check. A few queries for each kind of entry."""

    def __init__(self) -> None:
        self._stated: dict[tuple[type[Content], int], set[str]] = {}
        self._unsourced: list[Finding] = []
        for model in FACT_MODELS.values():
            for entry in listed(model):
                self._read(model, entry)

    def states(self, target: Target, field: str) -> bool | None:
        """Whether the entry states the field; None if readers do not see the entry."""
        fields = self._stated.get((target[0].model, target[1]))
        return None if fields is None else field in fields

    def unsourced(self) -> list[Finding]:
        return self._unsourced

    def _read(self, model: type[Content], entry: Any) -> None:
        specs = FACTS[model]
        own = {field for field in model.citable if specs[field].write(entry) is not None}
        inherited: set[str] = set()
        if isinstance(entry, Variant):
            inherited = {
                field
                for field in model.citable
                if specs[field].inherited and FACTS[type(entry.release)][field].write(entry.release) is not None
            }
        self._stated[model, entry.pk] = own | inherited
        cited = {citation.field for citation in entry.citations.all()}
        for field in model.citable:
            needs_one = field not in OWN_WORDS and (model, field) not in PART_OF_ANOTHER
            if needs_one and field in own and field not in cited:
                message = (
                    f"The {label_of(model, field)} of {subject_of(entry)} has no source. "
                    "Add one under “sources of these facts”, or empty the field."
                )
                self._unsourced.append(Finding(Level.ERROR, Code.UNSOURCED_FACT, Place.of(entry, field), message))


def stale_findings(today: date) -> Iterator[Finding]:
    """A reminder when a fact is due; an error when nobody has followed it for half a year."""
    for stale in stale_facts(today):
        citation = stale.citation
        level = Level.ERROR if today - stale.due_since > LONG_OVERDUE else Level.WARNING
        message = (
            f"{capfirst(stale.label)} of {stale.subject} was last checked on {day(citation.checked_on)}, and is due since "
            f"{day(stale.due_since)}: {stale.reason}. Compare it with “{citation.source.title}” and enter the day."
        )
        yield Finding(level, Code.STALE_FACT, Place.of(citation, "checked_on", "A source of a fact"), message)
