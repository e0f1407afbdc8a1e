"""Writing, approving and withdrawing: every change of an edition’s or article’s standing.

Each function is one transaction. It locks the article first, so that two
editors who act at the same moment act one after the other. The rules that must
hold for SQL as well are in the database; these functions add the order of steps
and say in words what is wrong.

Who may do what is asked here too (`may_approve`, `may_withdraw`), so that
forms, actions and later a review workflow share one answer.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from .content_check.entries import check_entry
from .content_check.findings import Finding, Level, counted
from .live_facts.uses import with_present_names
from .models import Article, Edition, HubSettings, ReviewComment

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

    # What request.user is; the rules below only ask for its permissions.
    Actor = User | AnonymousUser


LONGEST_COMMENT = 4_000


class NotPossible(ValidationError):
    """The step does not fit the state of the article; the message says what does."""


class NotFit(NotPossible):
    """The content check stands in the way; ``findings`` are those that do, the worst first."""

    SHOWN = 5

    def __init__(self, findings: list[Finding]) -> None:
        errors = [finding for finding in findings if finding.level == Level.ERROR]
        self.findings = errors or findings
        said = [finding.sentence for finding in self.findings[: self.SHOWN]]
        if more := len(self.findings) - len(said):
            said.append(f"And {more:,} more.")
        remedy = (
            f"The content check finds {counted(findings)}. What has errors goes to no reader: put them right first."
            if errors
            else f"The content check finds {counted(findings)}. Look at them, then approve it in spite of them."
        )
        super().__init__(" ".join((remedy, *said)))


def may_approve(user: Actor) -> bool:
    """May put editions before readers, and take scheduled ones back."""
    return user.has_perm("editorial.approve_edition")


def may_approve_this(user: Actor, edition: Edition) -> bool:
    """May put this edition before readers: nobody approves what they wrote, unless the site says so."""
    return may_approve(user) and (edition.created_by_id != user.pk or HubSettings.load().may_approve_own)


def may_review(user: Actor) -> bool:
    """May read drafts with their comments and add to them."""
    return user.has_perm("editorial.change_edition")


def may_withdraw(user: Actor) -> bool:
    """May take articles from readers, and bring them back."""
    return user.has_perm("editorial.withdraw_article")


def _require(allowed: bool, message: str) -> None:
    if not allowed:
        raise PermissionDenied(message)


def _lock(article: Article) -> Article:
    return Article.objects.select_for_update().get(pk=article.pk)


def _current(edition: Edition) -> Edition:
    """The edition as it is now, with its article locked: what was read before may have changed."""
    _lock(edition.article)
    return Edition.objects.select_related("article").get(pk=edition.pk)


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
def start_draft(*, article: Article, by: User, copy_of: Edition | None = None) -> Edition:
    """A copy of the newest edition as a draft, or the open draft if there is one; with ``copy_of`` always a copy of that one."""
    _require(by.has_perm("editorial.add_edition"), "Starting an edition needs the right to add editions.")
    article = _lock(article)
    if draft := Edition.objects.filter(article=article).open().first():
        if copy_of is not None:
            raise NotPossible("This article has an open draft. Delete or approve that one first.")
        return draft
    newest = copy_of or Edition.objects.filter(article=article).order_by("-number").first()
    if newest is None:
        raise NotPossible("This article has no edition to start from: write its text in the article’s form.")
    copy = Edition(
        article=article,
        title=newest.title,
        standfirst=newest.standfirst,
        body=with_present_names(newest, "body"),
        as_of=newest.as_of,
        image=newest.image,
    )
    return add_draft(edition=copy, by=by)


def reviewers(edition: Edition) -> list[User]:
    """The accounts that may approve the edition, by name."""
    publishers = get_user_model().objects.with_perm(
        "editorial.approve_edition", backend="django.contrib.auth.backends.ModelBackend"
    )
    return [user for user in publishers.filter(is_staff=True).order_by("username") if may_approve_this(user, edition)]


@transaction.atomic
def submit(*, edition: Edition, reviewer: User | None, by: User) -> Edition:
    """Hand a draft to ``reviewer`` (None: to whoever has time)."""
    _require(by.has_perm("editorial.change_edition"), "Sending a draft to review needs the right to change editions.")
    edition = _current(edition)
    if edition.status != Edition.Status.DRAFT:
        raise NotPossible("Only a draft is sent to review, and this edition is one no longer.")
    if reviewer is not None and not may_approve_this(reviewer, edition):
        raise NotPossible(f"{reviewer} cannot approve this draft. Choose someone else who may publish.")
    edition.status = Edition.Status.IN_REVIEW
    edition.reviewer = reviewer
    edition.save()
    return edition


@transaction.atomic
def send_back(*, edition: Edition, text: str, by: User) -> Edition:
    """Return a draft from review to its author, saying what should change."""
    _require(may_approve(by), "Sending a draft back needs the right to publish.")
    edition = _current(edition)
    if edition.status != Edition.Status.IN_REVIEW:
        raise NotPossible("This edition is not in review.")
    comment(edition=edition, text=text, by=by)
    edition.status = Edition.Status.DRAFT
    edition.save()
    return edition


def comment(*, edition: Edition, text: str, by: User) -> ReviewComment:
    """Say something about an open edition. Raises a ValidationError for an empty text."""
    _require(may_review(by), "Commenting on a draft needs the right to change editions.")
    if edition.status not in Edition.OPEN:
        raise NotPossible("This edition is approved: comments belong to drafts.")
    if len(text) > LONGEST_COMMENT:
        raise NotPossible(f"A comment has at most {LONGEST_COMMENT:,} characters, and this one has {len(text):,}.")
    remark = ReviewComment(edition=edition, author=by, text=text.strip())
    remark.full_clean()
    remark.save()
    return remark


def resolve(*, remark: ReviewComment, by: User) -> ReviewComment:
    """Settle a comment: done, or answered."""
    _require(may_review(by), "Settling a comment needs the right to change editions.")
    if remark.resolved_at is None:
        remark.resolved_at, remark.resolved_by = timezone.now(), by
        remark.save()
    return remark


@transaction.atomic
def approve(*, edition: Edition, at: datetime | None, by: User, acknowledged: Collection[str] = ()) -> Edition:
    """Let readers see an open edition from ``at`` on (None: from now on).

    Raises NotFit if the content check finds errors in it, or warnings whose keys are not ``acknowledged``: someone
    has seen each of those and approves the edition in spite of it.
    """
    _require(may_approve(by), "Approving an edition needs the right to publish.")
    edition = _current(edition)
    _require(
        may_approve_this(by, edition),
        "Nobody approves their own draft: send it to review, or let the site allow it in the hub settings.",
    )
    if edition.status not in Edition.OPEN:
        raise NotPossible("This edition is approved already. Start a new edition to change the text.")
    _require_fit(edition, acknowledged)
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


def _require_fit(edition: Edition, acknowledged: Collection[str]) -> None:
    findings = check_entry(edition)
    if any(f.level == Level.ERROR or f.key not in acknowledged for f in findings):
        raise NotFit(findings)


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
    edition.body = with_present_names(edition, "body")
    edition.save()
    return edition


@transaction.atomic
def withdraw(*, article: Article, at: datetime | None = None, moved_to: str = "", by: User) -> Article:
    """From ``at`` on (None: from now on) readers get “gone”, or are sent to ``moved_to``, a path of this site."""
    _require(may_withdraw(by), "Withdrawing an article needs the right to withdraw.")
    article = _lock(article)
    now = timezone.now()
    if article.withdrawn_at is not None and article.withdrawn_at <= now:
        raise NotPossible("This article is withdrawn already.")
    # Not before now: readers must not find that the past has changed.
    article.withdrawn_at = max(at, now) if at else now
    article.moved_to = moved_to.strip()
    if article.moved_to == article.get_absolute_url():
        raise NotPossible("This would send readers in a circle. Name another page, or none.")
    article.full_clean()
    article.save()
    return article


@transaction.atomic
def restore(*, article: Article, by: User) -> Article:
    """Bring a withdrawn article back, or call a planned withdrawal off: readers see its newest public edition."""
    _require(may_withdraw(by), "Bringing an article back needs the right to withdraw.")
    article = _lock(article)
    if article.withdrawn_at is None:
        raise NotPossible("This article is not withdrawn.")
    article.withdrawn_at = None
    article.moved_to = ""
    article.save()
    return article
