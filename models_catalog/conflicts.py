"""Two people in one entry: what each changed since the form was opened, and what only one of them can have.

A form carries the number of the newest recorded change of each row that it
shows. When it comes back, the record tells what others changed since: what the
writer did not touch keeps the others' value, and where both changed the same
field to something else, the writer chooses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format

from . import zones
from .models import RecordedChange

Versions = Mapping[str, int]
# One of a form’s versions, with numbers that the database has room for.
PART = re.compile(r"([a-z0-9_]+:[0-9]{1,18})=([0-9]{1,18})")


def key_of(entry: models.Model) -> str:
    return f"{entry._meta.db_table}:{entry.pk}"


def versions_of(entries: Iterable[models.Model]) -> dict[str, int]:
    """The newest recorded change of each row, by `key_of`. One query."""
    rows: dict[str, list[int]] = {}
    for entry in entries:
        rows.setdefault(entry._meta.db_table, []).append(entry.pk)
    if not rows:
        return {}
    wanted = models.Q()
    for table, keys in rows.items():
        wanted |= models.Q(table=table, row_id__in=keys)
    newest = RecordedChange.objects.filter(wanted, superseded_at__isnull=True)
    return {f"{table}:{row}": pk for table, row, pk in newest.values_list("table", "row_id", "pk")}


def written(versions: Versions) -> str:
    """For a hidden field: “models_catalog_release:11=105 …”."""
    return " ".join(f"{key}={number}" for key, number in versions.items())


def read(text: str) -> dict[str, int]:
    """The reverse of `written`; what cannot be read is left out."""
    return {part[1]: int(part[2]) for part in map(PART.fullmatch, text.split()) if part}


def outdated(versions: Versions) -> dict[str, int]:
    """Those whose rows have changed since. One query; most forms have none."""
    if not versions:
        return {}
    current = set(
        RecordedChange.objects.filter(pk__in=versions.values(), superseded_at__isnull=True).values_list("pk", flat=True)
    )
    return {key: number for key, number in versions.items() if number not in current}


def since(versions: Versions, entries: Iterable[models.Model]) -> list[RecordedChange]:
    """What was recorded of these entries after the versions of them, oldest first.

    Of these alone: the versions come from a form, and anybody may write anybody’s number into one.
    """
    known = {key: versions[key] for key in map(key_of, entries) if key in versions}
    wanted = models.Q()
    for key, number in outdated(known).items():
        table, _, row = key.rpartition(":")
        wanted |= models.Q(table=table, row_id=int(row), pk__gt=number)
    return list(RecordedChange.objects.filter(wanted).order_by("pk")) if wanted else []


def in_words(changes: Iterable[RecordedChange]) -> str:
    """“ann changed title and body on Nov. 26, 14:02”: who did what, one part for each person and kind of change."""
    parts: dict[tuple[str, str], tuple[dict[str, None], RecordedChange]] = {}
    for change in changes:
        labels, _ = parts.get((change.actor, change.action), ({}, change))
        if change.before is not None:
            labels |= dict.fromkeys(label for label, _, _ in change.differences() if label != "updated at")
        parts[change.actor, change.action] = labels, change
    return "; ".join(_sentence(labels, last) for labels, last in parts.values())


def _sentence(labels: Iterable[str], change: RecordedChange) -> str:
    *most, last = list(labels) or ["it"]
    what = f"{', '.join(most)} and {last}" if most else last
    return f"{change.actor} {change.get_action_display()} {what} on {date_format(timezone.localtime(change.at), 'M j, H:i')}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that both changed. ``newest`` is the change that the writer has now seen."""

    name: str
    label: str
    mine: str
    theirs: str
    actor: str
    at: Any
    newest: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What became of a form: values to keep from the others, labels of those, and what must be chosen."""

    theirs: dict[str, Any]
    merged: tuple[str, ...]
    conflicts: tuple[Conflict, ...]


def reconcile(entry: models.Model, typed: Mapping[str, Any], version: int, choices: Mapping[str, str]) -> Reconciled:
    """Compare what was ``typed`` (field name → cleaned value) into a form of ``version`` with the row as it is now.

    ``entry`` holds the values of now. ``choices`` maps a field to “mine:105” or “theirs:105”: chosen with the knowledge
    of change 105; a later change asks again.
    """
    since = list(
        RecordedChange.objects.filter(table=entry._meta.db_table, row_id=entry.pk, pk__gt=version).order_by("pk")
    )
    base = RecordedChange.objects.filter(table=entry._meta.db_table, row_id=entry.pk, pk=version).first()
    if not since or base is None:
        return Reconciled({}, (), ())
    theirs: dict[str, Any] = {}
    merged, conflicts = [], []
    newest = since[-1].pk
    for field in entry._meta.concrete_fields:
        if field.name not in typed or field.column not in base.row:
            continue
        was, now, mine = (
            _plain(value)
            for value in (
                field.to_python(base.row[field.column]),
                getattr(entry, field.attname),
                _key(typed[field.name]),
            )
        )
        if now in (was, mine):
            continue
        if mine == was:
            theirs[field.name] = getattr(entry, field.name)
            merged.append(str(field.verbose_name))
        elif choices.get(field.name) == f"theirs:{newest}":
            theirs[field.name] = getattr(entry, field.name)
        elif choices.get(field.name) != f"mine:{newest}":
            last = next(change for change in reversed(since) if field.column in (change.before or {}))
            conflicts.append(
                Conflict(
                    field.name,
                    str(field.verbose_name),
                    _shown(typed[field.name]),
                    _shown(getattr(entry, field.name)),
                    last.actor,
                    last.at,
                    newest,
                )
            )
    return Reconciled(theirs, tuple(merged), tuple(conflicts))


def _key(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _plain(value: Any) -> Any:
    """Browsers send line ends of their own, and nothing for what is empty."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    return value if value is not None else ""


def _shown(value: Any) -> str:
    if value in (None, ""):
        return "(empty)"
    if isinstance(value, datetime):
        return zones.written(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
