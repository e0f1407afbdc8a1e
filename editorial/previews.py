"""Drafts for readers without an account: who may share one, and what a link opens.

A link is signed, so that nobody finds one by trying and the database is asked for none that we did not make. When it
ends is in the database, so that links can be listed and revoked before their time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from .models import Edition, PreviewLink, PreviewPeriod
from .publishing import NotPossible

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .publishing import Actor

_signer = signing.Signer(salt="editorial.previews")


class UnknownLink(Exception):
    """Not one of our links: mistyped, or made up."""


class LinkIsOver(Exception):
    """A link of ours that opens nothing any more: expired, revoked, or its draft deleted. It does not say which."""


def may_share(user: Actor, edition: Edition) -> bool:
    """May show this draft to people without an account: whoever may write drafts, until readers see this one."""
    return _may_write(user) and not edition.is_public


def _may_write(user: Actor) -> bool:
    return user.has_perm("editorial.change_edition")


def share(*, edition: Edition, period: PreviewPeriod, by: User) -> PreviewLink:
    """A new link to the draft as it is whenever the link is opened, for so many days."""
    if not _may_write(by):
        raise PermissionDenied("Sharing a draft needs the right to change editions.")
    if edition.is_public:
        raise NotPossible("Readers see this edition already: send them the address of the article.")
    until = timezone.now() + timedelta(days=period.value)
    return PreviewLink.objects.create(edition=edition, made_by=by, expires_at=until)


@transaction.atomic
def revoke(*, edition: Edition, by: User) -> int:
    """End every link to the draft, whoever made it; how many still worked."""
    if not _may_write(by):
        raise PermissionDenied("Revoking links needs the right to change editions.")
    working = edition.preview_links.working().count()
    edition.preview_links.all().delete()
    return working


def token_of(link: PreviewLink) -> str:
    return _signer.sign(link.key.hex)


def address_of(link: PreviewLink) -> str:
    return reverse("editorial:preview", args=[token_of(link)])


def opened(token: str) -> PreviewLink:
    """The link with its edition. Raises UnknownLink or LinkIsOver."""
    try:
        key = UUID(hex=_signer.unsign(token))
    except (signing.BadSignature, ValueError):
        raise UnknownLink from None
    # All that the page shows of an edition comes with it.
    link = (
        PreviewLink.objects.working().filter(pk=key).select_related("edition__article__topic", "edition__image").first()
    )
    if link is None:
        raise LinkIsOver
    return link
