"""The hub page: its name, its sections and the words that lead into them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.db import models

from editorial.live_facts.validation import validate_references
from editorial.prose import validate as validate_markdown
from models_catalog import zones
from models_catalog.addresses import path_to
from models_catalog.models import Content
from models_catalog.models.base import ContentQuerySet, in_choices
from models_catalog.together import worded_once

from .prose import REFERENCE_HELP, WithProse


class HubSettingsQuerySet(ContentQuerySet["HubSettings"]):
    def the_one(self) -> Self:
        """The one row, as a queryset; none on a site without content."""
        return self.order_by("pk")[:1]


class HubSettings(WithProse, Content):
    """The hub’s name and its statement of independence. There is exactly one row."""

    natural_key_fields = ("pk",)
    prose_fields = ("independence", "about")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=40, help_text="Shown in the header of every page.")
    tagline = models.CharField(max_length=120, help_text="The promise under the name, on the hub and in shares.")
    standfirst = models.TextField(help_text="The opening paragraph of the hub page. Plain text.")
    independence = models.TextField(
        "editorial independence",
        validators=[validate_markdown, validate_references],
        help_text="Markdown; on the hub’s foot and the About page. " + REFERENCE_HELP,
    )
    about = models.TextField(
        validators=[validate_markdown, validate_references],
        help_text="Markdown; the About page: who writes this and how. " + REFERENCE_HELP,
    )

    may_approve_own = models.BooleanField(
        "publishers may approve their own drafts",
        default=False,
        db_default=False,
        help_text="Otherwise a second person reads every text before readers do. For a newsroom of one.",
    )
    time_zone = models.CharField(
        "the site’s time zone",
        max_length=64,
        default=zones.DEFAULT,
        db_default=zones.DEFAULT,
        validators=[zones.validate],
        help_text="Where the site’s days begin. Readers see its times; editors see them in their own zone as well.",
    )

    objects = HubSettingsQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "hub settings"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(id=1),
                name="hub_settings_is_one_row",
                violation_error_message="There is one set of hub settings. Edit it instead of adding another.",
            ),
            models.CheckConstraint(
                condition=~models.Q(time_zone=""),
                name="hub_has_a_time_zone",
                violation_error_message="Choose the zone in which the site lives; UTC if it lives nowhere.",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_to("editorial:hub")

    @classmethod
    def load(cls) -> HubSettings:
        """The one row, or unsaved defaults on a site without content."""
        (found,) = _the_one()
        return cls.of(found)

    @classmethod
    def of(cls, found: Iterable[HubSettings]) -> HubSettings:
        """What `load` returns, of rows that were fetched together with others."""
        return next(iter(found), None) or cls(name="LlamaHub", tagline="The reference on Meta’s Llama models")


class HubSectionQuerySet(ContentQuerySet["HubSection"]):
    def listed(self) -> Self:
        """The sections that readers see, in their order."""
        return self.filter(is_listed=True).order_by("position", "kind")


class SectionKind(models.TextChoices):
    WHATS_NEW = "whats-new", "What’s new"
    ACCOUNT = "account", "What Llama is"
    KEY_NUMBERS = "key-numbers", "Key numbers"
    OPEN_WEIGHT = "open-weight", "Open-weight note"
    PERSONAS = "personas", "Who it is for"
    FAMILY = "family", "The model family"
    TIMELINE = "timeline", "Timeline"
    DEPLOYMENT = "deployment", "Ways to run it"
    COVERAGE = "coverage", "Coverage"
    LICENSING = "licensing", "License quick reference"
    NOTICES = "notices", "Before you use AI"


class HubSection(WithProse, Content):
    """One section of the hub page: its heading and lead-in. Its rows come from the catalogue."""

    Kind = SectionKind
    natural_key_fields = ("kind",)
    prose_fields = ("body",)

    kind = models.CharField("section", max_length=14, choices=SectionKind, unique=True)
    title = models.CharField(max_length=100, help_text="The section’s heading.")
    standfirst = models.CharField(max_length=250, blank=True, help_text="One sentence under the heading.")
    body = models.TextField(
        blank=True,
        validators=[validate_markdown, validate_references],
        help_text="Markdown shown before the section’s entries. May be empty. " + REFERENCE_HELP,
    )
    position = models.PositiveSmallIntegerField("order", default=0, db_index=True)
    is_listed = models.BooleanField("shown to readers", default=True)

    objects = HubSectionQuerySet.as_manager()

    class Meta:
        ordering = ("position", "kind")
        constraints = (in_choices("kind", SectionKind, name="hub_section_kind_is_known"),)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{path_to('editorial:hub')}#{self.kind}"


@worded_once
def _the_one() -> tuple[models.QuerySet[Any], ...]:
    return (HubSettings.objects.the_one(),)
