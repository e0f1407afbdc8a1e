"""Every change of content: who, when, why, and what it was before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models.fields.json import KeyTransform

from models_catalog.finding import WordsIndex

from .base import Content, in_choices
from .licensing import LicenseRule
from .releases import Variant

if TYPE_CHECKING:
    from datetime import datetime


class ChangeAction(models.TextChoices):
    INSERT = "insert", "added"
    UPDATE = "update", "changed"
    DELETE = "delete", "deleted"


# A row that joins two entries. Content alone knows when it was added; a list of tables would name those of other apps.
IS_A_LINK = models.Q(row__created_at__isnull=True)


class RecordedChangeQuerySet(models.QuerySet["RecordedChange"]):
    def of(self, entry: models.Model) -> Self:
        """All that happened to one row, newest first."""
        return self.filter(table=entry._meta.db_table, row_id=entry.pk).newest_first()

    def newest_first(self) -> Self:
        return self.order_by("-id")

    def links(self) -> Self:
        """What happened to links between entries, of all kinds."""
        return self.filter(IS_A_LINK)

    def beginning(self) -> models.QuerySet[RecordedChange, datetime]:
        """When the record begins, in a queryset of one or none: nothing is known of what was before."""
        return self.order_by("at").values_list("at", flat=True)[:1]

    def begin(self) -> datetime | None:
        return next(iter(self.beginning()), None)


class RecordedChange(models.Model):
    """One row that was added, changed or deleted.

    Written by a trigger on every table of content (`history.record`), so that
    nothing passes unseen: forms, bulk actions, imports, the shell, SQL. Rows are
    never deleted and never changed, but for ``superseded_at``, which is filled in
    once; another trigger sees to it.
    """

    Action = ChangeAction

    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    action = models.CharField(max_length=6, choices=ChangeAction)
    row = models.JSONField(help_text="The row by column: after the change or, for a deletion, before it.")
    before = models.JSONField(null=True, help_text="The old values of the columns that a change of the row changed.")
    at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, help_text="When the row’s next change took its place.")
    actor = models.CharField(
        "by", max_length=150, help_text="The account or, where none is known, the database’s user."
    )
    reason = models.CharField("why", max_length=250, blank=True)
    is_correction = models.BooleanField("correction", default=False)

    objects = RecordedChangeQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (
            in_choices("action", ChangeAction, name="recorded_action_is_known"),
            models.UniqueConstraint(
                fields=("table", "row_id"),
                condition=models.Q(superseded_at__isnull=True),
                name="one_newest_change_per_row",
            ),
            models.CheckConstraint(
                condition=models.Q(superseded_at__isnull=True) | models.Q(superseded_at__gte=models.F("at")),
                name="change_is_superseded_after_it_was_made",
            ),
        )
        indexes = (
            models.Index(fields=("table", "row_id", "-id"), name="recorded_by_row"),
            models.Index(fields=("-at", "-id"), name="recorded_newest_first"),
            # Few of millions: the newest of them would be looked for among all.
            models.Index(fields=("-at", "-id"), condition=models.Q(action="delete"), name="recorded_deletions"),
            models.Index(fields=("-at", "-id"), condition=models.Q(is_correction=True), name="recorded_corrections"),
            models.Index(fields=("table", "-at", "-id"), name="recorded_by_kind"),
            # Of several tables, which the one above cannot read in the order of time.
            models.Index(fields=("-at", "-id"), condition=IS_A_LINK, name="recorded_links"),
            WordsIndex(words=("actor", "reason"), name="recorded_words"),
            # What stood at a moment: not superseded, or only later.
            models.Index(fields=("table", "superseded_at"), name="recorded_by_period"),
            models.Index(
                KeyTransform("release_id", "row"),
                models.F("id").desc(),
                condition=models.Q(table=Variant._meta.db_table),
                name="recorded_checkpoints",
            ),
            models.Index(
                KeyTransform("license_id", "row"),
                models.F("id").desc(),
                condition=models.Q(table=LicenseRule._meta.db_table),
                name="recorded_rules",
            ),
        )

    def __str__(self) -> str:
        return (
            f"{self.model._meta.verbose_name if self.model else self.table} {self.row_id} {self.get_action_display()}"
        )

    @property
    def model(self) -> type[models.Model] | None:
        """Whose row it is; None for the table of a model that is gone."""
        return next((m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == self.table), None)

    @property
    def name(self) -> str:
        """What people call the row, from the row alone."""
        names = (self.row.get(column) for column in ("name", "title", "label", "term", "what_we_said", "slug"))
        return next((str(name) for name in names if name), f"no. {self.row_id}")

    def differences(self) -> list[tuple[str, Any, Any]]:
        """Label, old and new value of every column that changed; of all that are filled, for a row that came or went."""
        labels = {f.column: str(f.verbose_name) for f in self.model._meta.concrete_fields} if self.model else {}
        if self.before is not None:
            changed = [(column, was, self.row.get(column)) for column, was in self.before.items()]
        else:
            gone = self.action == ChangeAction.DELETE
            changed = [
                (c, v if gone else None, None if gone else v) for c, v in self.row.items() if v not in (None, "")
            ]
        return [(labels.get(column, column), was, now) for column, was, now in changed]

    def entry(self, *, before: bool = False) -> Content | None:
        """The row as an entry, as it was after (or before) the change. Unsaved, with no relation fetched."""
        if self.model is None or not issubclass(self.model, Content):
            return None
        row: dict[str, Any] = {**self.row, **((self.before or {}) if before else {})}
        return self.model(
            **{
                field.attname: field.to_python(row[field.column])
                for field in self.model._meta.concrete_fields
                if field.column in row
            }
        )
