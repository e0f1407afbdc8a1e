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


Holder = Callable[[list[Content]], Iterable[Mention]]

_holders: list[Holder] = []


def holder(function: Holder) -> Holder:
    """Register a function that finds what forbids deleting any of some entries.

    A mention’s ``place`` is then the words in which Django names the row that
    is in the way (“Use in prose: …”), so that the page can make them a link.
    """
    _holders.append(function)
    return function


def held_by(entries: list[Content]) -> dict[str, Mention]:
    """What is in the way of deleting the entries, by the words in which Django names it."""
    return {mention.place: mention for find in _holders for mention in find(entries)}


def mentions_of(entry: Content) -> list[Mention]:
    return [mention for find in _finders for mention in find(entry)]
