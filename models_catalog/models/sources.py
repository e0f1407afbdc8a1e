"""Where facts come from, and what the hub once got wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from models_catalog.addresses import path_to
from models_catalog.finding import WordsIndex
from models_catalog.paging import Order

from .base import Addressed, Content, ContentQuerySet, in_choices, validate_slug
from .checks import CheckInterval
from .deployment import DeploymentOption, Provider
from .figures import KeyFigure
from .kinds import FACT_MODELS
from .licensing import License, LicenseRule
from .memory import PublishedMemory
from .releases import Release, Variant
from .timeline import TimelineEvent

if TYPE_CHECKING:
    from datetime import date


def _target_is_listed(prefix: str = "") -> Q:
    """What readers may see of citations and corrections: nothing about an entry that is not listed."""
    return (
        (Q(**{f"{prefix}release__isnull": True}) | Q(**{f"{prefix}release__is_listed": True}))
        & (Q(**{f"{prefix}variant__isnull": True}) | Q(**{f"{prefix}variant__release__is_listed": True}))
        & (Q(**{f"{prefix}event__isnull": True}) | Q(**{f"{prefix}event__is_listed": True}))
        & (
            Q(**{f"{prefix}published_memory__isnull": True})
            | Q(**{f"{prefix}published_memory__variant__release__is_listed": True})
        )
    )


class SourceQuerySet(ContentQuerySet["Source"]):
    def with_fact_counts(self) -> Self:
        """Each source with ``fact_count``, the number of listed facts that rest on it, by publisher and title."""
        mine = Citation.objects.listed().order_by().filter(source=OuterRef("pk")).values("source")
        counted = Subquery(mine.annotate(count=models.Count("pk")).values("count"))
        # Counted for the rows that are shown, after they were found.
        return Source.BY_PUBLISHER.apply(self.annotate(fact_count=Coalesce(counted, 0)))

    def unchecked_since(self, day: date) -> Self:
        """Sources never read by us, or last read before ``day``."""
        return self.filter(Q(last_checked_on__isnull=True) | Q(last_checked_on__lt=day))


class SourceKind(models.TextChoices):
    MODEL_CARD = "model_card", "model card"
    LICENSE = "license", "license text"
    POLICY = "policy", "use policy"
    PAPER = "paper", "paper"
    REGISTRY = "registry", "model registry"
    DOCUMENTATION = "documentation", "documentation"
    FILING = "filing", "company filing"
    ANNOUNCEMENT = "announcement", "announcement"
    PRESS = "press", "press report"
    STANDARD = "standard", "standard or law"


class Source(Content, Addressed):
    """A document that facts rest on: model card, license, paper, filing, blog post."""

    Kind = SourceKind
    BY_PUBLISHER: ClassVar = Order(("publisher", "title", "slug"))
    url_name = "models_catalog:source"

    title = models.CharField(max_length=200, help_text="The document’s own title.")
    publisher = models.CharField(max_length=120, help_text="Who issued it, for example “Meta”.")
    url = models.URLField("web address", max_length=500, help_text="Where a reader can open the document.")
    kind = models.CharField(max_length=20, choices=SourceKind)
    published_on = models.DateField(null=True, blank=True, help_text="Empty if the document carries no date.")
    last_checked_on = models.DateField(
        null=True,
        blank=True,
        db_index=True,
        help_text="When an editor last read the document itself. Empty: it could not be read; readers are told so.",
    )
    changed_on = models.DateField(
        null=True,
        blank=True,
        help_text="When the document was changed or replaced, as far as we know. Facts that were checked before that day "
        "are due for a new check, and readers are told.",
    )
    note = models.TextField(
        blank=True, help_text="What a reader should know about it, for example the edition or commit that was read."
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ("publisher", "title", "slug")
        constraints = (
            models.UniqueConstraint(fields=("url", "title"), name="one_source_per_address_and_title"),
            in_choices("kind", SourceKind, name="source_kind_is_known"),
        )
        indexes = (
            models.Index(fields=("publisher", "title", "slug"), name="source_by_publisher"),
            models.Index(fields=("kind", "publisher", "title"), name="source_by_kind"),
            models.Index(fields=("published_on",), name="source_by_day"),
            models.Index(fields=("changed_on",), condition=Q(changed_on__isnull=False), name="source_by_change"),
            WordsIndex(words=("title", "slug", "publisher", "url", "note"), name="source_words"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def changed_since_read(self) -> bool:
        """Changed after an editor last read it."""
        return self.changed_on is not None and (self.last_checked_on is None or self.changed_on > self.last_checked_on)


class FactReference(models.Model):
    """Points at one field of one fact.

    An exclusive arc of foreign keys rather than a generic one: the database can
    check it, joins work, and a natural key can name it.
    """

    release = models.ForeignKey(Release, models.CASCADE, null=True, blank=True, related_name="%(class)ss")
    variant = models.ForeignKey(Variant, models.CASCADE, null=True, blank=True, related_name="%(class)ss")
    event = models.ForeignKey(TimelineEvent, models.CASCADE, null=True, blank=True, related_name="%(class)ss")
    license = models.ForeignKey(License, models.CASCADE, null=True, blank=True, related_name="%(class)ss")
    license_rule = models.ForeignKey(LicenseRule, models.CASCADE, null=True, blank=True, related_name="%(class)ss")
    deployment_option = models.ForeignKey(
        DeploymentOption, models.CASCADE, null=True, blank=True, related_name="%(class)ss"
    )
    provider = models.ForeignKey(Provider, models.CASCADE, null=True, blank=True, related_name="%(class)ss")
    key_figure = models.ForeignKey(KeyFigure, models.CASCADE, null=True, blank=True, related_name="%(class)ss")
    published_memory = models.ForeignKey(
        PublishedMemory, models.CASCADE, null=True, blank=True, related_name="%(class)ss"
    )
    field = models.CharField(
        max_length=40,
        help_text="Which field of the entry, by its name, for example “context_tokens”.",
    )

    class Meta:
        abstract = True

    @property
    def target_kind(self) -> str | None:
        """The arc that is set, for example ``"release"``; None when none is."""
        return next((arc for arc in FACT_MODELS if getattr(self, f"{arc}_id") is not None), None)

    @property
    def target(self) -> Content | None:
        """The row that this is about."""
        return getattr(self, self.target_kind) if self.target_kind else None

    def clean(self) -> None:
        """Name the fields that can be cited; the database only refuses the others."""
        super().clean()
        if self.field and self.target_kind:
            citable = FACT_MODELS[self.target_kind].citable
            if self.field not in citable:
                raise ValidationError(
                    {"field": f"“{self.field}” is not a field of this entry. Choose one of: {', '.join(citable)}."}
                )


def _field_is_citable(name: str) -> models.CheckConstraint:
    """The field is one that the target’s model lists in ``citable``."""
    of_each_target = Q()
    for arc, model in FACT_MODELS.items():
        of_each_target &= Q(**{f"{arc}__isnull": True}) | Q(field="") | Q(field__in=model.citable)
    return models.CheckConstraint(
        condition=of_each_target,
        name=name,
        violation_error_message="Choose a field that this kind of entry has.",
    )


def _targets(count: int, *, at_most: bool = False) -> Q:
    """Exactly (or at most) one arc is set. ``num_nonnulls`` is Postgres’ own."""
    number = models.Func(*FACT_MODELS, function="num_nonnulls", output_field=models.IntegerField())
    return models.lookups.LessThanOrEqual(number, count) if at_most else models.lookups.Exact(number, count)  # type: ignore[return-value]


class CitationQuerySet(ContentQuerySet["Citation"]):
    def get_by_natural_key(self, *values: str) -> Citation:
        kind, *target_key, field, source, locator = values
        if kind not in FACT_MODELS:
            raise self.model.DoesNotExist(f"There is no kind of fact called “{kind}”.")
        target: Content = ContentQuerySet(FACT_MODELS[kind]).get_by_natural_key(*target_key)
        return self.get(**{kind: target}, field=field, source__slug=source, locator=locator)

    def listed(self) -> Self:
        """Those about entries that readers may see."""
        return self.filter(_target_is_listed())

    def with_targets(self) -> Self:
        """Everything needed to name the fact and its source, in one query."""
        return self.select_related(
            "source",
            "license_rule__use_case",
            "license_rule__license",
            "variant__release",
            "published_memory__variant",
            *FACT_MODELS,
        )

    def with_due_day(self) -> Self:
        """Each citation with ``due_on``, the first day on which it is due for another check.

        That is the end of the interval that its kind of fact allows, or the day
        its source was changed if it was checked before; null where nothing sets a limit.
        """
        kind = Case(*(When(**{f"{arc}__isnull": False}, then=Value(arc)) for arc in FACT_MODELS))
        days = Subquery(CheckInterval.objects.for_fact(OuterRef("kind"), OuterRef("field")).values("days"))
        by_age = ExpressionWrapper(F("checked_on") + days, output_field=models.DateField())
        by_change = Case(When(source__changed_on__gt=F("checked_on"), then=F("source__changed_on")))
        # Postgres’ LEAST passes over what is null.
        return self.alias(kind=kind).annotate(due_on=Least(by_age, by_change))

    def due(self, today: date) -> Self:
        """Those due for another check by ``today``, the longest overdue first."""
        # Nothing younger than the shortest interval can be due. This bound spares the others the look at their kind.
        shortest = Subquery(CheckInterval.objects.order_by("days").values("days")[:1])
        old_enough = Q(checked_on__lte=ExpressionWrapper(Value(today) - shortest, output_field=models.DateField()))
        changed = Q(source__in=Source.objects.filter(changed_on__isnull=False))
        return self.with_due_day().filter(old_enough | changed, due_on__lte=today).order_by("due_on", "pk")

    def falling_due(self, since: date, until: date) -> Self:
        """Those whose day to be checked again is ``since`` or later, and before ``until``."""
        return self.with_due_day().filter(due_on__gte=since, due_on__lt=until)

    def longest_due(self, today: date, count: int) -> Self:
        """The first few of those that are due, with their targets: only these few are joined to them."""
        few = Citation.objects.due(today).values("pk")[:count]
        return self.with_targets().with_due_day().filter(pk__in=few).order_by("due_on", "pk")

    def for_reading(self) -> Self:
        """Everything that a fact's source mark shows, in one query."""
        return self.select_related("source").with_due_day()


class CitationStatus(models.TextChoices):
    VERIFIED = "verified", "verified"
    DISPUTED = "disputed", "disputed"
    UNVERIFIED = "unverified", "unverified"


class Citation(Content, FactReference):
    """Ties one field of one fact to a source, with the place in it and the day it was checked."""

    Status = CitationStatus
    AS_ENTERED: ClassVar = Order(("id",))
    source = models.ForeignKey(Source, models.PROTECT, related_name="citations")
    locator = models.CharField(
        max_length=160, blank=True, help_text="Where in the source: page, section, clause or table."
    )
    status = models.CharField(
        max_length=12,
        choices=CitationStatus,
        default=CitationStatus.VERIFIED,
        help_text="Verified: read in the source. Disputed: sources disagree; say how in the note. Unverified: the source could not be read.",
    )
    note = models.TextField(blank=True, help_text="Shown with the source, for example how another source differs.")
    checked_on = models.DateField(help_text="The day this fact was last compared with the source.")

    if TYPE_CHECKING:
        # Only of citations read ``with_due_day()``.
        due_on: date | None

    objects = CitationQuerySet.as_manager()

    class Meta:
        ordering = ("field", "source", "locator", "pk")
        constraints = (
            models.CheckConstraint(
                condition=_targets(1),
                name="citation_has_exactly_one_target",
                violation_error_message="A citation supports exactly one entry: choose one, and only one.",
            ),
            models.UniqueConstraint(
                fields=(*FACT_MODELS, "field", "source", "locator"),
                name="one_citation_per_fact_source_and_place",
                nulls_distinct=False,
                violation_error_message="This fact already cites this place in this source.",
            ),
            _field_is_citable(name="citation_field_belongs_to_its_target"),
            models.CheckConstraint(condition=~Q(field=""), name="citation_names_a_field"),
            in_choices("status", CitationStatus, name="citation_status_is_known"),
        )
        indexes = (
            models.Index(fields=("checked_on", "id"), name="citation_longest_unchecked"),
            models.Index(fields=("source", "id"), name="citation_by_source"),
            # Few of many, but for those that are verified.
            models.Index(
                fields=("status", "checked_on", "id"), condition=~Q(status="verified"), name="citation_in_doubt"
            ),
            WordsIndex(words=("locator", "note"), name="citation_words"),
        )

    def __str__(self) -> str:
        return f"{self.target or 'Nothing'}: {self.field} ← {self.source}"

    @property
    def outlived_its_source(self) -> bool:
        """Checked before its source was changed."""
        return self.source.changed_on is not None and self.source.changed_on > self.checked_on

    def natural_key(self) -> tuple[str, ...]:
        kind, target = self.target_kind, self.target
        if kind is None or target is None:
            raise ValueError("A citation without a target has no natural key.")
        return (kind, *target.natural_key(), self.field, self.source.slug, self.locator)


class CorrectionQuerySet(ContentQuerySet["Correction"]):
    def listed(self) -> Self:
        """Those about entries that readers may see, or about prose."""
        return self.filter(_target_is_listed())

    def with_targets(self) -> Self:
        """Everything needed to name and link the entry and the source, in one query."""
        return self.select_related(
            "source",
            "license_rule__use_case",
            "license_rule__license",
            "variant__release",
            "published_memory__variant",
            *FACT_MODELS,
        )

    def newest_first(self) -> Self:
        return Correction.NEWEST_FIRST.apply(self)


class Correction(Content, FactReference):
    """What the hub said, what is right, why, since when, and by which source. Public."""

    NEWEST_FIRST: ClassVar = Order(("-published_on", "slug"))
    natural_key_fields = ("slug",)

    slug = models.CharField(
        "short name",
        max_length=80,
        unique=True,
        validators=[validate_slug],
        help_text="Names the correction in links: /corrections/#…",
    )
    what_we_said = models.TextField(help_text="The wrong statement, in short.")
    what_is_right = models.TextField(help_text="The right statement, as the source has it.")
    why = models.TextField(help_text="How the mistake came about or why it matters, in a sentence or two.")
    wrong_value = models.CharField(
        max_length=80, blank=True, help_text="The wrong value alone, shown beside the fact: “15T tokens”."
    )
    source = models.ForeignKey(Source, models.PROTECT, related_name="corrections")
    published_on = models.DateField(help_text="When the hub put it right.")
    field = models.CharField(
        max_length=40, blank=True, help_text="Which field of the entry it is about. Empty for a statement in prose."
    )

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ("-published_on", "slug")
        constraints = (
            models.CheckConstraint(
                condition=_targets(1, at_most=True),
                name="correction_has_at_most_one_target",
                violation_error_message="A correction is about one entry at most.",
            ),
            _field_is_citable(name="correction_field_belongs_to_its_target"),
        )
        indexes = (
            models.Index(fields=("-published_on", "slug"), name="correction_newest_first"),
            WordsIndex(words=("slug", "what_we_said", "what_is_right", "why"), name="correction_words"),
        )

    def __str__(self) -> str:
        return self.what_we_said

    def get_absolute_url(self) -> str:
        return f"{path_to('models_catalog:corrections')}#{self.slug}"
