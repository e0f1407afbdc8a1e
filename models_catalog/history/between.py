"""What readers saw change between two moments: over the whole catalog, or of the facts that a text quotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from models_catalog import facts
from models_catalog.models import (
    FACT_MODELS,
    Content,
    License,
    LicenseRule,
    PublishedMemory,
    RecordedChange,
    Release,
    UseCase,
    Variant,
)

from .changes import FactChange, named

if TYPE_CHECKING:
    from datetime import datetime

# A page shows so many; an import of a whole list is told in numbers.
SHOWN = 200
Action = RecordedChange.Action
TABLES = {model._meta.db_table: model for model in FACT_MODELS.values()}

# A kind of entry, its key and one of its fields.
Place = tuple[type[Content], int, str]


@dataclass(frozen=True, slots=True)
class DayChange:
    """One fact that changed, with who changed it and why; ``change`` is its record."""

    fact: FactChange
    change: RecordedChange


@dataclass(frozen=True, slots=True)
class Changes:
    """``facts`` in their order; ``came`` and ``went`` count entries by kind; ``is_cut`` if more changed than are shown."""

    facts: tuple[DayChange, ...]
    came: tuple[tuple[str, int], ...]
    went: tuple[tuple[str, int], ...]
    is_cut: bool


def changes_between(since: datetime, until: datetime) -> Changes:
    """Every fact that readers saw change from ``since`` to before ``until``, oldest first. Six queries at most."""
    recorded = RecordedChange.objects.filter(table__in=TABLES, at__gte=since, at__lt=until)
    tally: dict[str, Counter[str]] = {Action.INSERT: Counter(), Action.DELETE: Counter()}
    kinds = recorded.exclude(action=Action.UPDATE).order_by().values_list("table", "action", "row__is_listed")
    for table, action, is_listed, count in kinds.annotate(count=Count("pk")):
        if is_listed is not False:
            tally[action][str(TABLES[table]._meta.verbose_name_plural)] += count
    updates = list(recorded.filter(action=Action.UPDATE).order_by("id")[: SHOWN + 1])
    fill = _Fill(updates)
    found = [DayChange(fact, change) for change in updates for fact in _of(change, fill)]
    return Changes(
        tuple(found[:SHOWN]),
        tuple(sorted(tally[Action.INSERT].items())),
        tuple(sorted(tally[Action.DELETE].items())),
        len(updates) > SHOWN or len(found) > SHOWN,
    )


def facts_between(places: Iterable[Place], since: datetime, until: datetime) -> list[FactChange]:
    """Which of these facts have another value at ``until`` than they had at ``since``. Five queries at most."""
    wanted: dict[tuple[str, int], set[str]] = {}
    for model, key, field in places:
        wanted.setdefault((model._meta.db_table, key), set()).add(field)
    if not wanted:
        return []
    about = Q()
    for table, key in wanted:
        about |= Q(table=table, row_id=key)
    recorded = list(
        RecordedChange.objects.filter(about, action=Action.UPDATE, at__gt=since, at__lte=until).order_by("id")
    )
    fill = _Fill(recorded)
    found = []
    for (table, key), fields in wanted.items():
        mine = [change for change in recorded if (change.table, change.row_id) == (table, key)]
        if mine:
            was, now = fill(mine[0].entry(before=True)), fill(mine[-1].entry())
            found += _differences(was, now, [name for name in facts.in_columns(TABLES[table]) if name in fields])
    return found


def _of(change: RecordedChange, fill: _Fill) -> Iterable[FactChange]:
    was, now = fill(change.entry(before=True)), fill(change.entry())
    shown = (change.row.get("is_listed", True), {**change.row, **(change.before or {})}.get("is_listed", True))
    if now is None or shown == (False, False):
        return ()
    if shown[0] != shown[1]:
        told = ("not shown", "shown to readers") if shown[0] else ("shown to readers", "not shown")
        return (FactChange(facts.subject_of(now), str(now._meta.verbose_name), *told),)
    return _differences(was, now, facts.in_columns(type(now)))


def _differences(was: Content | None, now: Content | None, fields: list[str]) -> list[FactChange]:
    if was is None or now is None:
        return []
    return [
        FactChange(facts.subject_of(now), facts.label_of(type(now), name), *difference)
        for name in fields
        if (difference := facts.difference(was, now, name))
    ]


class _Fill:
    """Gives entries made from the record the related ones that their names and values are written with."""

    def __init__(self, changes: list[RecordedChange]) -> None:
        rows: list[dict[str, Any]] = [row for change in changes for row in (change.row, change.before or {})]
        self.releases, self.licenses, self.variants, self.use_cases = named(
            rows,
            (Release, "release_id"),
            (License, "license_id"),
            (Variant, "variant_id"),
            (UseCase, "use_case_id"),
        )

    def __call__(self, entry: Content | None) -> Content | None:
        """None where what it belongs to is gone: then readers cannot see it."""
        if isinstance(entry, Variant):
            release = self.releases.get(entry.release_id)
            if release is None:
                return None
            entry.release = release
        elif isinstance(entry, PublishedMemory):
            variant = self.variants.get(entry.variant_id)
            if variant is None:
                return None
            entry.variant = variant
        elif isinstance(entry, Release):
            entry.license = self.licenses.get(entry.license_id or 0)
        elif isinstance(entry, LicenseRule):
            license_, use_case = self.licenses.get(entry.license_id), self.use_cases.get(entry.use_case_id)
            if license_ is None or use_case is None:
                return None
            entry.license, entry.use_case = license_, use_case
        return entry
