"""An account for measuring the admin, gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module


@contextmanager
def signed_in() -> Iterator[str]:
    """The Cookie header of an administrator’s session."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model

    users = get_user_model().objects
    users.filter(username="bench").delete()
    user = users.create_superuser("bench")  # without a password: nobody else gets in
    try:
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        yield f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    finally:
        user.delete()
