"""What there is to read about a release, for the catalogue's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editorial.models import Edition

if TYPE_CHECKING:
    from editorial.models.articles import EditionQuerySet


def articles_about(slug: str) -> EditionQuerySet:
    """Live editions of the articles that name the release, newest first."""
    return Edition.objects.live().filter(article__releases__slug=slug).for_reading()
