"""Where other apps tell the catalogue what there is to read about a release.

The catalogue knows no prose. An app that has some registers a function when it
is ready; a release's page asks them all and shows what they return.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

Provider = Callable[[str], QuerySet[Any]]

# Of its milestones, and of what there is to read about it, a release’s page shows the newest; the lists go on.
SHOWN = 30

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """``provider(slug)`` returns the newest `SHOWN` live editions about a release, and one more if there is, for
    components/article_list.html. Registering twice counts once."""
    if provider not in _providers:
        _providers.append(provider)


def about(slug: str) -> list[QuerySet[Any]]:
    """What there is to read about the release of that name, not fetched yet."""
    return [provider(slug) for provider in _providers]
