"""Who has an entry open. Nothing is locked by it: people are told, and decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Min
from django.utils import timezone
from django.utils.formats import date_format

from .models import NEW, OpenForm

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody else with the entry open, in however many tabs."""

    name: str
    since: datetime

    @property
    def words(self) -> str:
        return f"{self.name} has had this open since {date_format(timezone.localtime(self.since), 'H:i')}."


def others(user: User, kind: str, row_id: int) -> list[Present]:
    """Who else is at it, the first to come first. Of new entries everybody has their own."""
    if row_id == NEW:
        return []
    forms = OpenForm.objects.present().filter(kind=kind, row_id=row_id).exclude(user=user)
    people = forms.values_list("user__username").annotate(first=Min("since")).order_by("first", "user__username")
    return [Present(name, since) for name, since in people]


def own_tabs(user: User, kind: str, row_id: int) -> set[str]:
    """One’s own tabs with this form."""
    forms = OpenForm.objects.present().filter(user=user, kind=kind, row_id=row_id)
    return set(forms.values_list("tab", flat=True))


def here(user: User, kind: str, row_id: int, tab: str) -> None:
    """This tab has the form open. What nobody has heard of for a while is cleared away with it."""
    now = timezone.now()
    OpenForm.objects.gone().filter(kind=kind, row_id=row_id).delete()
    OpenForm.objects.update_or_create(
        user=user,
        kind=kind,
        row_id=row_id,
        tab=tab,
        defaults={"seen_at": now},
        create_defaults={"since": now, "seen_at": now},
    )


def left(user: User, kind: str, row_id: int, tab: str) -> None:
    OpenForm.objects.filter(user=user, kind=kind, row_id=row_id, tab=tab).delete()
