"""What needs doing, for the start page: one query a panel, however much there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Q, When
from django.urls import reverse
from django.utils import timezone

from editorial import publishing
from editorial.models import Edition
from models_catalog import formatting
from models_catalog.facts import label_of, subject_of
from models_catalog.models import FACT_MODELS, Citation, Source

from .standing import moment

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

# Enough to begin with; the list behind each panel has the rest.
SHOWN = 5


@dataclass(frozen=True)
class Task:
    text: str
    url: str
    detail: str


@dataclass(frozen=True)
class Panel:
    title: str
    tasks: list[Task]
    all_url: str
    nothing: str


def panels(user: User | AnonymousUser) -> Iterator[Panel]:
    """The panels whose entries the user may see."""
    if user.has_perm("editorial.view_edition"):
        if publishing.may_approve(user):
            yield to_review(user)
        yield drafts(user)
        yield scheduled()
    if user.has_perm("models_catalog.view_citation"):
        yield unverified()
        yield due_for_a_check()
    if user.has_perm("models_catalog.view_source"):
        yield unread_sources()


def _form(label: str, pk: int) -> str:
    return reverse(f"admin:{label}_change", args=[pk])


def _list(label: str, query: str = "") -> str:
    return reverse(f"admin:{label}_changelist") + query


def to_review(user: User | AnonymousUser) -> Panel:
    """What waits for this reviewer first, then what waits for anybody."""
    mine_first = Case(When(reviewer=user.pk, then=0), default=1, output_field=IntegerField())
    waiting = (
        Edition.objects.filter(status=Edition.Status.IN_REVIEW)
        .filter(Q(reviewer=user.pk) | Q(reviewer=None))
        .select_related("created_by")
        .order_by(mine_first, "updated_at")[:SHOWN]
    )
    return Panel(
        "Waiting for your review",
        [
            Task(
                edition.title,
                _form("editorial_edition", edition.pk),
                f"from {edition.created_by or 'an account that is gone'}, {moment(edition.updated_at)}",
            )
            for edition in waiting
        ],
        _list("editorial_edition", "?status__exact=in_review"),
        "Nothing waits for you.",
    )


def drafts(user: User | AnonymousUser) -> Panel:
    """One’s own first."""
    mine_first = Case(When(created_by=user.pk, then=0), default=1, output_field=IntegerField())
    editions = Edition.objects.open().select_related("created_by").order_by(mine_first, "-updated_at")[:SHOWN]
    return Panel(
        "Drafts in hand",
        [
            Task(
                edition.title,
                _form("editorial_edition", edition.pk),
                f"{'yours, ' if edition.created_by_id == user.pk else ''}"
                f"{'in review, ' if edition.status == Edition.Status.IN_REVIEW else ''}"
                f"changed {moment(edition.updated_at)}",
            )
            for edition in editions
        ],
        _list("editorial_edition", "?status__exact=draft"),
        "No draft is open.",
    )


def scheduled() -> Panel:
    return Panel(
        "Scheduled next",
        [
            Task(edition.title, _form("editorial_edition", edition.pk), f"goes out {moment(edition.publish_at)}")
            for edition in Edition.objects.scheduled()[:SHOWN]
        ],
        _list("editorial_edition", "?status__exact=approved&o=-4"),
        "Nothing is scheduled.",
    )


def _citation_task(citation: Citation) -> Task:
    assert citation.target is not None
    assert citation.target_kind is not None
    fact = label_of(FACT_MODELS[citation.target_kind], citation.field)
    return Task(
        f"{subject_of(citation.target)}: {fact}",
        _form("models_catalog_citation", citation.pk),
        f"{citation.get_status_display()}, checked {formatting.day(citation.checked_on)}",
    )


def unverified() -> Panel:
    citations = Citation.objects.with_targets().exclude(status=Citation.Status.VERIFIED).order_by("checked_on", "pk")
    return Panel(
        "Not verified yet",
        [_citation_task(citation) for citation in citations[:SHOWN]],
        _list("models_catalog_citation", "?status__exact=unverified"),
        "Every cited fact is verified.",
    )


def due_for_a_check() -> Panel:
    citations = Citation.objects.longest_due(timezone.localdate(), SHOWN)
    return Panel(
        "Due for a check",
        [_citation_task(citation) for citation in citations],
        _list("models_catalog_citation", "?check=due"),
        "Every fact was checked as recently as its kind asks for.",
    )


def unread_sources() -> Panel:
    sources = Source.objects.filter(last_checked_on__isnull=True).order_by("title")
    return Panel(
        "Sources nobody could read",
        [Task(source.title, _form("models_catalog_source", source.pk), source.publisher) for source in sources[:SHOWN]],
        _list("models_catalog_source", "?last_checked_on__isnull=True"),
        "Every source has been read.",
    )
