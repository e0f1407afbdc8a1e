"""Terms explained."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from models_catalog.addresses import path_to
from models_catalog.models import Content
from models_catalog.models.base import ContentQuerySet, Slugged


class GlossaryTermQuerySet(ContentQuerySet["GlossaryTerm"]):
    def alphabetical(self) -> Self:
        """As a reader looks them up: without regard to capitals, whatever the database’s collation."""
        return self.order_by(Lower("term"))


def addresses(terms: Iterable[GlossaryTerm]) -> dict[str, str]:
    """Every spelling of every term with the address of its entry, for linking prose."""
    return {spelling: term.get_absolute_url() for term in terms for spelling in (term.term, *term.aliases)}


class GlossaryTerm(Content, Slugged):
    """A term, explained once; its first use in an article links here."""

    term = models.CharField(max_length=80, unique=True)
    definition = models.TextField(help_text="Two to four plain sentences.")
    aliases = ArrayField(
        models.CharField(max_length=80),
        blank=True,
        default=list,
        help_text="Other spellings that link here too, separated by commas: “MoE”.",
    )
    see_also = models.ManyToManyField("self", blank=True)

    objects = GlossaryTermQuerySet.as_manager()

    class Meta:
        ordering = ("term",)

    def __str__(self) -> str:
        return self.term

    def get_absolute_url(self) -> str:
        return f"{path_to('editorial:glossary')}#{self.slug}"
