"""What an account has chosen for itself."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from . import audit
from .models import Preferences


def time_zone_of(user: User) -> str:
    """The name of the zone that the account has chosen; empty for the site’s."""
    return Preferences.objects.filter(user=user).values_list("time_zone", flat=True).first() or ""


@transaction.atomic
def choose_time_zone(*, user: User, name: str, request: HttpRequest | None = None) -> None:
    """Keep the choice, and say so in the log: an hour more or less is what schedules are wrong by."""
    was = time_zone_of(user)
    if was == name:
        return
    Preferences.objects.update_or_create(user=user, defaults={"time_zone": name})
    audit.record(
        audit.Kind.ACCOUNT_CHANGED,
        by=user.get_username(),
        about=user.get_username(),
        request=request,
        time_zone={"was": was, "now": name},
    )
