"""Dated milestones."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models

from models_catalog.finding import WordsIndex
from models_catalog.paging import Order

from .base import Addressed, Content, ContentQuerySet, DatePrecision, date_matches_precision, in_choices
from .releases import Release

if TYPE_CHECKING:
    from .sources import Citation, Correction


class TimelineEventQuerySet(ContentQuerySet["TimelineEvent"]):
    def listed(self) -> Self:
        """What readers may see: every public page, feed and export starts here."""
        return self.filter(is_listed=True)

    def newest_first(self) -> Self:
        return TimelineEvent.NEWEST_FIRST.apply(self)

    def oldest_first(self) -> Self:
        return TimelineEvent.NEWEST_FIRST.apply(self, backwards=True)

    def earlier_than(self, event: TimelineEvent) -> Self:
        """Those that stand after an event in ``newest_first``, the nearest first."""
        return TimelineEvent.NEWEST_FIRST.following(self, (event.happened_on, event.slug))

    def later_than(self, event: TimelineEvent) -> Self:
        """Those that stand before an event in ``newest_first``, the nearest first."""
        return TimelineEvent.NEWEST_FIRST.following(self, (event.happened_on, event.slug), backwards=True)

    def concerning(self, slug: str) -> Self:
        """Those that concern a release that readers may see, by its name in addresses."""
        return self.filter(releases__in=Release.objects.listed().filter(slug=slug).values("pk"))

    def up_to_year(self, year: int) -> Self:
        """Those of a year and of the years before it."""
        return self.filter(happened_on__lte=date(year, 12, 31))

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
    NEWEST_FIRST: ClassVar = Order(("-happened_on", "slug"))
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
            # Few of many: the newest of them would be looked for among all.
            models.Index(
                fields=("-happened_on", "slug"), condition=models.Q(is_headline=True), name="event_all_headlines"
            ),
            models.Index(fields=("-happened_on", "slug"), condition=models.Q(is_listed=False), name="event_unlisted"),
            WordsIndex(words=("title", "slug", "summary"), name="event_words"),
        )

    def __str__(self) -> str:
        return self.title
