"""Dated milestones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from .base import Addressed, Content, ContentQuerySet, DatePrecision, date_matches_precision, in_choices
from .releases import Release

if TYPE_CHECKING:
    from .sources import Citation, Correction


class TimelineEventQuerySet(ContentQuerySet["TimelineEvent"]):
    def listed(self) -> Self:
        """What readers may see: every public page, feed and export starts here."""
        return self.filter(is_listed=True)

    def newest_first(self) -> Self:
        return self.order_by("-happened_on", "slug")

    def before(self, event: TimelineEvent) -> Self:
        """Those that stand after an event in ``newest_first``, the nearest first."""
        day = event.happened_on
        # The first condition repeats part of the second, in a form that the index can begin at.
        return self.filter(Q(happened_on__lte=day) & (Q(happened_on__lt=day) | Q(slug__gt=event.slug))).newest_first()

    def after(self, event: TimelineEvent) -> Self:
        """Those that stand before an event in ``newest_first``, the nearest first."""
        day = event.happened_on
        return self.filter(Q(happened_on__gte=day) & (Q(happened_on__gt=day) | Q(slug__lt=event.slug))).order_by(
            "happened_on", "-slug"
        )

    def headlines(self) -> Self:
        """For “What’s new” on the hub, newest first."""
        return self.listed().filter(is_headline=True).newest_first()

    def with_facts(self) -> Self:
        """With releases, and the sources and corrections of every field."""
        return self.with_evidence().prefetch_related(models.Prefetch("releases", Release.objects.listed()))

    def for_its_page(self) -> Self:
        """As ``with_facts``, and what vouches for the releases’ own fields."""
        return self.with_evidence().prefetch_related(
            models.Prefetch("releases", Release.objects.listed().with_evidence())
        )


class EventKind(models.TextChoices):
    RELEASE = "release", "Release"
    ANNOUNCEMENT = "announcement", "Announcement"
    RESEARCH = "research", "Research"
    LICENSE = "license", "License and policy"
    PARTNERSHIP = "partnership", "Partnership"
    INCIDENT = "incident", "Incident"
    PRODUCT = "product", "Product"


class TimelineEvent(Content, Addressed):
    """One milestone with its date."""

    Kind = EventKind
    url_name = "models_catalog:event"
    citable = ("happened_on", "summary")

    title = models.CharField(max_length=140, help_text="What happened, in a few words: “Llama 3.1 is released”.")
    happened_on = models.DateField("date", help_text="If only the month or year is known, enter its first day.")
    date_precision = models.CharField(max_length=8, choices=DatePrecision, default=DatePrecision.DAY)
    kind = models.CharField(max_length=12, choices=EventKind)
    summary = models.TextField(help_text="Two to four sentences: what happened and why it matters. Plain text.")
    releases = models.ManyToManyField(
        Release, blank=True, related_name="events", help_text="Releases that it concerns."
    )
    is_headline = models.BooleanField("in “What’s new”", default=False, help_text="Shown at the top of the hub page.")
    is_listed = models.BooleanField("shown to readers", default=True)

    objects = TimelineEventQuerySet.as_manager()

    if TYPE_CHECKING:
        citations: models.Manager[Citation]
        corrections: models.Manager[Correction]

    class Meta:
        ordering = ("-happened_on", "slug")
        constraints = (
            in_choices("kind", EventKind, name="event_kind_is_known"),
            in_choices("date_precision", DatePrecision, name="event_date_precision_is_known"),
            date_matches_precision("happened_on", "date_precision", name="event_date_matches_its_precision"),
        )
        indexes = (
            models.Index(fields=("-happened_on", "slug"), name="event_newest_first"),
            models.Index(fields=("kind", "-happened_on", "slug"), name="event_by_kind"),
            models.Index(
                fields=("-happened_on", "slug"),
                condition=models.Q(is_headline=True, is_listed=True),
                name="event_headlines",
            ),
        )

    def __str__(self) -> str:
        return self.title
