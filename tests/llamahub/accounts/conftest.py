"""People at the door: names, passwords and phones."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from llamahub.accounts import sealing, second_factor, totp
from llamahub.accounts.models import SecondFactor, SecurityPolicy, SignInAttempt

PASSWORD = "secret"  # of `make_user`


def browser(address: str = "203.0.113.1", **headers: str) -> Client:
    return Client(REMOTE_ADDR=address, headers=headers)


def sign_in(client, name, password=PASSWORD, **extra):
    return client.post(reverse("admin:login"), {"username": name, "password": password}, **extra)


def give_code(client, code):
    return client.post(reverse("admin:login_code"), {"code": code})


def may_enter(client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


def session_id(client) -> str | None:
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie.value if cookie else None


def later(**age) -> None:
    """As if that much time had passed since every try."""
    for attempt in SignInAttempt.objects.all():
        SignInAttempt.objects.filter(pk=attempt.pk).update(at=attempt.at - timedelta(**age))


def require_second_factor(of=SecurityPolicy.Required.PUBLISHERS):
    SecurityPolicy.objects.update_or_create(pk=1, defaults={"second_factor_for": of})


@dataclass
class Phone:
    """An authenticator app. Each code works once, so it can look ahead by half a minute: clocks differ."""

    secret: bytes

    def code(self, ahead: int = 0) -> str:
        return totp.code(self.secret, int(timezone.now().timestamp()) // totp.STEP + ahead)

    def wrong_code(self) -> str:
        right = {self.code(ahead) for ahead in (-2, -1, 0, 1, 2)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in right)


@pytest.fixture
def give_phone():
    """Sets up a second factor for an account; its phone."""

    def give(user) -> Phone:
        secret = totp.new_secret()
        SecondFactor.objects.create(
            user=user,
            sealed_secret=sealing.seal(secret, owner=second_factor._owner(user)),
            last_step=0,
            added_at=timezone.now(),
        )
        return Phone(secret)

    return give
