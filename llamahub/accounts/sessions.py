"""Sessions: kept in the database with the device they belong to, and ended by their owner or an administrator.

The store that the setting SESSION_ENGINE names. A session ends when it is not used for SESSION_IDLE_TIMEOUT, when it
is SESSION_COOKIE_AGE old however much it is used, and, by a trigger, when its account gets another password or is
switched off.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from .addresses import client_address, coarse
from .devices import describe

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .models import Session

# What a session says of itself, in its data.
ABOUT = "_about"
# Being seen is written down this often, not with every page.
SEEN_EVERY = timedelta(minutes=5)


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        from .models import Session

        return Session

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        if row is None:
            return {}
        now = timezone.now()
        if row.last_seen_at < now - SEEN_EVERY:
            self.get_model_class().objects.filter(pk=row.pk).update(
                last_seen_at=now, expire_date=_end(row.started_at, now)
            )
        return self.decode(row.session_data)

    def cycle_key(self) -> None:
        """Under a new key it is a new row, beside the old one for a moment: with a number of its own."""
        if about := self.get(ABOUT):
            self[ABOUT] = {**about, "number": str(uuid4())}
        super().cycle_key()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast("Session", super().create_model_instance(data))
        now = timezone.now()
        about = data.get(ABOUT, {})
        row.started_at = parse_datetime(about.get("started_at", "")) or now
        row.last_seen_at, row.expire_date = now, _end(row.started_at, now)
        row.device, row.address = about.get("device", ""), about.get("address", "")
        if number := about.get("number"):
            row.number = UUID(number)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row


def end(user: User, *, number: UUID | None = None, except_for: str | None = None) -> int:
    """End the sessions of an account: one by its number, or all but the one whose key is given. How many there were."""
    from .models import Session

    sessions = Session.objects.filter(user=user)
    if number:
        sessions = sessions.filter(number=number)
    if except_for:
        sessions = sessions.exclude(session_key=except_for)
    return sessions.delete()[0]


def connect() -> None:
    """Called once, when the app is ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="accounts_signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="accounts_signed_out")


def _end(started_at: datetime, now: datetime) -> datetime:
    return min(now + settings.SESSION_IDLE_TIMEOUT, started_at + timedelta(seconds=settings.SESSION_COOKIE_AGE))


def _signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    from . import audit

    request.session[ABOUT] = {
        "number": str(uuid4()),
        "started_at": timezone.now().isoformat(),
        "device": describe(request.META.get("HTTP_USER_AGENT", "")),
        "address": coarse(client_address(request)),
    }
    audit.record(audit.Kind.SIGNED_IN, by=user.get_username(), about=user.get_username(), request=request)


def _signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    from . import audit

    if user is not None:
        audit.record(audit.Kind.SIGNED_OUT, by=user.get_username(), about=user.get_username(), request=request)
