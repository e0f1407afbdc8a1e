"""Keeps what is typed until it is saved: for its writer alone, beside the entry and outside its history."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from models_catalog.admin.conflicts import VERSIONS, form_saved

from .models import UnsavedForm
from .once import ONCE

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Hidden fields of a form: its tab, how often it was kept, and which unsaved form it was filled from.
TAB, TURN, REPLACES = "_tab", "_turn", "_replaces"
LONGEST = 2_000_000
# Of one person, over all entries: the oldest make room.
MOST = 50
SHAPE = re.compile(r"[A-Za-z0-9-]{8,36}\Z")
NEVER_KEPT = re.compile(r"\A_|\Acsrfmiddlewaretoken\Z|(\A|-)choose-|password|__prefix__")


class TooLong(Exception):
    """More than is kept of one form."""


def typed(posted: QueryDict) -> list[tuple[str, str]]:
    """What a person typed, in a form that the database takes. No password, no button and no token is among it."""
    found = [
        (name, value.replace("\x00", "").encode(errors="replace").decode())
        for name, values in posted.lists()
        if name == VERSIONS or not NEVER_KEPT.search(name.lower())
        for value in map(str, values)
    ]
    if sum(len(name) + len(value) for name, value in found) > LONGEST:
        raise TooLong
    return found


def tab_of(posted: QueryDict) -> str:
    """The tab that sent it; without script the number of the form, so that what is sent twice is kept once."""
    return next((each for name in (TAB, ONCE) if SHAPE.match(each := posted.get(name, ""))), str(uuid4()))


def number_in(posted: QueryDict, name: str) -> int:
    text = posted.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


@transaction.atomic
def keep(*, user: User, kind: str, row_id: int, posted: QueryDict) -> UnsavedForm:
    """Keep what a form holds now, in place of what its tab kept before. Raises TooLong."""
    fields, turn, now = typed(posted), number_in(posted, TURN), timezone.now()
    form, made = UnsavedForm.objects.select_for_update().get_or_create(
        user=user,
        kind=kind,
        row_id=row_id,
        tab=tab_of(posted),
        defaults={"turn": turn, "fields": fields, "kept_at": now},
    )
    if not made and form.turn <= turn:
        form.turn, form.fields, form.kept_at = turn, fields, now
        form.save()
    if replaced := number_in(posted, REPLACES):
        UnsavedForm.objects.of(user, kind, row_id).filter(pk=replaced).exclude(pk=form.pk).delete()
    if made:
        mine = UnsavedForm.objects.filter(user=user).order_by("-kept_at", "-pk")
        UnsavedForm.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST:])).delete()
    return form


def discard(*, user: User, kind: str, row_id: int, number: int = 0, tab: str = "") -> None:
    """Throw away what one form kept, named by its number or by its tab."""
    mine = UnsavedForm.objects.of(user, kind, row_id)
    (mine.filter(pk=number) if number else mine.filter(tab=tab)).delete()


def connect() -> None:
    """Called once, when the app is ready."""
    form_saved.connect(_saved, dispatch_uid="desk_form_saved")


def _saved(request: HttpRequest, entry: Any, **kwargs: Any) -> None:
    """Saved is no longer unsaved: what this tab kept goes, and what its form was filled from. Other tabs keep theirs."""
    form, user = getattr(request, "desk_form", None), request.user
    if form is None or not user.is_authenticated:
        return
    if tab := request.POST.get(TAB, ""):
        discard(user=user, kind=form.kind, row_id=form.row_id, tab=tab)
    if replaced := number_in(request.POST, REPLACES):
        discard(user=user, kind=form.kind, row_id=form.row_id, number=replaced)
