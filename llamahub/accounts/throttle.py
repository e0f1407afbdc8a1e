"""Slows down whoever guesses: at most 5 wrong tries an account and 20 an address in 15 minutes.

Counted in the database, so that the count is one over all processes and outlasts a restart. A try is entered before it
is checked, under a lock, and taken out if it was right: tries at the same moment cannot outnumber the limit. One that
is refused is not counted, so that a pause ends 15 minutes after the tries that led to it, whatever comes meanwhile.

Anyone who knows a name could keep its owner out that way. So a browser that signed in to the account before (`devices`)
has a count of its own, five as well, and the limits that strangers run into do not stop it.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from .addresses import client_address, one_home
from .models import SignInAttempt

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 5
PER_ADDRESS = 20
PER_DEVICE = 5
# A check takes well under a second; one that has not ended by then never will, and counts as wrong.
UNSETTLED = timedelta(seconds=10)
WAIT = 5.0  # seconds, for tries that are being checked at the same moment
PAUSE = 0.05
RETRY_AFTER = str(int(WINDOW.total_seconds()))


class TooManyTries(Exception):
    """Not even the right password or code counts now."""


@dataclass(frozen=True, slots=True)
class Try:
    """One that is being checked: `forgive` it if it was right, `settle` it if not."""

    attempt: SignInAttempt
    number: int

    @property
    def consequence(self) -> dict[str, str]:
        """For the audit log: whether the account is closed to strangers if this one is wrong."""
        return {"paused": "for 15 minutes"} if self.number >= PER_ACCOUNT else {}

    def forgive(self) -> None:
        self.attempt.delete()

    def settle(self) -> None:
        SignInAttempt.objects.filter(pk=self.attempt.pk).update(is_settled=True)


def begin(request: HttpRequest, *, account: str, purpose: str = "password", device: str = "") -> Try:
    """Enter a try, or raise `TooManyTries`. ``device`` names a browser that has signed in to this account before."""
    keys = {
        "account": _key(purpose, canonical(account)),
        "address": _key("address", one_home(client_address(request))),
        "device": _key("device", device) if device else "",
    }
    given_up = time.monotonic() + WAIT
    while True:
        entered = _enter(keys)
        if entered is not None:
            return entered
        if time.monotonic() > given_up:
            raise TooManyTries
        time.sleep(PAUSE)


def canonical(name: str) -> str:
    """What spellings of a name have in common: case, form of Unicode, spaces and invisible characters do not matter."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c)[0] != "C")


def _enter(keys: dict[str, str]) -> Try | None:
    """None when others are being checked whose outcome decides."""
    now = timezone.now()
    with transaction.atomic():
        _lock(*sorted(key for key in keys.values() if key))
        _forget(now - WINDOW)
        wrong, open_ = _counts(keys, now)
        limits = {"account": PER_ACCOUNT, "address": PER_ADDRESS}
        if keys["device"] and wrong["device"] < PER_DEVICE:
            limits = {"device": PER_DEVICE}
        if any(wrong[name] >= limit for name, limit in limits.items()):
            raise TooManyTries
        if any(wrong[name] + open_[name] >= limit for name, limit in limits.items()):
            return None
        attempt = SignInAttempt.objects.create(at=now, **keys)
        return Try(attempt, wrong["account"] + open_["account"] + 1)


def _counts(keys: dict[str, str], now: datetime) -> tuple[dict[str, int], dict[str, int]]:
    """Wrong tries and tries still being checked, by account, address and device."""
    wrong, open_ = dict.fromkeys(keys, 0), dict.fromkeys(keys, 0)
    alike = Q(account=keys["account"]) | Q(address=keys["address"])
    if keys["device"]:
        alike |= Q(device=keys["device"])
    # At most a handful of rows: nothing is entered beyond the limits.
    for attempt in SignInAttempt.objects.filter(alike, at__gt=now - WINDOW):
        settled = attempt.is_settled or attempt.at < now - UNSETTLED
        for name, key in keys.items():
            if key and getattr(attempt, name) == key:
                (wrong if settled else open_)[name] += 1
    return wrong, open_


def _forget(until: datetime) -> None:
    """What counts no more; rows that another process is deleting are left to it."""
    old = SignInAttempt.objects.filter(at__lte=until).select_for_update(skip_locked=True)
    SignInAttempt.objects.filter(pk__in=old.values("pk")).delete()


def _lock(*keys: str) -> None:
    """Until the transaction ends; always in the same order, so that two never wait for each other."""
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(key[:15], 16)])


def _key(purpose: str, value: str) -> str:
    return hmac.digest(
        settings.SECRET_KEY.encode(), f"llamahub.accounts.throttle {purpose} {value}".encode(), hashlib.sha256
    ).hex()
