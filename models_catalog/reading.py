"""Where other apps tell the catalogue what there is to read about a release.

The catalogue knows no prose. An app that has some registers a function when it
is ready; a release's page asks them all and shows what they return.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .models import Release

Provider = Callable[[Release], Iterable[Any]]

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """``provider(release)`` returns live editions, for components/article_list.html. Registering twice counts once."""
    if provider not in _providers:
        _providers.append(provider)


def about(release: Release) -> list[Any]:
    """Everything there is to read about the release."""
    return [item for provider in _providers for item in provider(release)]
