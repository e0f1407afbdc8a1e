"""The practical questions that readers ask of a license."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from models_catalog.addresses import path_to

from .base import Content, ContentQuerySet, Slugged, in_choices
from .circumstances import Circumstances, are_known, names_any


class UseCaseRole(models.TextChoices):
    QUESTION = "question", "a question, shown in the matrix only"
    ACTIVITY = "activity", "something a reader does: offered by the checker"
    CIRCUMSTANCE = "circumstance", "something a reader is: changes the checker’s answers"


class ActivityGroup(models.TextChoices):
    USE = "use", "Use it"
    CHANGE = "change", "Change it"
    PASS_ON = "pass_on", "Pass it on"
    OUTPUTS = "outputs", "Use what it writes"
    FIELDS = "fields", "Special fields"


class UseCaseQuerySet(ContentQuerySet["UseCase"]):
    def activities(self) -> Self:
        """What the checker offers, in its order."""
        return self.filter(role=UseCaseRole.ACTIVITY)


class UseCase(Content, Slugged, Circumstances):
    """One practical question that a reader asks of a license.

    To the checker a question is either an activity (“fine-tune it”), about
    which each license has a rule, or a circumstance (“based in the European
    Union”), whose rule is weighed against that of every activity. What is said
    in the ``only_…`` fields is whom the question concerns.
    """

    Role = UseCaseRole
    Group = ActivityGroup
    question = models.CharField(
        max_length=160, unique=True, help_text="In plain words: “May I sell a product built on it?”"
    )
    label = models.CharField(max_length=60, unique=True, help_text="Short form for table rows: “Sell a product”.")
    explanation = models.TextField(blank=True, help_text="What the question covers and what it does not.")
    position = models.PositiveSmallIntegerField("order", default=0, db_index=True)
    is_headline = models.BooleanField(
        "on the hub", default=False, help_text="Shown in the quick reference on the hub page."
    )
    role = models.CharField(
        "in the checker", max_length=12, choices=UseCaseRole, default=UseCaseRole.QUESTION, db_default="question"
    )
    wording = models.CharField(
        "words in the checker",
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text="An activity completes “I want to …”: “Fine-tune it on my own data”. "
        "A circumstance says it of the reader: “You are above the user threshold”.",
    )
    group = models.CharField(
        "group of activities", max_length=12, choices=ActivityGroup, blank=True, default="", db_default=""
    )
    by_end_user = models.BooleanField(
        "an end user does this too",
        default=False,
        db_default=False,
        help_text="For activities that need no more than a finished product: “Sell what it writes”.",
    )
    lifts = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lifted_by",
        limit_choices_to={"role": UseCaseRole.CIRCUMSTANCE},
        help_text="For a circumstance that spares readers another one: under a license that says “Allowed” to this, "
        "that other circumstance does not count.",
    )

    objects = UseCaseQuerySet.as_manager()

    if TYPE_CHECKING:
        lifts_id: int | None

    class Meta:
        ordering = ("position", "slug")
        constraints = (
            in_choices("role", UseCaseRole, name="use_case_role_is_known"),
            are_known(name="use_case_circumstances_are_known"),
            models.CheckConstraint(
                condition=models.Q(role="question", wording="") | (~models.Q(role="question") & ~models.Q(wording="")),
                name="use_case_has_words_for_the_checker",
                violation_error_message="An activity or a circumstance needs words for the checker; "
                "a question for the matrix only has none.",
            ),
            models.UniqueConstraint(
                fields=("wording",),
                condition=~models.Q(wording=""),
                name="wordings_are_told_apart",
                violation_error_message="Another use case has these words in the checker. Word one of them otherwise.",
            ),
            models.CheckConstraint(
                condition=models.Q(role="activity", group__in=ActivityGroup.values)
                | (~models.Q(role="activity") & models.Q(group="")),
                name="activity_has_a_group",
                violation_error_message="An activity belongs to a group of the checker’s form; nothing else does.",
            ),
            models.CheckConstraint(
                condition=models.Q(role="activity") | models.Q(by_end_user=False),
                name="only_activities_are_done",
                violation_error_message="Only an activity is done by an end user.",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="circumstance") | names_any(),
                name="circumstance_says_whom_it_concerns",
                violation_error_message="Say whom the circumstance concerns: fill in at least one of the fields below.",
            ),
            models.CheckConstraint(
                condition=models.Q(lifts__isnull=True)
                | (models.Q(role="circumstance") & ~models.Q(lifts=models.F("id"))),
                name="only_circumstances_lift_another",
                violation_error_message="Only a circumstance can spare readers another circumstance, and not itself.",
            ),
        )

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        return f"{path_to('models_catalog:licensing')}#{self.slug}"
