"""The family: releases and their checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from models_catalog.finding import WordsIndex
from models_catalog.paging import Order

from .base import (
    Addressed,
    Content,
    ContentQuerySet,
    DatePrecision,
    Slugged,
    date_matches_precision,
    in_choices,
    is_positive,
    slug_is_not_reserved,
)
from .licensing import License

if TYPE_CHECKING:
    from .sources import Citation, Correction

RELEASE_RESERVED = frozenset({"compare"})
# What is not stated comes last: nothing that is stated is so little.
CONTEXT = Coalesce("context_tokens", 0, output_field=models.PositiveBigIntegerField())


class Modality(models.TextChoices):
    TEXT = "text", "text"
    CODE = "code", "code"
    IMAGE = "image", "image"


class Qualifier(models.TextChoices):
    """How a source words a number: “15T+”, “up to 9T”, “about 40T”."""

    EXACT = "exact", "exactly"
    ABOUT = "about", "about"
    AT_LEAST = "at_least", "at least"
    UP_TO = "up_to", "up to"


class ReleaseQuerySet(ContentQuerySet["Release"]):
    def listed(self) -> Self:
        """What readers may see: every public page, feed and export starts here."""
        return self.filter(is_listed=True)

    def oldest_first(self) -> Self:
        return Release.OLDEST_FIRST.apply(self)

    def newest_first(self) -> Self:
        return Release.NEWEST_FIRST.apply(self)

    def one_of_each_kind(self) -> Self:
        """One that readers may see of each combination of license and input, of which there are few."""
        return self.listed().order_by("license_id", "modalities_in").distinct("license_id", "modalities_in")

    def with_facts(self) -> Self:
        """With checkpoints, license, and the sources and corrections of every field."""
        return (
            self.select_related("license")
            .with_evidence()
            .prefetch_related(models.Prefetch("variants", Variant.objects.with_facts()))
        )

    def for_its_page(self) -> Self:
        """As ``with_facts``, and the releases that it has to do with."""
        relatives = Release.objects.listed().oldest_first()
        return self.with_facts().prefetch_related(
            models.Prefetch("based_on", relatives),
            models.Prefetch("derivatives", relatives),
        )


class ReleaseBranch(models.TextChoices):
    CORE = "core", "Core models"
    CODE = "code", "Code Llama"
    SAFEGUARD = "safeguard", "Llama Guard"


class ReleaseArchitecture(models.TextChoices):
    DENSE = "dense", "Dense transformer"
    DENSE_VISION = "dense_vision", "Dense transformer with vision adapter"
    MOE = "moe", "Mixture of experts, early fusion"


class ReleaseStatus(models.TextChoices):
    AVAILABLE = "available", "Available"
    RESEARCH = "research", "Research only"
    ANNOUNCED = "announced", "Announced, not released"


class Release(Content, Addressed):
    """One row of the family table."""

    Branch = ReleaseBranch
    Architecture = ReleaseArchitecture
    Status = ReleaseStatus
    NEWEST_FIRST: ClassVar = Order(("-released_on", "name"))
    OLDEST_FIRST: ClassVar = Order(("released_on", "name"))
    BY_CONTEXT: ClassVar = Order(("-context", "name"), {"context": CONTEXT})
    url_name = "models_catalog:release"
    reserved_slugs = RELEASE_RESERVED
    citable = (
        "released_on",
        "architecture",
        "context_tokens",
        "pretraining_tokens",
        "knowledge_cutoff",
        "modalities_in",
        "modalities_out",
        "languages",
        "status",
        "license",
        "based_on",
        "summary",
    )

    name = models.CharField(max_length=80, unique=True, help_text="As Meta writes it: “Llama 4 Scout”.")
    generation = models.CharField(max_length=8, help_text="The family’s generation: “3.1”.")
    branch = models.CharField(max_length=12, choices=ReleaseBranch, default=ReleaseBranch.CORE)
    summary = models.TextField(help_text="One or two sentences under the name on the release’s page and in lists.")
    released_on = models.DateField(
        help_text="The day of release; for a model that is only announced, the day of the announcement."
    )
    date_precision = models.CharField(max_length=8, choices=DatePrecision, default=DatePrecision.DAY)
    status = models.CharField(max_length=12, choices=ReleaseStatus)
    architecture = models.CharField(max_length=16, choices=ReleaseArchitecture)
    context_tokens = models.PositiveBigIntegerField(
        "context window",
        null=True,
        blank=True,
        help_text="In tokens, as the source gives it: 131072 for “128k”, 10000000 for “10M”. Empty if not stated.",
    )
    pretraining_tokens = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="In tokens: 15000000000000 for 15 trillion. Empty if not stated."
    )
    pretraining_qualifier = models.CharField(
        max_length=8, choices=Qualifier, default=Qualifier.EXACT, help_text="“15T+” is “at least” 15 trillion."
    )
    knowledge_cutoff = models.DateField(
        null=True, blank=True, help_text="First day of the month that the source names. Empty if not stated."
    )
    modalities_in = ArrayField(models.CharField(max_length=8, choices=Modality), verbose_name="input")
    modalities_out = ArrayField(models.CharField(max_length=8, choices=Modality), verbose_name="output")
    languages = ArrayField(
        models.CharField(max_length=40),
        blank=True,
        default=list,
        help_text="Officially supported languages, in English, separated by commas. Empty if the source names none.",
    )
    license = models.ForeignKey(
        License,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="releases",
        help_text="Empty for a model that is not released.",
    )
    based_on = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="derivatives",
        help_text="Earlier releases that this one was fine-tuned, distilled or pruned from.",
    )
    is_listed = models.BooleanField("shown to readers", default=True, db_index=True)

    objects = ReleaseQuerySet.as_manager()

    if TYPE_CHECKING:
        citations: models.Manager[Citation]
        corrections: models.Manager[Correction]
        variants: models.Manager[Variant]

    class Meta:
        ordering = ("-released_on", "name")
        constraints = (
            in_choices("branch", ReleaseBranch, name="release_branch_is_known"),
            in_choices("status", ReleaseStatus, name="release_status_is_known"),
            in_choices("architecture", ReleaseArchitecture, name="release_architecture_is_known"),
            in_choices("date_precision", DatePrecision, name="release_date_precision_is_known"),
            in_choices("pretraining_qualifier", Qualifier, name="release_pretraining_qualifier_is_known"),
            date_matches_precision("released_on", "date_precision", name="release_date_matches_its_precision"),
            is_positive("context_tokens", name="release_context_is_positive"),
            is_positive("pretraining_tokens", name="release_pretraining_is_positive"),
            models.CheckConstraint(
                condition=Q(knowledge_cutoff__isnull=True) | Q(knowledge_cutoff__day=1),
                name="release_cutoff_is_a_month",
                violation_error_message="A knowledge cut-off is a month: enter its first day, for example 2023-12-01.",
            ),
            models.CheckConstraint(
                condition=Q(knowledge_cutoff__isnull=True) | Q(knowledge_cutoff__lte=F("released_on")),
                name="release_cutoff_is_before_release",
                violation_error_message="The knowledge cut-off cannot lie after the release. Check both dates.",
            ),
            models.CheckConstraint(
                condition=Q(status="announced") | Q(license__isnull=False),
                name="released_models_have_a_license",
                violation_error_message="Choose the license: only a model that is announced and not released has none.",
            ),
            models.CheckConstraint(
                condition=Q(modalities_in__contained_by=Modality.values)
                & Q(modalities_out__contained_by=Modality.values)
                & Q(modalities_in__len__gt=0)
                & Q(modalities_out__len__gt=0),
                name="release_modalities_are_known",
                violation_error_message="Choose at least one input and one output, from text, code and image.",
            ),
            slug_is_not_reserved(RELEASE_RESERVED, name="release_address_is_not_reserved"),
        )
        indexes = (
            models.Index(fields=("-released_on", "name"), name="release_newest_first"),
            models.Index(fields=("branch", "-released_on", "name"), name="release_by_branch"),
            models.Index(fields=("generation", "-released_on", "name"), name="release_by_generation"),
            models.Index(fields=("context_tokens", "name"), name="release_by_context"),
            models.Index(CONTEXT.desc(), "name", name="release_longest_context"),
            # Which there are, without a look at the releases.
            models.Index(fields=("generation",), condition=Q(is_listed=True), name="release_listed_generations"),
            GinIndex(fields=("modalities_in",), name="release_by_input"),
            WordsIndex(words=("name", "slug", "generation", "summary"), name="release_words"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_multimodal(self) -> bool:
        """Takes something besides text (and code)."""
        return Modality.IMAGE in self.modalities_in


class VariantQuerySet(ContentQuerySet["Variant"]):
    def listed(self) -> Self:
        """Checkpoints of releases that readers may see."""
        return self.filter(release__is_listed=True)

    def of_newest_releases(self, count: int) -> Self:
        """Checkpoints of the newest releases that readers may see."""
        return self.filter(release__in=Release.objects.listed().newest_first().values("pk")[:count])

    def newest_first(self) -> Self:
        """By release, each with its release; within one by size, then by name."""
        return self.select_related("release").order_by(
            "-release__released_on", "release__name", "parameters_total", "name"
        )

    def with_facts(self) -> Self:
        """With the sources and corrections of every field."""
        return self.with_evidence()


class VariantKind(models.TextChoices):
    BASE = "base", "Base"
    INSTRUCT = "instruct", "Instruct"
    PYTHON = "python", "Python"
    SAFEGUARD = "safeguard", "Safeguard"


class VariantQuantization(models.TextChoices):
    """The number format of the published weights."""

    NONE = "none", "16-bit"
    UNSTATED = "unstated", "not stated"
    FP8 = "fp8", "FP8"
    INT8 = "int8", "Int8"
    INT4 = "int4", "Int4"
    QLORA_INT4 = "qlora_int4", "Int4 (QLoRA)"
    SPINQUANT_INT4 = "spinquant_int4", "Int4 (SpinQuant)"


class Variant(Content, Slugged):
    """One checkpoint of a release: a size, a tuning and a number format."""

    Kind = VariantKind
    Quantization = VariantQuantization
    citable = (
        "parameters_total",
        "parameters_active",
        "experts",
        "context_tokens",
        "pretraining_tokens",
        "knowledge_cutoff",
        "layers",
        "attention_heads",
        "kv_heads",
        "head_size",
        "vocabulary_size",
        "local_layers",
        "local_window",
        "repository_id",
        "quantization",
    )

    release = models.ForeignKey(Release, models.CASCADE, related_name="variants")
    name = models.CharField(max_length=120, unique=True, help_text="“Llama 3.1 8B Instruct”.")
    size_label = models.CharField(max_length=24, help_text="As Meta names the size: “8B”, “17B × 16 experts”.")
    kind = models.CharField(max_length=12, choices=VariantKind)
    quantization = models.CharField(
        "number format", max_length=16, choices=VariantQuantization, default=VariantQuantization.NONE
    )
    parameters_total = models.PositiveBigIntegerField(help_text="All parameters: 109000000000 for 109B.")
    parameters_qualifier = models.CharField(max_length=8, choices=Qualifier, default=Qualifier.EXACT)
    parameters_active = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Parameters used for each token; only for mixture-of-experts models."
    )
    experts = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Only for mixture-of-experts models.")
    context_tokens = models.PositiveBigIntegerField(
        "context window", null=True, blank=True, help_text="In tokens; only where it differs from the release."
    )
    pretraining_tokens = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="In tokens; only where it differs from the release."
    )
    knowledge_cutoff = models.DateField(
        null=True, blank=True, help_text="First day of the month; only where it differs from the release."
    )
    layers = models.PositiveSmallIntegerField(null=True, blank=True)
    attention_heads = models.PositiveSmallIntegerField(null=True, blank=True)
    kv_heads = models.PositiveSmallIntegerField("key-value heads", null=True, blank=True)
    head_size = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Numbers per attention head.")
    vocabulary_size = models.PositiveIntegerField(
        "vocabulary", null=True, blank=True, help_text="Tokens that the model knows: 128256 for Llama 3."
    )
    local_layers = models.PositiveSmallIntegerField(
        "layers with local attention",
        null=True,
        blank=True,
        help_text="How many of the layers see only a stretch of the text. Empty if every layer sees all of it.",
    )
    local_window = models.PositiveIntegerField(
        "local attention window", null=True, blank=True, help_text="In tokens: how long that stretch is."
    )
    repository_id = models.CharField(
        "repository",
        max_length=120,
        blank=True,
        help_text="Where Meta publishes it on Hugging Face: “meta-llama/Llama-3.1-8B-Instruct”. Empty if it is not published there.",
    )

    objects = VariantQuerySet.as_manager()

    if TYPE_CHECKING:
        citations: models.Manager[Citation]
        corrections: models.Manager[Correction]

    class Meta:
        verbose_name = "checkpoint"
        ordering = ("release", "parameters_total", "kind", "quantization", "slug")
        constraints = (
            in_choices("kind", VariantKind, name="variant_kind_is_known"),
            in_choices("quantization", VariantQuantization, name="variant_quantization_is_known"),
            in_choices("parameters_qualifier", Qualifier, name="variant_qualifier_is_known"),
            is_positive("parameters_total", name="variant_total_is_positive"),
            is_positive("parameters_active", name="variant_active_is_positive"),
            models.CheckConstraint(
                condition=Q(parameters_active__isnull=True) | Q(parameters_active__lte=F("parameters_total")),
                name="variant_active_is_at_most_total",
                violation_error_message="Active parameters cannot exceed the total. Check both numbers.",
            ),
            models.CheckConstraint(
                condition=Q(parameters_active__isnull=True, experts__isnull=True)
                | Q(parameters_active__isnull=False, experts__isnull=False, experts__gt=1),
                name="variant_experts_go_with_active",
                violation_error_message=(
                    "A mixture of experts has both an active parameter count and at least two experts; "
                    "a dense model has neither."
                ),
            ),
            is_positive("context_tokens", name="variant_context_is_positive"),
            is_positive("pretraining_tokens", name="variant_pretraining_is_positive"),
            is_positive("layers", name="variant_layers_is_positive"),
            is_positive("attention_heads", name="variant_attention_heads_is_positive"),
            is_positive("kv_heads", name="variant_kv_heads_is_positive"),
            is_positive("head_size", name="variant_head_size_is_positive"),
            is_positive("vocabulary_size", name="variant_vocabulary_is_positive"),
            is_positive("local_window", name="variant_local_window_is_positive"),
            models.CheckConstraint(
                condition=Q(local_layers__isnull=True, local_window__isnull=True)
                | Q(local_layers__isnull=False, local_layers__gt=0, local_window__isnull=False),
                name="variant_local_layers_go_with_a_window",
                violation_error_message="Layers with local attention and its window go together: enter both or neither.",
            ),
            models.CheckConstraint(
                condition=Q(local_layers__isnull=True) | Q(layers__isnull=False, local_layers__lte=F("layers")),
                name="variant_local_layers_are_layers",
                violation_error_message="There cannot be more layers with local attention than layers. Check both numbers.",
            ),
            models.CheckConstraint(
                condition=Q(kv_heads__isnull=True)
                | Q(attention_heads__isnull=True)
                | Q(kv_heads__lte=F("attention_heads")),
                name="variant_kv_heads_are_at_most_attention_heads",
                violation_error_message="There cannot be more key-value heads than attention heads.",
            ),
            models.CheckConstraint(
                condition=Q(knowledge_cutoff__isnull=True) | Q(knowledge_cutoff__day=1),
                name="variant_cutoff_is_a_month",
                violation_error_message="A knowledge cut-off is a month: enter its first day, for example 2023-12-01.",
            ),
            models.UniqueConstraint(
                fields=("repository_id",),
                condition=~Q(repository_id=""),
                name="one_variant_per_repository",
                violation_error_message="Another checkpoint already names this repository.",
            ),
        )
        indexes = (
            models.Index(fields=("release", "parameters_total", "kind"), name="variant_by_size"),
            models.Index(fields=("parameters_total",), name="variant_by_parameters"),
            WordsIndex(words=("name", "slug", "repository_id"), name="variant_words"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{self.release.get_absolute_url()}#{self.slug}"
