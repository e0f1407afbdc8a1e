"""Where else an entry is mentioned, for the pages that ask before deleting.

Prose mentions facts but facts know nothing of prose, so whoever holds prose
registers a finder here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from models_catalog.models import Content


@dataclass(frozen=True)
class Mention:
    """A place that would lead nowhere, or lose a row, without the entry."""

    place: str
    url: str | None = None


Finder = Callable[[Content], Iterable[Mention]]

_finders: list[Finder] = []


def finder(function: Finder) -> Finder:
    """Register a function that finds mentions of an entry."""
    _finders.append(function)
    return function


def mentions_of(entry: Content) -> list[Mention]:
    return [mention for find in _finders for mention in find(entry)]
