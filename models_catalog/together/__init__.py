"""Many querysets at the price of a few.

A page is made of many short lists: the hub has more than twenty. Asked one by
one, each costs a journey to the database, and what each of them prefetches costs
several more. `fetch` asks in one statement for all that can be asked at once:

    events, figures = TimelineEvent.objects.headlines().with_facts(), KeyFigure.objects.with_facts()
    fetch(events, figures)

Afterwards each queryset has its rows, with what it prefetches, as if it had been
iterated: who may see what is still said by the querysets alone.

* `statement`: several querysets in one statement.
* `relations`: what they prefetch, one statement a level.
* `wording`: querysets that Django puts into SQL once, not once a request.
* `evidence` (beside this package): citations and corrections of all of them, in one more.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from models_catalog import evidence
from models_catalog.models import Content

from .relations import follow, letting_go
from .statement import ask
from .wording import worded_once

__all__ = ["ask", "fetch", "gather", "letting_go", "worded_once"]


def fetch(*querysets: QuerySet[Any]) -> None:
    """Fill the querysets with their rows and all that they prefetch."""
    evidence.attach(gather(*querysets))


def gather(*querysets: QuerySet[Any]) -> list[Content]:
    """As `fetch`, but for citations and corrections: returns the entries whose querysets ask for these.

    For a page that fetches in several steps and attaches the evidence of all of
    them at the end.
    """
    ask(*querysets)
    return follow(querysets)
