"""What every row of content has in common."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.apps import apps
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from models_catalog.addresses import path_to

validate_slug = RegexValidator(
    r"^[a-z0-9]+(-[a-z0-9]+)*\Z",
    "Use lower-case letters, digits and single hyphens, for example “llama-4-scout”.",
)

M = TypeVar("M", bound="Content", covariant=True)


class ContentQuerySet(models.QuerySet[M]):
    """Looks rows up by their natural key, so that fixtures need no numbers."""

    def get_by_natural_key(self, *values: str) -> M:
        lookups = self.model.natural_key_fields
        return self.get(**dict(zip(lookups, values, strict=True)))

    def with_evidence(self) -> Self:
        """With what vouches for every field: citations, their sources and when each is due; and corrections."""
        # By name: citations know every kind of entry, so no kind of entry can import them.
        citations = apps.get_model("models_catalog", "Citation").objects.for_reading()
        return self.prefetch_related(models.Prefetch("citations", citations), "corrections")


class Content(models.Model):
    """A row that editors keep and readers see.

    ``natural_key_fields`` names the lookups (``"slug"``, ``"license__slug"``)
    that identify a row across databases.
    """

    natural_key_fields: ClassVar[tuple[str, ...]] = ("slug",)
    # The fields that a citation or a correction may be about.
    citable: ClassVar[tuple[str, ...]] = ()

    # Defaults in the database, so that fixtures and SQL may leave them out.
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now(), editable=False)

    class Meta:
        abstract = True

    def natural_key(self) -> tuple[str, ...]:
        values = []
        for lookup in self.natural_key_fields:
            value: Any = self
            for attribute in lookup.split("__"):
                value = getattr(value, attribute)
            values.append(str(value))
        return tuple(values)


class Addressed(models.Model):
    """A row with a page of its own, whose slug is the last part of a permanent address.

    ``loaded_slug`` is the slug as it was read; when it differs on saving,
    `redirects` leaves a redirect from the old address.
    """

    url_name: ClassVar[str]

    slug = models.CharField(
        "address",
        max_length=80,
        unique=True,
        validators=[validate_slug],
        help_text="Last part of the page’s address. Changing it leaves a redirect from the old one.",
    )

    loaded_slug: str | None = None

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **options: Any) -> Self:
        # Passed through as they come: the arguments are Django’s own and grow with its versions.
        instance = super().from_db(db, field_names, values, **options)
        instance.loaded_slug = instance.__dict__.get("slug")
        return instance

    @classmethod
    def path_of(cls, slug: str) -> str:
        return path_to(cls.url_name, slug)

    def get_absolute_url(self) -> str:
        return self.path_of(self.slug)


class Slugged(models.Model):
    """A row named by a slug that is not a page of its own."""

    slug = models.CharField(
        "short name",
        max_length=80,
        unique=True,
        validators=[validate_slug],
        help_text="Names the entry in links, anchors and exports.",
    )

    class Meta:
        abstract = True


class DatePrecision(models.TextChoices):
    """How much of a stored date is known. A month or year is stored as its first day."""

    DAY = "day", "the day"
    MONTH = "month", "the month only"
    YEAR = "year", "the year only"


def slug_is_not_reserved(reserved: frozenset[str], *, name: str) -> models.CheckConstraint:
    """The slug would hide another page of the site."""
    return models.CheckConstraint(
        condition=~Q(slug__in=sorted(reserved)),
        name=name,
        violation_error_message="This address belongs to another page of the site. Choose a different one.",
    )


def date_matches_precision(field: str, precision: str, *, name: str) -> models.CheckConstraint:
    """A date known only by month or year is stored as the first day of it."""
    return models.CheckConstraint(
        condition=(
            Q(**{f"{field}__isnull": True})
            | Q(**{precision: DatePrecision.DAY})
            | Q(**{precision: DatePrecision.MONTH, f"{field}__day": 1})
            | Q(**{precision: DatePrecision.YEAR, f"{field}__day": 1, f"{field}__month": 1})
        ),
        name=name,
        violation_error_message=(
            "A date known only by its month or year is entered as the first day of it "
            "(for example 2023-02-01 with “the month only”)."
        ),
    )


def is_positive(field: str, *, name: str) -> models.CheckConstraint:
    """The number, where given, is above zero."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gt": 0}),
        name=name,
        violation_error_message=f"{field.replace('_', ' ').capitalize()} must be above zero, or empty if unknown.",
    )


def in_choices(field: str, choices: type[models.TextChoices], *, name: str) -> models.CheckConstraint:
    """The value is one of the choices, also for SQL and imports."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": choices.values}),
        name=name,
        violation_error_message=f"Choose one of the listed values for {field.replace('_', ' ')}.",
    )
