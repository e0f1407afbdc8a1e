"""What needs doing, for the start page: one query a panel, however much there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Case, IntegerField, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from editorial import publishing
from editorial.models import Edition
from models_catalog import formatting
from models_catalog.facts import label_of, subject_of
from models_catalog.history.record import recorded_models
from models_catalog.models import FACT_MODELS, Citation, RecordedChange, Source

from .content_check import may_check, summary
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
    all_words: str = "All"


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
    if may_check(user):
        yield wrong_content()
    if user.has_perm("models_catalog.view_recordedchange"):
        yield recent_changes(user)


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
        reverse("admin:calendar"),
        "Nothing is scheduled.",
        "Calendar",
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


def wrong_content() -> Panel:
    """The worst that the content check finds; the check itself runs again only after something was changed."""
    found = summary(SHOWN)
    return Panel(
        "Wrong in the content",
        [
            Task(finding.place.words, finding.place.admin_url or reverse("admin:content-check"), finding.message)
            for finding in found.worst
        ],
        reverse("admin:content-check"),
        "The content check finds nothing wrong.",
        f"All: {found.errors} error{'' if found.errors == 1 else 's'}, {found.warnings} warning{'' if found.warnings == 1 else 's'}",
    )


def recent_changes(user: User | AnonymousUser) -> Panel:
    """Who changed what last, of the kinds of entry that the user may see; each leads to the entry’s history."""
    seen = {
        model._meta.db_table: model
        for model in recorded_models()
        if not model._meta.auto_created
        and user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
        and model in admin.site._registry
    }
    newest = RecordedChange.objects.filter(table__in=seen, superseded_at__isnull=True).newest_first()[:SHOWN]
    return Panel(
        "Changed last",
        [
            Task(
                f"{capfirst(seen[change.table]._meta.verbose_name)} “{change.name}”",
                _history_of(seen[change.table]._meta.label_lower, change),
                f"{change.get_action_display()} by {change.actor}, {moment(change.at)}"
                f"{f': {change.reason}' if change.reason else ''}",
            )
            for change in newest
        ],
        _list("models_catalog_recordedchange"),
        "Nothing has changed yet.",
    )


def _history_of(label: str, change: RecordedChange) -> str:
    """What is gone has no history of its own: then the record of its end."""
    if change.action == RecordedChange.Action.DELETE:
        return _form("models_catalog_recordedchange", change.pk)
    return reverse(f"admin:{label.replace('.', '_')}_history", args=[change.row_id])
