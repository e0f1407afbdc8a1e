"""What was exported when, and how old the last export may become.

Neither belongs to the site's content: the record is about files of this machine, so no export holds it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from models_catalog.models.base import in_choices

from .naming import ExportName


class Verification(models.TextChoices):
    NONE = "none", "not verified"
    SOUND = "sound", "sound"
    DAMAGED = "damaged", "damaged"


class ExportQuerySet(models.QuerySet["Export"]):
    def newest_first(self) -> Self:
        return self.order_by("-made_at", "-id")

    def sound(self) -> Self:
        """Read back from the first byte to the last, and found whole."""
        return self.filter(verification=Verification.SOUND)

    def in_folder(self, folder: Path) -> Self:
        return self.filter(folder=place_of(folder))


class Export(models.Model):
    """One archive that was written, by whom, and whether it could be read back."""

    Verification = Verification

    made_at = models.DateTimeField("made")
    made_by = models.CharField("by", max_length=150, help_text="The account, or the command.")
    folder = models.CharField(max_length=500, blank=True, help_text="Empty: the site’s own folder of exports.")
    file = models.CharField(max_length=255)
    size = models.BigIntegerField(help_text="Bytes.")
    rows = models.BigIntegerField()
    counts = models.JSONField("contents", default=dict, help_text="Rows or files by kind.")
    sha256 = models.CharField("SHA-256", max_length=64, help_text="Of the file; sha256sum prints the same.")
    with_accounts = models.BooleanField("with passwords", default=False)
    took = models.DurationField("time taken")
    verification = models.CharField(max_length=10, choices=Verification, default=Verification.NONE)
    verified_at = models.DateTimeField("verified", null=True)
    problem = models.CharField(max_length=500, blank=True, help_text="What is wrong with it.")

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")
        default_permissions = ("view",)
        permissions = (("make_export", "Can make, download and verify exports"),)
        constraints = (
            in_choices("verification", Verification, name="verification_is_known"),
            models.CheckConstraint(
                condition=Q(verification=Verification.NONE, verified_at=None)
                | (~Q(verification=Verification.NONE) & Q(verified_at__isnull=False)),
                name="verified_export_says_when",
            ),
            models.CheckConstraint(
                condition=Q(problem="") | Q(verification=Verification.DAMAGED),
                name="only_damaged_exports_have_a_problem",
            ),
            models.CheckConstraint(condition=~Q(file="") & ~Q(file__contains="/"), name="export_file_is_a_name"),
            models.UniqueConstraint(fields=("folder", "file"), name="one_record_per_export_file"),
        )

    def __str__(self) -> str:
        return self.file

    @property
    def path(self) -> Path:
        return Path(self.folder or settings.BACKUP_DIR) / self.file

    @property
    def is_there(self) -> bool:
        return self.path.is_file() and not self.path.is_symlink()

    @property
    def download_path(self) -> Path | None:
        """Of exports in the site's own folder alone, and by a name that only an export has: no row of a table may lead
        a download elsewhere."""
        name = ExportName.read(self.file)
        if self.folder or name is None or not self.is_there:
            return None
        return Path(settings.BACKUP_DIR) / str(name)

    @property
    def rows_in_words(self) -> str:
        return f"{self.rows:,} rows"

    @property
    def is_sound(self) -> bool | None:
        """None while nobody has read it back."""
        return None if self.verification == Verification.NONE else self.verification == Verification.SOUND


class BackupPolicy(models.Model):
    """The switches of an administrator. There is exactly one row; without it, the defaults hold."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    warn_after_days = models.PositiveSmallIntegerField(
        "warn after",
        default=7,
        validators=[MaxValueValidator(365)],
        help_text="Days. When the last good export is older, administrators are told on their start page. 0: never.",
    )

    class Meta:
        default_permissions = ("add", "change", "view")
        verbose_name = verbose_name_plural = "export settings"
        constraints = (
            models.CheckConstraint(
                condition=Q(id=1),
                name="backup_policy_is_one_row",
                violation_error_message="There is one set of export settings. Edit it instead of adding another.",
            ),
            models.CheckConstraint(
                condition=Q(warn_after_days__lte=365),
                name="exports_are_due_within_a_year",
                violation_error_message="Warn after at most 365 days, or never: 0.",
            ),
        )

    def __str__(self) -> str:
        return "export settings"


def place_of(folder: Path) -> str:
    """How a record names a folder."""
    folder = folder.absolute()
    return "" if folder == Path(settings.BACKUP_DIR).absolute() else str(folder)


def reminder(now: datetime | None = None) -> str | None:
    """A sentence for administrators when the last good export is too old, or there is none."""
    policy = BackupPolicy.objects.first() or BackupPolicy()
    if not policy.warn_after_days:
        return None
    # An export elsewhere may lie on a disk that is not always there; one in our own folder that is gone is no backup.
    last = next(
        (export for export in Export.objects.sound().newest_first()[:20] if export.folder or export.is_there), None
    )
    if last is None:
        return "There is no good export of this site."
    age = (now or timezone.now()) - last.made_at
    if age <= timedelta(days=policy.warn_after_days):
        return None
    days = policy.warn_after_days
    return (
        f"The last good export is {age.days} days old; the site asks for one every {days} days."
        if days > 1
        else (
            f"The last good export is {age.days} day{'s' if age.days != 1 else ''} old; the site asks for one every day."
        )
    )
