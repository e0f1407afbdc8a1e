"""The ways to run the models, and who offers each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from models_catalog.addresses import path_to

from .base import Content, ContentQuerySet, Slugged
from .releases import Release

if TYPE_CHECKING:
    from .sources import Citation, Correction


class DeploymentOptionQuerySet(ContentQuerySet["DeploymentOption"]):
    def with_providers(self) -> Self:
        """With who offers each, which releases they serve, and the sources of it all."""
        return self.with_evidence().prefetch_related(models.Prefetch("providers", Provider.objects.with_facts()))

    def with_served_releases(self) -> Self:
        """With who offers each and which releases they serve; their sources are attached with those of the page."""
        served = models.Prefetch("releases", Release.objects.listed().newest_first())
        return self.prefetch_related(models.Prefetch("providers", Provider.objects.prefetch_related(served)))


class DeploymentOption(Content, Slugged):
    """One way to run Llama."""

    citable = ("summary", "conditions")

    name = models.CharField(max_length=80, unique=True)
    summary = models.TextField(help_text="Two to four sentences: what it means and whom it suits. Plain text.")
    conditions = models.TextField(
        help_text="What holds and what does not: limits, license conditions, what leaves the machine."
    )
    position = models.PositiveSmallIntegerField("order", default=0, db_index=True)

    objects = DeploymentOptionQuerySet.as_manager()

    if TYPE_CHECKING:
        citations: models.Manager[Citation]
        corrections: models.Manager[Correction]
        providers: models.Manager[Provider]

    class Meta:
        ordering = ("position", "slug")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{path_to('models_catalog:run')}#{self.slug}"


class ProviderQuerySet(ContentQuerySet["Provider"]):
    def with_facts(self) -> Self:
        """With the releases served, and the sources and corrections of every field."""
        return self.with_evidence().prefetch_related(
            models.Prefetch("releases", Release.objects.listed().newest_first())
        )


class Provider(Content, Slugged):
    """A company or project that offers Llama in one of the ways."""

    citable = ("releases", "note")

    name = models.CharField(max_length=80, unique=True)
    url = models.URLField("web address", max_length=500, help_text="The provider’s own page about Llama.")
    option = models.ForeignKey(DeploymentOption, models.PROTECT, related_name="providers", verbose_name="way to run")
    note = models.TextField(blank=True, help_text="One or two sentences: what they offer. Plain text.")
    releases = models.ManyToManyField(
        Release, blank=True, related_name="providers", help_text="Releases that the provider’s documentation names."
    )
    position = models.PositiveSmallIntegerField("order", default=0)

    objects = ProviderQuerySet.as_manager()

    if TYPE_CHECKING:
        citations: models.Manager[Citation]
        corrections: models.Manager[Correction]

    class Meta:
        ordering = ("option", "position", "name")
        indexes = (models.Index(fields=("option", "position", "name"), name="provider_by_option"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{path_to('models_catalog:run')}#{self.slug}"
