"""Facts that nobody has looked at for too long: which they are, and what editors do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from .facts import address_of, label_of, subject_of
from .models import FACT_MODELS, Citation, Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class StaleFact:
    """One fact whose citation is due for another check, and since when."""

    citation: Citation
    subject: str
    label: str
    url: str
    due_since: date

    @property
    def reason(self) -> str:
        """Why, in words: “its source was changed”."""
        return "its source was changed" if self.citation.outlived_its_source else "its interval is over"


def stale_facts(today: date) -> list[StaleFact]:
    """Every fact that readers see marked as due for a new check, the longest overdue first; one query."""
    return [
        StaleFact(
            citation=citation,
            subject=subject_of(target),
            label=label_of(FACT_MODELS[kind], citation.field),
            url=address_of(target, citation.field),
            due_since=citation.due_on,
        )
        for citation in Citation.objects.listed().with_targets().due(today)
        if (target := citation.target) and (kind := citation.target_kind) and citation.due_on
    ]


@transaction.atomic
def mark_checked(citations: QuerySet[Citation], *, today: date) -> list[Citation]:
    """Say of each citation that it was compared with its source today; those that this changed."""
    return _set_each(citations.exclude(checked_on=today), "checked_on", today)


@transaction.atomic
def mark_changed(sources: QuerySet[Source], *, today: date) -> list[Source]:
    """Say of each source that it was changed today: all that was checked before is due for a new check."""
    return _set_each(sources.exclude(changed_on=today), "changed_on", today)


def _set_each(rows: Iterable[Any], field: str, day: date) -> list[Any]:
    """Row by row, so that everything derived from the content hears of each."""
    changed = list(rows)
    for row in changed:
        setattr(row, field, day)
        row.save(update_fields=[field, "updated_at"])
    return changed
