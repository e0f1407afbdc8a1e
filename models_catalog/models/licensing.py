"""License texts by version, and what each allows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import models

from .base import (
    Addressed,
    Content,
    ContentQuerySet,
    DatePrecision,
    date_matches_precision,
    in_choices,
    is_positive,
    slug_is_not_reserved,
)
from .use_cases import UseCase, UseCaseRole

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from .sources import Citation, Correction

LICENSE_RESERVED = frozenset({"check"})


class LicenseQuerySet(ContentQuerySet["License"]):
    def oldest_first(self) -> Self:
        return self.order_by("effective_on", "slug")

    def newest(self) -> License | None:
        """The version that applies to the newest releases."""
        return self.newest_first().first()

    def newest_first(self) -> Self:
        return self.order_by("-effective_on", "slug")

    def with_facts(self) -> Self:
        """With the sources and corrections of every field, for showing."""
        return self.with_evidence()


class License(Content, Addressed):
    """One license text, by version."""

    url_name = "models_catalog:license"
    citable = (
        "effective_on",
        "licensor",
        "licensor_eea",
        "user_threshold",
        "threshold_measured",
        "display_text",
        "name_prefix",
        "notice_text",
        "governing_law",
        "summary",
    )

    name = models.CharField(max_length=120, unique=True, help_text="For example “Llama 4 Community License Agreement”.")
    version = models.CharField(
        max_length=12, unique=True, help_text="Short form for table headings, for example “3.1”."
    )
    effective_on = models.DateField("version date", help_text="The version release date that the text names.")
    date_precision = models.CharField(max_length=8, choices=DatePrecision, default=DatePrecision.DAY)
    url = models.URLField("text of the license", max_length=500)
    acceptable_use_url = models.URLField("acceptable use policy", max_length=500, blank=True)
    summary = models.TextField(help_text="Two or three plain sentences: what this version lets people do.")
    user_threshold = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="Monthly active users above which Meta must be asked. Empty if the text names none.",
    )
    threshold_measured = models.CharField(
        max_length=250, blank=True, help_text="When and over whom the users are counted, in plain words."
    )
    licensor = models.CharField(max_length=120, help_text="Who grants the license.")
    licensor_eea = models.CharField(
        "licensor in the EEA and Switzerland", max_length=120, blank=True, help_text="Where it differs by region."
    )
    display_text = models.CharField(
        "text to display",
        max_length=120,
        blank=True,
        help_text="For example “Built with Llama”. Empty if none is asked for.",
    )
    name_prefix = models.CharField(
        "model names begin with",
        max_length=40,
        blank=True,
        help_text="What a derivative’s name must begin with. Empty if nothing.",
    )
    notice_text = models.TextField("notice file", blank=True, help_text="The notice that copies must carry.")
    governing_law = models.CharField(max_length=120, blank=True)

    objects = LicenseQuerySet.as_manager()

    if TYPE_CHECKING:
        citations: models.Manager[Citation]
        corrections: models.Manager[Correction]

    class Meta:
        ordering = ("effective_on", "slug")
        constraints = (
            is_positive("user_threshold", name="license_user_threshold_is_positive"),
            in_choices("date_precision", DatePrecision, name="license_date_precision_is_known"),
            date_matches_precision("effective_on", "date_precision", name="license_date_matches_its_precision"),
            slug_is_not_reserved(LICENSE_RESERVED, name="license_address_is_not_reserved"),
        )
        indexes = (models.Index(fields=("effective_on", "slug"), name="license_oldest_first"),)

    def __str__(self) -> str:
        return self.name

    @property
    def counted_month(self) -> date | None:
        """First day of the month whose users count: the calendar month before the version date. None without a threshold."""
        if self.user_threshold is None:
            return None
        return (self.effective_on.replace(day=1) - timedelta(days=1)).replace(day=1)


class LicenseRuleQuerySet(ContentQuerySet["LicenseRule"]):
    def for_check(self, activities: Collection[str]) -> Self:
        """What the checker weighs: the rules on these activities (slugs) and on every circumstance, in all versions."""
        asked = models.Q(use_case__slug__in=activities, use_case__role=UseCaseRole.ACTIVITY)
        return self.with_subjects().filter(asked | models.Q(use_case__role=UseCaseRole.CIRCUMSTANCE))

    def with_subjects(self) -> Self:
        return self.select_related("license", "use_case")

    def with_facts(self) -> Self:
        """With the sources and corrections of every field, for showing."""
        return self.with_subjects().with_evidence()


class RuleVerdict(models.TextChoices):
    ALLOWED = "allowed", "Allowed"
    CONDITIONS = "conditions", "Allowed with conditions"
    ASK_META = "ask_meta", "Ask Meta"
    PROHIBITED = "prohibited", "Prohibited"
    NOT_COVERED = "not_covered", "Not covered"


class LicenseRule(Content):
    """What one license version says to one use case."""

    Verdict = RuleVerdict
    natural_key_fields = ("use_case__slug", "license__slug")
    citable = ("verdict",)

    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="rules")
    license = models.ForeignKey(License, models.CASCADE, related_name="rules")
    verdict = models.CharField(max_length=12, choices=RuleVerdict)
    conditions = models.TextField(
        blank=True, help_text="What the reader must do or mind, in plain words. Needed unless the verdict is “Allowed”."
    )
    caveat = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="Added to the conditions wherever the reader is unknown: what is different for some. "
        "The checker asks who the reader is and leaves it out.",
    )
    clause = models.CharField(
        max_length=80,
        blank=True,
        help_text="Where the text says so: “§1.b.i”; several with semicolons. Needed unless the text is silent.",
    )
    next_step = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="What the checker advises to do next. Empty: what it advises for such a verdict anyway.",
    )

    objects = LicenseRuleQuerySet.as_manager()

    if TYPE_CHECKING:
        citations: models.Manager[Citation]
        corrections: models.Manager[Correction]

    class Meta:
        ordering = ("use_case__position", "use_case__slug", "license__effective_on")
        constraints = (
            models.UniqueConstraint(
                fields=("use_case", "license"),
                name="one_rule_per_use_case_and_license",
                violation_error_message="This license already has a rule for this use case. Edit that one instead.",
            ),
            in_choices("verdict", RuleVerdict, name="rule_verdict_is_known"),
            models.CheckConstraint(
                condition=models.Q(verdict="allowed") | ~models.Q(conditions=""),
                name="rule_states_its_conditions",
                violation_error_message="Say in “conditions” what the reader must do or mind: only “Allowed” needs none.",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict="not_covered") | ~models.Q(clause=""),
                name="rule_names_its_clause",
                violation_error_message="Name the clause that says so: only “Not covered” needs none.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.use_case} {self.license.version}: {self.get_verdict_display()}"

    def get_absolute_url(self) -> str:
        return f"{self.license.get_absolute_url()}#{self.use_case.slug}"

    @property
    def general_conditions(self) -> str:
        """The conditions as they are shown to a reader of whom nothing is known."""
        return " ".join(filter(None, (self.conditions, self.caveat)))
