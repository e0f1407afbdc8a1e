"""What changed, in the words that readers see: “context window: 128K → 10M”."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from models_catalog import facts
from models_catalog.models import Content, License, LicenseRule, RecordedChange, Release, UseCase, Variant
from models_catalog.together import ask, worded_once

from .past import moment

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

# A page shows the newest; what was before them can be read as of a day.
SHOWN = 100

Action = RecordedChange.Action


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact that readers saw change; ``was`` is empty for an entry that is new, ``now`` for one that is gone."""

    subject: str
    label: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Step:
    """What changed at one moment, and why."""

    at: datetime
    reason: str
    is_correction: bool
    changes: tuple[FactChange, ...]


@dataclass(frozen=True, slots=True)
class PublicHistory:
    """The steps, newest first; ``begins`` is when the entry came into the record, ``is_cut`` that older steps are left out."""

    steps: tuple[Step, ...]
    begins: datetime | None
    is_cut: bool


def history_of(entry: Content) -> PublicHistory:
    """What readers saw change of a release with its checkpoints, a license with its rules, or another entry.

    Changes made while the entry was not shown to readers are left out. Two queries at most.
    """
    table, pk = entry._meta.db_table, entry.pk
    about = Q(table=table, row_id=pk)
    if isinstance(entry, Release):
        about |= Q(table=Variant._meta.db_table, row__release_id=pk)
    elif isinstance(entry, License):
        about |= Q(table=LicenseRule._meta.db_table, row__license_id=pk)
    recorded = RecordedChange.objects.filter(about).newest_first()
    if (at_most := moment()) is not None:
        recorded = recorded.filter(at__lte=at_most)
    newest_first = list(recorded[: SHOWN + 1])
    is_cut = len(newest_first) > SHOWN
    oldest_first = list(reversed(newest_first[:SHOWN]))
    shown = list(_while_shown(oldest_first, table))
    begins = shown[0].at if shown and not is_cut else None
    related = _Related(shown, entry)
    steps = []
    for (at, reason, is_correction), made in groupby(shown, key=lambda c: (c.at, c.reason, c.is_correction)):
        changes = tuple(found for change in made for found in related.changes(change))
        # What stood there when the entry came is no change.
        if changes and at != begins:
            steps.append(Step(at, reason, is_correction, changes))
    return PublicHistory(tuple(reversed(steps)), begins, is_cut)


def _while_shown(oldest_first: Iterable[RecordedChange], table: str) -> Iterable[RecordedChange]:
    is_shown = True
    for change in oldest_first:
        if change.table == table:
            is_shown = change.row.get("is_listed", True)
        if is_shown:
            yield change


class _Related:
    """Fills in the entries that a value or a name is written with, for all changes at once."""

    def __init__(self, changes: list[RecordedChange], entry: Content) -> None:
        self.entry = entry
        rows = [row for change in changes for row in (change.row, change.before or {})]
        self.licenses, self.use_cases = named(rows, (License, "license_id"), (UseCase, "use_case_id"))

    def changes(self, change: RecordedChange) -> Iterable[FactChange]:
        after = self._fill(change.entry())
        if after is None:
            return
        subject = "" if type(after) is type(self.entry) else facts.subject_of(after)
        if change.action == Action.UPDATE:
            before = self._fill(change.entry(before=True))
            assert before is not None
            for name in facts.in_columns(type(after)):
                if difference := facts.difference(before, after, name):
                    yield FactChange(subject, facts.label_of(type(after), name), *difference)
        elif subject:
            label = f"{after._meta.verbose_name}"
            yield FactChange(subject, label, *(("", "added") if change.action == Action.INSERT else ("deleted", "")))

    def _fill(self, entry: Content | None) -> Content | None:
        if isinstance(entry, Variant) and isinstance(self.entry, Release):
            entry.release = self.entry
        elif isinstance(entry, Release):
            entry.license = self.licenses.get(entry.license_id or 0)
        elif isinstance(entry, LicenseRule) and isinstance(self.entry, License):
            use_case = self.use_cases.get(entry.use_case_id)
            if use_case is None:  # the question itself is gone
                return None
            entry.license, entry.use_case = self.entry, use_case
        return entry


def named(rows: list[dict[str, Any]], *columns: tuple[type[Content], str]) -> list[dict[int, Any]]:
    """The entries that columns of recorded rows name, by number: a dictionary for each kind, all asked for at once."""
    keys = [{row[column] for row in rows if row.get(column)} for _, column in columns]
    found = [_numbered(model=model, keys=own)[0] for (model, _), own in zip(columns, keys, strict=True)]
    ask(*found)
    return [{entry.pk: entry for entry in entries} for entries in found]


@worded_once
def _numbered(*, model: type[Content], keys: Collection[int]) -> tuple[QuerySet[Any], ...]:
    return (model._default_manager.filter(pk__in=keys),)
