"""How long a fact may go unchecked before its readers and editors are told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .base import Content, ContentQuerySet, in_choices
from .kinds import FACT_MODELS, FactKind

LONGEST_DAYS = 3650


class CheckIntervalQuerySet(ContentQuerySet["CheckInterval"]):
    def for_fact(self, kind: models.OuterRef, field: models.OuterRef) -> CheckIntervalQuerySet:
        """The one interval that holds for a field of a kind: its own before the kind’s."""
        return self.filter(Q(field=field) | Q(field=""), about=kind).order_by("-field")[:1]


def _field_is_of_its_kind() -> Q:
    of_each_kind = Q(field="")
    for arc, model in FACT_MODELS.items():
        of_each_kind |= Q(about=arc, field__in=model.citable)
    return of_each_kind


class CheckInterval(Content):
    """After how many days facts of one kind are due for another look.

    A row without a field holds for every fact of its kind that has no row of
    its own. A kind without a row never becomes due.
    """

    Kind = FactKind
    natural_key_fields = ("about", "field")

    about = models.CharField("kind of entry", max_length=20, choices=FactKind)
    field = models.CharField(
        max_length=40,
        blank=True,
        help_text="Which fact of these entries. Empty: all of their facts that have no interval of their own.",
    )
    days = models.PositiveSmallIntegerField(
        help_text="A fact that nobody has compared with its source for so many days is marked for readers "
        "as due for a new check, and enters the editors’ queue."
    )

    objects = CheckIntervalQuerySet.as_manager()

    class Meta:
        ordering = ("about", "field")
        constraints = (
            models.UniqueConstraint(
                fields=("about", "field"),
                name="one_check_interval_per_kind_of_fact",
                violation_error_message="These facts already have an interval. Edit that one instead.",
            ),
            in_choices("about", FactKind, name="check_interval_kind_is_known"),
            models.CheckConstraint(
                condition=_field_is_of_its_kind(),
                name="check_interval_field_belongs_to_its_kind",
                violation_error_message="Choose a fact that this kind of entry has, or none.",
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=LONGEST_DAYS),
                name="check_interval_is_between_a_day_and_ten_years",
                violation_error_message=f"Enter a number of days between 1 and {LONGEST_DAYS:,}.",
            ),
        )

    def __str__(self) -> str:
        fact = f": {self.field}" if self.field else ""
        return f"{FactKind(self.about).label}{fact}: {self.days} days"
