"""Forms that are open, what is typed into them, and which of them were saved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# A form says every 25 seconds that it is open; browsers let those in the background speak once a minute.
PRESENT_FOR = timedelta(seconds=90)
KEPT_FOR = timedelta(days=14)
REMEMBERED_FOR = timedelta(days=14)
# In place of the number of an entry that is being added.
NEW = 0


class OnDesk(models.Model):
    """Whose form of which entry, in which tab of the browser."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=100, help_text="The model, as “editorial.edition”.")
    row_id = models.BigIntegerField(help_text="The entry; 0 for one that is being added.")
    tab = models.CharField(max_length=36, help_text="Made up by the page each time it is opened.")

    class Meta:
        abstract = True
        default_permissions = ()


class OpenFormQuerySet(models.QuerySet["OpenForm"]):
    def present(self) -> Self:
        return self.filter(seen_at__gt=timezone.now() - PRESENT_FOR)

    def gone(self) -> Self:
        return self.filter(seen_at__lte=timezone.now() - PRESENT_FOR)


class OpenForm(OnDesk):
    """A form that someone has open right now."""

    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    objects = OpenFormQuerySet.as_manager()

    class Meta(OnDesk.Meta):
        constraints = (
            models.UniqueConstraint(fields=("kind", "row_id", "user", "tab"), name="a_form_is_open_once_in_a_tab"),
        )
        indexes = (models.Index(fields=("seen_at",), name="open_forms_by_time"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id} open in {self.tab}"


class UnsavedFormQuerySet(models.QuerySet["UnsavedForm"]):
    def of(self, user: User, kind: str, row_id: int) -> Self:
        """What someone left unsaved in one form, the newest first."""
        return self.filter(user=user, kind=kind, row_id=row_id).order_by("-kept_at", "-pk")

    def too_old(self) -> Self:
        return self.filter(kept_at__lt=timezone.now() - KEPT_FOR)


class UnsavedForm(OnDesk):
    """What was typed into a form and not saved yet: its writer’s alone.

    One for each tab, so that two tabs of one person do not overwrite each other.
    """

    turn = models.BigIntegerField(help_text="Counts up in the tab: what arrives late does not replace what is newer.")
    fields: Any = models.JSONField(help_text="Names and values in the order of the form.")
    kept_at = models.DateTimeField()

    objects = UnsavedFormQuerySet.as_manager()

    class Meta(OnDesk.Meta):
        constraints = (
            models.UniqueConstraint(fields=("user", "kind", "row_id", "tab"), name="one_unsaved_form_per_tab"),
        )
        indexes = (models.Index(fields=("kept_at",), name="unsaved_forms_by_time"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id} typed in {self.tab}"

    @property
    def texts(self) -> list[str]:
        """The values alone, of what is only there to be copied."""
        return [value for name, value in self.fields if value.strip() and not name.startswith("_")]

    def as_posted(self) -> QueryDict:
        """As the browser would send it."""
        posted = QueryDict(mutable=True)
        for name, value in self.fields:
            posted.appendlist(name, value)
        return posted


class SavedFormQuerySet(models.QuerySet["SavedForm"]):
    def too_old(self) -> Self:
        return self.filter(at__lt=timezone.now() - REMEMBERED_FOR)


class SavedForm(models.Model):
    """A form that was saved, by the number that its page gave it: should it arrive again, it is known."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    number = models.UUIDField()
    row_id = models.BigIntegerField(default=NEW)
    at = models.DateTimeField()

    objects = SavedFormQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("user", "number"), name="a_form_is_saved_once"),)
        indexes = (models.Index(fields=("at",), name="saved_forms_by_time"),)

    def __str__(self) -> str:
        return f"form {self.number}"
