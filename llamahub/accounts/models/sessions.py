"""Sessions, each with the account and the device it belongs to."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class SessionQuerySet(models.QuerySet["Session"]):
    def of(self, user: User) -> Self:
        """The sessions that an account has open, the last seen first."""
        return self.filter(user=user, expire_date__gt=timezone.now()).order_by("-last_seen_at", "number")


class Session(AbstractBaseSession):
    """Django’s session, ended at the latest of two times: unused for a while, or old.

    ``number`` names it on pages and in forms; the key itself is as good as a password and is shown nowhere.
    """

    number = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")
    device = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=50, blank=True, help_text="The network, not the machine.")
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    # Django’s own code saves sessions through the store alone; the manager’s `save` is not used.
    objects: ClassVar[Any] = BaseSessionManager.from_queryset(SessionQuerySet)()

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        default_permissions = ()

    def __str__(self) -> str:
        return f"session {self.number}"
