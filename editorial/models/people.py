"""What articles are about, who writes them, and for whom."""

from __future__ import annotations

from typing import ClassVar, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef

from models_catalog.addresses import path_to
from models_catalog.models import Addressed, Content, Release, UseCase
from models_catalog.models.base import ContentQuerySet, Slugged

M = TypeVar("M", bound="Topic | Author", covariant=True)


class _ReadQuerySet(ContentQuerySet[M]):
    # The lookup from an edition.
    of_edition: ClassVar[str]

    def with_articles(self) -> Self:
        """Those with an article that readers may see."""
        # By name: editions know topics and authors, so these cannot import them.
        live = apps.get_model("editorial", "Edition").objects.live()
        return self.filter(Exists(live.order_by().filter(**{self.of_edition: OuterRef("pk")})))


class TopicQuerySet(_ReadQuerySet["Topic"]):
    of_edition = "article__topic"


class AuthorQuerySet(_ReadQuerySet["Author"]):
    of_edition = "article__authors"


class Topic(Content, Addressed):
    """A subject that articles belong to."""

    url_name = "editorial:topic"

    name = models.CharField(max_length=80, unique=True)
    description = models.CharField(max_length=300, help_text="One or two sentences at the head of the topic’s page.")
    position = models.PositiveSmallIntegerField("order", default=0, db_index=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ("position", "slug")

    def __str__(self) -> str:
        return self.name


class Author(Content, Addressed):
    """Who signs an article: a person, or the desk."""

    url_name = "editorial:author"

    name = models.CharField(max_length=80, unique=True)
    bio = models.TextField(blank=True, help_text="A few plain sentences on the author’s page.")
    user = models.OneToOneField(
        "auth.User", models.SET_NULL, null=True, blank=True, related_name="author", help_text="Their account, if any."
    )

    objects = AuthorQuerySet.as_manager()

    class Meta:
        ordering = ("name", "slug")

    def __str__(self) -> str:
        return self.name


class Persona(Content, Slugged):
    """A kind of reader, what they come for, and where the hub answers it."""

    name = models.CharField(max_length=80, unique=True)
    needs = models.TextField(help_text="What this reader comes for, in one or two plain sentences.")
    position = models.PositiveSmallIntegerField("order", default=0, db_index=True)
    releases = models.ManyToManyField(Release, blank=True, related_name="personas", help_text="Releases to start from.")
    use_cases = models.ManyToManyField(
        UseCase, blank=True, related_name="personas", help_text="License questions that this reader has."
    )
    articles = models.ManyToManyField(
        "editorial.Article", blank=True, related_name="personas", help_text="Articles to read first."
    )

    objects = ContentQuerySet.as_manager()

    class Meta:
        ordering = ("position", "slug")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{path_to('editorial:hub')}#{self.slug}"
