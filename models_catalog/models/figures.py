"""Headline numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from models_catalog.addresses import path_to

from .base import Content, ContentQuerySet, Slugged, in_choices
from .releases import Qualifier

if TYPE_CHECKING:
    from .sources import Citation, Correction


class KeyFigureQuerySet(ContentQuerySet["KeyFigure"]):
    def headlines(self) -> Self:
        """For “Key numbers” on the hub."""
        return self.filter(is_headline=True)

    def with_facts(self) -> Self:
        return self.with_evidence()


class KeyFigure(Content, Slugged):
    """One headline number, with what exactly it measures and as of when."""

    citable = ("value", "measures", "as_of")

    label = models.CharField(max_length=100, unique=True, help_text="What the number is, in a few words.")
    value = models.DecimalField(
        max_digits=20, decimal_places=2, help_text="The number itself: 3270000000 for 3.27 billion."
    )
    qualifier = models.CharField(max_length=8, choices=Qualifier, default=Qualifier.EXACT)
    unit = models.CharField(max_length=60, help_text="Of what: “people a day”, “tokens”, “parameters”.")
    measures = models.TextField(help_text="What exactly it counts and what it does not, in a sentence or two.")
    as_of = models.DateField(help_text="The day or period end that the number holds for.")
    position = models.PositiveSmallIntegerField("order", default=0, db_index=True)
    is_headline = models.BooleanField("on the hub", default=True)

    objects = KeyFigureQuerySet.as_manager()

    if TYPE_CHECKING:
        citations: models.Manager[Citation]
        corrections: models.Manager[Correction]

    class Meta:
        ordering = ("position", "slug")
        constraints = (in_choices("qualifier", Qualifier, name="figure_qualifier_is_known"),)

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return f"{path_to('models_catalog:figures')}#{self.slug}"
