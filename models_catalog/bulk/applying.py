"""Makes the changes that a comparison showed, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from models_catalog.history import attributed
from models_catalog.signals import announce

from .cells import Keys
from .columns import Many
from .comparing import Comparison, Row, compare
from .files import Sheet
from .tables import Table

AT_ONCE = 250  # rows in a statement


class ChangedMeanwhile(Exception):
    """The import would now do something else than was shown; ``comparison`` is what, with what is new marked."""

    def __init__(self, comparison: Comparison) -> None:
        super().__init__("The entries changed in between.")
        self.comparison = comparison


def apply(*, table: Table, sheet: Sheet, shown: list[str], who: str, why: str) -> Comparison:
    """Write every row of the file that differs, in one transaction, signed in the history.

    ``shown`` are the fingerprints of the rows as people saw them. Raises ChangedMeanwhile when they are others now,
    and IntegrityError when somebody else’s write, committed at the same moment, stands against it; then nothing is
    written.
    """
    with attributed(who=who, why=why):
        comparison = compare(table, sheet, lock=True)
        if comparison.fingerprints() != shown or not comparison.is_ready:
            comparison.mark_news(shown)
            raise ChangedMeanwhile(comparison)
        _write(table, comparison.to_write)
    return comparison


def _write(table: Table, rows: Sequence[Row]) -> None:
    model = table.model
    now = timezone.now()
    changed = [row.entry for row in rows if not row.is_new]
    for entry in changed:
        entry.updated_at = now
    names = {
        change.column.name
        for row in rows
        if not row.is_new
        for change in row.changes
        if not isinstance(change.column, Many)
    }
    model._default_manager.bulk_create([row.entry for row in rows if row.is_new], batch_size=AT_ONCE)
    if changed:
        model._default_manager.bulk_update(changed, [*sorted(names), "updated_at"], batch_size=AT_ONCE)
    for column in table.related:
        _relate(column, [row.entry for row in rows if any(change.column is column for change in row.changes)])
    announce([row.entry for row in rows])


def _relate(column: Many, entries: Sequence[Any]) -> None:
    """Make the lists of other entries those of the file. After all entries are written, since they may be among them."""
    if not entries:
        return
    through: Any = column.relation.remote_field.through
    ours, theirs = f"{column.relation.m2m_field_name()}_id", f"{column.relation.m2m_reverse_field_name()}_id"
    known = Keys().by_text(column.target)
    wanted = {(entry.pk, known[key]) for entry in entries for key in column.value_of(entry)}
    rows = through._default_manager.filter(**{f"{ours}__in": [entry.pk for entry in entries]})
    present = {(our, their): pk for pk, our, their in rows.values_list("pk", ours, theirs)}
    gone = [pk for pair, pk in present.items() if pair not in wanted]
    through._default_manager.filter(pk__in=gone).delete()
    through._default_manager.bulk_create(
        [through(**{ours: our, theirs: their}) for our, their in sorted(wanted - present.keys())], batch_size=AT_ONCE
    )
