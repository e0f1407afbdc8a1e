"""The search index: derived from the content, never edited, made anew by ``manage.py rebuild_search``.

No row of these tables says anything that the content does not say: they may be emptied at any time.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from models_catalog.models import DatePrecision
from models_catalog.models.base import in_choices


class SearchKind(models.TextChoices):
    """What can be found, by the name of a group of results."""

    RELEASE = "release", "Releases"
    CHECKPOINT = "checkpoint", "Checkpoints"
    LICENSE = "license", "Licenses"
    USE_CASE = "use-case", "License questions"
    ARTICLE = "article", "Articles"
    EVENT = "event", "Timeline"
    FIGURE = "figure", "Figures"
    TERM = "term", "Glossary"
    OPTION = "option", "Ways to run it"
    PROVIDER = "provider", "Providers"
    SOURCE = "source", "Sources"
    CORRECTION = "correction", "Corrections"
    NOTICE = "notice", "Before you use AI"


# What one entry of a kind is called.
ONE_OF = {
    SearchKind.RELEASE: "Release",
    SearchKind.CHECKPOINT: "Checkpoint",
    SearchKind.LICENSE: "License",
    SearchKind.USE_CASE: "License question",
    SearchKind.ARTICLE: "Article",
    SearchKind.EVENT: "Event",
    SearchKind.FIGURE: "Figure",
    SearchKind.TERM: "Glossary term",
    SearchKind.OPTION: "Way to run it",
    SearchKind.PROVIDER: "Provider",
    SearchKind.SOURCE: "Source",
    SearchKind.CORRECTION: "Correction",
    SearchKind.NOTICE: "Notice",
}


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    def visible(self) -> Self:
        """What readers may see at this moment, by the database’s clock."""
        return self.filter(Q(visible_from__isnull=True) | Q(visible_from__lte=Now())).filter(
            Q(visible_until__isnull=True) | Q(visible_until__gt=Now())
        )


class SearchEntry(models.Model):
    """One thing that can be found.

    ``object_id`` is the key of the row it shows. An article has an entry for the edition that is live and one for
    each that is scheduled, told apart by ``part``, the key of the edition, and by the times between which it is
    shown; so a scheduled edition is found from its time on, with no job.

    The two vectors hold the words as written and their English stems: ``heading`` those of the names (weight A) and
    the summary (B), ``document`` these and the text (D). Both hold the kind, the year and
    the month as words of their own: “@release”, “@2024”, “@2024-07”.
    """

    Kind = SearchKind

    kind = models.CharField(max_length=12, choices=SearchKind)
    object_id = models.BigIntegerField()
    part = models.BigIntegerField(default=0)
    names = ArrayField(models.TextField(), help_text="Every name it goes by, as plain words; the title’s first.")
    title = models.TextField()
    label = models.TextField(blank=True, help_text="What it is, more precisely than its kind.")
    summary = models.TextField(blank=True)
    text = models.TextField(blank=True)
    url = models.TextField()
    date = models.DateField(null=True)
    date_precision = models.CharField(max_length=8, choices=DatePrecision, default=DatePrecision.DAY)
    visible_from = models.DateTimeField(null=True)
    visible_until = models.DateTimeField(null=True)
    boost = models.FloatField(default=0, help_text="Added to the rank: readers look for some kinds more than others.")
    heading = SearchVectorField()
    document = SearchVectorField()

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name_plural = "search entries"
        constraints = (
            models.UniqueConstraint(fields=("kind", "object_id", "part"), name="one_search_entry_per_part"),
            in_choices("kind", SearchKind, name="search_kind_is_known"),
            models.CheckConstraint(
                condition=Q(visible_until__isnull=True)
                | Q(visible_from__isnull=True)
                | Q(visible_from__lt=F("visible_until")),
                name="search_entry_is_seen_before_it_goes",
            ),
        )
        # One index a kind, so that each kind’s first hits are found without walking through those of the others.
        # No list of pending changes: a search would have to read all of it.
        indexes: ClassVar = [
            # The names alone, of all kinds.
            GinIndex(
                Func("heading", Value("{a}"), function="ts_filter", output_field=SearchVectorField()),
                name="search_names",
                fastupdate=False,
            ),
            *(
                GinIndex(
                    fields=("document",),
                    condition=Q(kind=kind),
                    name=f"search_{kind.replace('-', '_')}",
                    fastupdate=False,
                )
                for kind in SearchKind.values
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """One word of the index: completes what is being typed, and corrects what was mistyped.

    ``near`` is filled for the words of names: the word itself and what is left of it without any one or two of its
    letters. Two words that differ by a slip have one of these in common, which an index finds whatever the number
    of words.
    """

    word = models.CharField(max_length=80, primary_key=True, db_collation="C")
    entries = models.PositiveIntegerField(default=1, help_text="How many entries had it at the last rebuild.")
    near = ArrayField(models.TextField(), default=list)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [GinIndex(fields=("near",), name="search_word_near", fastupdate=False)]

    def __str__(self) -> str:
        return self.word
