"""What the memory of running a model is held against: machines, and figures that others published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from models_catalog.addresses import path_to

from .base import Content, ContentQuerySet, Slugged, in_choices, is_positive
from .releases import Variant

if TYPE_CHECKING:
    from .sources import Citation, Correction


class WeightFormat(models.TextChoices):
    """How the weights are stored in memory. `memory.formulas` says what each costs."""

    BITS16 = "16-bit", "16-bit"
    BITS8 = "8-bit", "8-bit"
    BITS4 = "4-bit", "4-bit"
    FP8_MIXED = "fp8-mixed", "FP8 by Meta’s recipe"
    INT4_MIXED = "int4-mixed", "Int4 by Meta’s recipe"
    INT8 = "int8", "Int8 as published"
    INT4 = "int4", "Int4 as published"
    SPINQUANT = "spinquant", "Int4 (SpinQuant) as published"
    QLORA = "qlora", "Int4 (QLoRA) as published"


class Machine(Content, Slugged):
    """A class of machine: round, nominal sizes, no claim about a product, and so nothing to cite."""

    name = models.CharField(max_length=80, unique=True, help_text="A class, no product: “Laptop with 16 GB”.")
    memory_gb = models.PositiveIntegerField(
        "memory of one device",
        help_text="As it is sold, in GB. Memory sold as 24 GB holds 24 × 2³⁰ bytes; the page counts it so.",
    )
    devices = models.PositiveSmallIntegerField(
        default=1, help_text="How many such devices share the model: 8 for 8 × 80 GB."
    )
    usable_percent = models.PositiveSmallIntegerField(
        "usable share",
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Percent of the memory that a model may take: about 65 to 75 where the system shares it, 90 on a card of its own.",
    )
    position = models.PositiveSmallIntegerField("order", default=0, db_index=True)

    objects = ContentQuerySet["Machine"].as_manager()

    class Meta:
        ordering = ("position", "slug")
        constraints = (
            is_positive("memory_gb", name="machine_memory_is_positive"),
            is_positive("devices", name="machine_devices_are_positive"),
            models.CheckConstraint(
                condition=Q(usable_percent__gte=1, usable_percent__lte=100),
                name="machine_usable_share_is_a_percentage",
                violation_error_message="The usable share is a percentage from 1 to 100.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class PublishedKind(models.TextChoices):
    WEIGHTS = "weights", "Size of the weights"
    CACHE = "cache", "Key-value cache"
    RUNNING = "running", "Memory while running"
    DEVICES = "devices", "Accelerators needed"


class MemoryUnit(models.TextChoices):
    """What one unit of a published number is; sources write MB and GB for both kinds."""

    MB = "MB", "MB (10⁶ bytes)"
    GB = "GB", "GB (10⁹ bytes)"
    MIB = "MiB", "MiB (2²⁰ bytes)"
    GIB = "GiB", "GiB (2³⁰ bytes)"

    @property
    def size(self) -> int:
        """In bytes."""
        return {"MB": 10**6, "GB": 10**9, "MiB": 2**20, "GiB": 2**30}[self.value]


class PublishedMemoryQuerySet(ContentQuerySet["PublishedMemory"]):
    def listed(self) -> Self:
        """About checkpoints that readers may see, with the checkpoint and its release."""
        return self.filter(variant__release__is_listed=True).select_related("variant__release")


class PublishedMemory(Content, Slugged):
    """A memory figure that the publisher of a model gives, for our estimate to be held against."""

    Kind = PublishedKind
    Unit = MemoryUnit
    citable = ("value",)

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="published_memory", verbose_name="checkpoint")
    weight_format = models.CharField("format of the weights", max_length=12, choices=WeightFormat)
    kind = models.CharField(max_length=8, choices=PublishedKind)
    value = models.DecimalField(
        max_digits=9,
        decimal_places=3,
        help_text="The number as the source has it. For accelerators needed: the memory of one of them.",
    )
    unit = models.CharField(
        max_length=3,
        choices=MemoryUnit,
        help_text="What the number counts, whatever letters the source uses. Say in the citation’s note how one can tell.",
    )
    devices = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many accelerators the source says it takes; only for that kind."
    )
    context_tokens = models.PositiveBigIntegerField(
        "context", null=True, blank=True, help_text="In tokens, if the source says how long the text was."
    )
    position = models.PositiveSmallIntegerField("order", default=0, db_index=True)

    objects = PublishedMemoryQuerySet.as_manager()

    if TYPE_CHECKING:
        citations: models.Manager[Citation]
        corrections: models.Manager[Correction]

    class Meta:
        verbose_name = "published memory figure"
        ordering = ("position", "slug")
        constraints = (
            in_choices("weight_format", WeightFormat, name="published_memory_format_is_known"),
            in_choices("kind", PublishedKind, name="published_memory_kind_is_known"),
            in_choices("unit", MemoryUnit, name="published_memory_unit_is_known"),
            is_positive("value", name="published_memory_is_positive"),
            is_positive("context_tokens", name="published_memory_context_is_positive"),
            models.CheckConstraint(
                # SQL lets a comparison with nothing pass, so it is asked for by name.
                condition=Q(kind="devices", devices__isnull=False, devices__gt=0)
                | (~Q(kind="devices") & Q(devices__isnull=True)),
                name="published_memory_counts_devices_where_it_should",
                violation_error_message="Enter how many accelerators for “accelerators needed”, and for nothing else.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="cache") | Q(context_tokens__isnull=False),
                name="published_cache_has_a_context",
                violation_error_message="The size of a cache means nothing without its context: enter the tokens.",
            ),
        )

    @property
    def weight_format_choice(self) -> WeightFormat:
        return WeightFormat(self.weight_format)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.variant}, {self.get_weight_format_display()}"

    def get_absolute_url(self) -> str:
        return f"{path_to('models_catalog:run')}#{self.slug}"
