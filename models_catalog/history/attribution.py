"""Who makes a change, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

ACTOR, REASON, CORRECTION = "llamahub.actor", "llamahub.reason", "llamahub.correction"
MAX_REASON = 250


@contextmanager
def attributed(*, who: str, why: str = "", correction: bool = False) -> Iterator[None]:
    """Sign every change of content that is made inside. One transaction: all of it happens, or nothing.

    ``who`` is an account’s name or what else acts (“load_content”); ``why`` is cut to 250 characters. Inside another
    `attributed`, the inner one signs its own changes.
    """
    with transaction.atomic():
        before = _read()
        _write(who[:150], why.strip()[:MAX_REASON], "on" if correction else "")
        yield
        _write(*before)


def _read() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting(%s, true), ''), coalesce(current_setting(%s, true), ''), "
            "coalesce(current_setting(%s, true), '')",
            [ACTOR, REASON, CORRECTION],
        )
        return list(cursor.fetchone())


def _write(*values: str) -> None:
    """Until the transaction ends: a pooled connection never carries one person’s name into another’s work."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config(%s, %s, true), set_config(%s, %s, true), set_config(%s, %s, true)",
            [part for pair in zip((ACTOR, REASON, CORRECTION), values, strict=True) for part in pair],
        )
