"""What can be found, kind by kind.

Only what readers may see comes in, now or at a time that is already fixed: the functions named here start from the
querysets that the public pages start from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from editorial.models import SearchEntry

from . import catalog, newsroom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .drafts import Draft


@dataclass(frozen=True, slots=True)
class Searchable:
    """How one kind of entry is made.

    ``drafts`` makes those of the objects that a filter lets through. ``boost`` is what readers are likelier to
    look for. ``correctable`` kinds lend the words of their names to the correction of misspelled questions.
    """

    drafts: Callable[[Q], Iterator[Draft]]
    boost: float
    correctable: bool = False


Kind = SearchEntry.Kind
SEARCHABLE: dict[str, Searchable] = {
    Kind.RELEASE: Searchable(catalog.releases, 0.2, correctable=True),
    Kind.CHECKPOINT: Searchable(catalog.checkpoints, 0.04, correctable=True),
    Kind.LICENSE: Searchable(catalog.licenses, 0.12, correctable=True),
    Kind.USE_CASE: Searchable(catalog.use_cases, 0.08),
    Kind.ARTICLE: Searchable(newsroom.articles, 0.1),
    Kind.EVENT: Searchable(catalog.events, 0.05),
    Kind.FIGURE: Searchable(catalog.figures, 0.06),
    Kind.TERM: Searchable(newsroom.terms, 0.12, correctable=True),
    Kind.OPTION: Searchable(catalog.options, 0.06),
    Kind.PROVIDER: Searchable(catalog.providers, 0.04, correctable=True),
    Kind.SOURCE: Searchable(catalog.sources, 0.0),
    Kind.CORRECTION: Searchable(catalog.corrections, 0.02),
    Kind.NOTICE: Searchable(newsroom.notices, 0.04),
}


def everything() -> Iterator[tuple[str, Draft]]:
    """Everything that can be found, most looked-for kinds first and newest first in each."""
    for kind, searchable in SEARCHABLE.items():
        for draft in searchable.drafts(Q()):
            yield kind, draft
