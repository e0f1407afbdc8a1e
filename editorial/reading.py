"""What there is to read about a release, for the catalogue's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editorial.models import Edition

if TYPE_CHECKING:
    from models_catalog.models import Release


def articles_about(release: Release) -> list[Edition]:
    """Live editions of the articles that name the release, newest first."""
    return list(Edition.objects.live().filter(article__releases=release).for_reading())
