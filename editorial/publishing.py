"""Writing, approving and withdrawing: every change of an edition’s or article’s standing.

Each function is one transaction. It locks the article first, so that two
editors who act at the same moment act one after the other. The rules that must
hold for SQL as well are in the database; these functions add the order of steps
and say in words what is wrong.

Who may do what is asked here too (`may_approve`, `may_withdraw`), so that
forms, actions and later a review workflow share one answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from .models import Article, Edition

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

    # What request.user is; the rules below only ask for its permissions.
    Actor = User | AnonymousUser


class NotPossible(ValidationError):
    """The step does not fit the state of the article; the message says what does."""


def may_approve(user: Actor) -> bool:
    """May put editions before readers, and take scheduled ones back."""
    return user.has_perm("editorial.approve_edition")


def may_withdraw(user: Actor) -> bool:
    """May take articles from readers, and bring them back."""
    return user.has_perm("editorial.withdraw_article")


def _require(allowed: bool, message: str) -> None:
    if not allowed:
        raise PermissionDenied(message)


def _lock(article: Article) -> Article:
    return Article.objects.select_for_update().get(pk=article.pk)


def next_number(article: Article) -> int:
    """The number of the article’s next edition. Lock the article before asking."""
    newest = Edition.objects.filter(article=article).aggregate(newest=Max("number"))["newest"]
    return (newest or 0) + 1


@transaction.atomic
def add_draft(*, edition: Edition, by: User) -> Edition:
    """Save a new, unsaved edition as its article’s open draft."""
    _lock(edition.article)
    edition.number = next_number(edition.article)
    edition.status = Edition.Status.DRAFT
    edition.created_by = by
    edition.save()
    return edition


@transaction.atomic
def start_draft(*, article: Article, by: User) -> Edition:
    """A copy of the newest edition as a draft; the open draft if there is one."""
    _require(by.has_perm("editorial.add_edition"), "Starting an edition needs the right to add editions.")
    article = _lock(article)
    if draft := Edition.objects.filter(article=article).open().first():
        return draft
    newest = Edition.objects.filter(article=article).order_by("-number").first()
    if newest is None:
        raise NotPossible("This article has no edition to start from: write its text in the article’s form.")
    copy = Edition(
        article=article,
        title=newest.title,
        standfirst=newest.standfirst,
        body=newest.body,
        as_of=newest.as_of,
        image=newest.image,
    )
    return add_draft(edition=copy, by=by)


@transaction.atomic
def approve(*, edition: Edition, at: datetime | None, by: User) -> Edition:
    """Let readers see an open edition from ``at`` on (None: from now on)."""
    _require(may_approve(by), "Approving an edition needs the right to publish.")
    _lock(edition.article)
    edition = Edition.objects.get(pk=edition.pk)
    if edition.status not in Edition.OPEN:
        raise NotPossible("This edition is approved already. Start a new edition to change the text.")
    now = timezone.now()
    if at is not None and at < now and Edition.objects.filter(article=edition.article).public().exists():
        # Readers must not find that the past has changed.
        at = now
    edition.status = Edition.Status.APPROVED
    edition.publish_at = at or now
    edition.approved_by = by
    edition.full_clean()
    edition.save()
    return edition


@transaction.atomic
def take_back(*, edition: Edition, by: User) -> Edition:
    """Make a scheduled edition, whose time has not come, a draft again."""
    _require(may_approve(by), "Taking an edition back needs the right to publish.")
    article = _lock(edition.article)
    edition = Edition.objects.get(pk=edition.pk)
    if edition.status != Edition.Status.APPROVED:
        raise NotPossible("This edition is a draft already.")
    if edition.is_public:
        raise NotPossible("Readers have this edition already, so it never changes. Start a new edition.")
    if Edition.objects.filter(article=article).open().exists():
        raise NotPossible("This article has another open draft. Delete or approve that one first.")
    edition.status = Edition.Status.DRAFT
    edition.approved_by = None
    edition.save()
    return edition


@transaction.atomic
def withdraw(*, article: Article, at: datetime | None = None, by: User) -> Article:
    """Readers get “gone” instead of the article from ``at`` on (None: from now on)."""
    _require(may_withdraw(by), "Withdrawing an article needs the right to withdraw.")
    article = _lock(article)
    if article.withdrawn_at is not None and article.withdrawn_at <= timezone.now():
        raise NotPossible("This article is withdrawn already.")
    article.withdrawn_at = at or timezone.now()
    article.save()
    return article


@transaction.atomic
def restore(*, article: Article, by: User) -> Article:
    """Bring a withdrawn article back: readers see its newest public edition again."""
    _require(may_withdraw(by), "Bringing an article back needs the right to withdraw.")
    article = _lock(article)
    if article.withdrawn_at is None:
        raise NotPossible("This article is not withdrawn.")
    article.withdrawn_at = None
    article.save()
    return article
