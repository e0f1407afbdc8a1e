"""Browsers: what to call them, and which of them an account has signed in from before."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

if TYPE_CHECKING:
    from django.contrib.auth.models import User

COOKIE_AGE = 180 * 24 * 60 * 60
KNOWN_ACCOUNTS = 5  # that share one browser
SHAPE = re.compile(r"[A-Za-z0-9_-]{22}(\.[0-9a-f]{32}){1,5}\Z")

# The first that is found counts: every browser names those that it descends from as well.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "a Python program"),
)
SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def describe(user_agent: str) -> str:
    """“Firefox on Windows”: enough to recognize one’s own device, nothing that tells two alike apart."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if not browser:
        return f"A browser on {system}" if system else "An unknown device"
    return f"{browser} on {system}" if system else browser[0].upper() + browser[1:]


def known(request: HttpRequest, user: User | None) -> str:
    """The name of this browser if the account has signed in from it since its password changed; else nothing."""
    device, *tags = _parts(request)
    # Reckoned for a name that nobody has, too, so that both take the same time.
    wanted = _tag(device, user)
    return device if any(constant_time_compare(tag, wanted) for tag in tags) and user else ""


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """From now on this browser is known to the account. The cookie signs nobody in."""
    device, *tags = _parts(request)
    device = device or secrets.token_urlsafe(16)
    mine = _tag(device, user)
    kept = [mine, *(tag for tag in tags if tag != mine)][:KNOWN_ACCOUNTS]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        ".".join([device, *kept]),
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _parts(request: HttpRequest) -> list[str]:
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    return cookie.split(".") if SHAPE.match(cookie) else [""]


def _tag(device: str, user: User | None) -> str:
    whose = f"{user.pk} {user.password}" if user else ""
    return salted_hmac("llamahub.accounts.devices", f"{device} {whose}", algorithm="sha256").hexdigest()[:32]
