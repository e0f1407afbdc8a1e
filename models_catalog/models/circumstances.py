"""Whom a question of licensing concerns: the few properties of a reader that a license text may look at."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Who(models.TextChoices):
    PERSON = "person", "a person"
    COMPANY = "company", "a company or other organization"


class Region(models.TextChoices):
    """Licenses draw two lines: around the European Union, and around the EEA with Switzerland."""

    EU = "eu", "based in the European Union"
    OUTSIDE_EU = "outside_eu", "based outside the European Union"
    EEA = "eea", "based in the EEA or Switzerland"


class ModelKind(models.TextChoices):
    TEXT = "text", "text-only models"
    MULTIMODAL = "multimodal", "multimodal models"


class Users(models.TextChoices):
    ABOVE = "above", "above the license’s user threshold"
    WITHIN = "within", "not above it"


class Got(models.TextChoices):
    MODEL = "model", "who have the model itself"
    PRODUCT = "product", "who received it inside a finished product"
    END_USE = "end_use", "who do what an end user of a finished product does"


def _only(label: str, choices: type[models.TextChoices], help_text: str = "") -> models.CharField[str, str]:
    return models.CharField(
        label, max_length=12, choices=choices, blank=True, default="", db_default="", help_text=help_text
    )


class Circumstances(models.Model):
    """Empty means that it does not matter; what is filled in must all be true of the reader."""

    only_who = _only("only for", Who)
    only_place = _only("only if", Region)
    only_model = _only("only with", ModelKind)
    only_users = _only("only with users", Users, "Counted as the license says, against the threshold in its terms.")
    only_got = _only("only for those", Got)

    class Meta:
        abstract = True


CIRCUMSTANCES: dict[str, type[models.TextChoices]] = {
    "only_who": Who,
    "only_place": Region,
    "only_model": ModelKind,
    "only_users": Users,
    "only_got": Got,
}


def are_known(*, name: str) -> models.CheckConstraint:
    """Each column is empty or one of its choices, also for SQL and imports."""
    condition = Q()
    for field, choices in CIRCUMSTANCES.items():
        condition &= Q(**{f"{field}__in": ["", *choices.values]})
    return models.CheckConstraint(
        condition=condition, name=name, violation_error_message="Choose one of the listed circumstances, or none."
    )


def names_any() -> Q:
    """At least one column is filled in."""
    condition = Q()
    for field in CIRCUMSTANCES:
        condition |= ~Q(**{field: ""})
    return condition
