"""Links by which someone without an account reads a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from .articles import Edition

if TYPE_CHECKING:
    from datetime import datetime


class PreviewPeriod(models.IntegerChoices):
    """For how many days a link works."""

    DAY = 1, "one day"
    WEEK = 7, "a week"
    MONTH = 30, "30 days"


class PreviewLinkQuerySet(models.QuerySet["PreviewLink"]):
    def working(self, at: datetime | None = None) -> Self:
        """Links that have not expired by ``at`` (default: now), the one that works longest first."""
        return self.filter(expires_at__gt=at or Now()).order_by("-expires_at", "-made_at")


class PreviewLink(models.Model):
    """One link to one draft. It is revoked by deleting it.

    The key is random and never given twice, so that a link that was revoked, or made after a backup that was restored,
    cannot come to mean another draft.
    """

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="preview_links")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    made_by = models.ForeignKey("auth.User", models.SET_NULL, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField()

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        ordering = ("-expires_at",)
        # Who may make and revoke one is a question of the edition: see `editorial.previews`.
        default_permissions = ()
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")),
                name="preview_link_expires_after_it_is_made",
                violation_error_message="Choose a time to come: the link would never work.",
            ),
        )

    def __str__(self) -> str:
        return f"Preview link of {self.edition} until {self.expires_at:%Y-%m-%d %H:%M %Z}"
