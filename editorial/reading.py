"""What there is to read about a release, for the catalogue's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from editorial.models import Edition
from models_catalog.reading import SHOWN
from models_catalog.together import worded_once

if TYPE_CHECKING:
    from django.db.models import QuerySet


def articles_about(slug: str) -> QuerySet[Any]:
    """The newest live editions of the articles that name the release, and one more than a page shows."""
    (editions,) = _about(slug=slug)
    return editions


@worded_once
def _about(*, slug: str) -> tuple[QuerySet[Any], ...]:
    return (Edition.objects.live().filter(article__releases__slug=slug).for_lists()[: SHOWN + 1],)
