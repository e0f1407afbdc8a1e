"""Taking a change back: by a new change, since history is never rewritten."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction

from models_catalog.models import Content, RecordedChange


class CannotUndo(ValidationError):
    """The change cannot be taken back as it was; the message says why, and what to do."""


def may_be_undone(change: RecordedChange) -> bool:
    """Only a change of an entry’s own values: what came or went is deleted or added by hand, with all that hangs on it."""
    return change.before is not None and change.model is not None and issubclass(change.model, Content)


@transaction.atomic
def undo(change: RecordedChange, *, check: Callable[[Content], None] = lambda entry: None) -> Content:
    """Give the entry the values that it had before ``change``. Sign it with `attributed`.

    Raises CannotUndo when the entry is gone or one of the values has changed again since, and a ValidationError
    when the old values are no longer valid. ``check`` may refuse, with the entry locked.
    """
    if not may_be_undone(change):
        raise CannotUndo("Only changes of an entry’s values can be undone. Add or delete the entry in its own form.")
    if change.is_correction:
        raise CannotUndo(
            "This change published a correction, which undoing would leave standing. "
            "Change the fact in the entry’s form and mark that as a correction, so that readers are told."
        )
    assert change.model is not None
    assert change.before is not None
    entry = change.model._default_manager.select_for_update(of=("self",)).filter(pk=change.row_id).first()
    if entry is None:
        raise CannotUndo("The entry is gone: there is nothing to give the old values to.")
    assert isinstance(entry, Content)
    check(entry)
    newest = RecordedChange.objects.of(entry).first()
    assert newest is not None
    fields = {field.column: field for field in change.model._meta.concrete_fields}
    for column, was in change.before.items():
        if column not in fields:
            raise CannotUndo(f"The field “{column}” exists no longer.")
        if newest.row.get(column) != change.row.get(column):
            label = fields[column].verbose_name
            raise CannotUndo(f"The field “{label}” has changed again since. Undo that change first, or edit the entry.")
        setattr(entry, fields[column].attname, fields[column].to_python(was))
    entry.full_clean()
    entry.save()
    return entry
