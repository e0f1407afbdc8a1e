"""The house’s own words."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from models_catalog.models import Content
from models_catalog.models.base import ContentQuerySet, Slugged


class StyleRule(Content, Slugged):
    """Avoid one wording, prefer another, because; with phrases in which it is right."""

    avoid = models.CharField(max_length=80, unique=True, help_text="The wording to avoid: “open-source”.")
    prefer = models.CharField(max_length=80, help_text="What to write instead: “open-weight”.")
    because = models.TextField(help_text="Why, in a sentence that an author will accept.")
    exceptions = ArrayField(
        models.CharField(max_length=120),
        blank=True,
        default=list,
        help_text="Phrases in which the wording is right, separated by commas: “Open Source Initiative”.",
    )

    objects = ContentQuerySet.as_manager()

    class Meta:
        ordering = ("avoid",)

    def __str__(self) -> str:
        return f"{self.avoid} → {self.prefer}"
