"""A form whose session has ended: what was typed is kept for whoever typed it, and offered after signing in.

Each form carries the name of its writer and entry, signed. Only a page that the writer opened holds it, so that
neither another site nor another account can put words on somebody’s desk; and it is worth nothing once the
account has another password or is switched off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from .models import SavedForm, UnsavedForm
from .once import number_of
from .unsaved import TooLong, keep

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

OWNER = "_owner"
# Added to the kind of entry by the forms beside its own: a comment is no part of what it comments on.
ASIDE = "/aside"
SALT = "llamahub.desk.owner"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose form of which entry."""

    user: User
    kind: str
    row_id: int

    @property
    def address(self) -> str:
        """Where the form is."""
        name = self.kind.removesuffix(ASIDE).replace(".", "_")
        return reverse(f"admin:{name}_change", args=[self.row_id]) if self.row_id else reverse(f"admin:{name}_add")


def signed(user: User | AnonymousUser, kind: str, row_id: int) -> str:
    """For the form’s hidden field."""
    return signing.dumps([user.pk, kind, row_id, _mark(user)], salt=SALT) if isinstance(user, User) else ""


def owner_in(posted: QueryDict) -> Owner | None:
    """Who opened the form that was posted; None where nobody can have, or not any more."""
    try:
        pk, kind, row_id, mark = signing.loads(posted.get(OWNER, ""), salt=SALT, max_age=settings.SESSION_COOKIE_AGE)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=pk, is_active=True, is_staff=True).first()
    if user is None or not constant_time_compare(mark, _mark(user)):
        return None
    return Owner(user, kind, row_id)


def take_in(request: HttpRequest) -> tuple[Owner, UnsavedForm] | None:
    """Keep what a request brings that cannot be answered as it should; None where it brings nothing of the kind."""
    try:
        owner = owner_in(request.POST)
        if owner is None:
            return None
        number = number_of(request)
        if number and SavedForm.objects.filter(user=owner.user, number=number).exists():
            return None
        return owner, keep(user=owner.user, kind=owner.kind, row_id=owner.row_id, posted=request.POST)
    except (TooLong, UnreadablePostError, MultiPartParserError, SuspiciousOperation, BadRequest):
        return None


def _mark(user: User) -> str:
    """Changes with the password."""
    return user.get_session_auth_hash()[:20]


__all__ = ["ASIDE", "OWNER", "Owner", "owner_in", "signed", "take_in"]
