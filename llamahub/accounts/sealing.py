"""Keeps small secrets in the database unreadable without the site’s SECRET_KEY.

Python’s standard library has no cipher, and one secret of 20 bytes needs none: it is covered with 32 bytes that
HMAC-SHA-256 makes of a key and a number that is used once, as any cipher in counter mode does for its first block, and
signed after (encrypt-then-MAC), along with whom it belongs to. Whoever copies the database alone learns nothing, and
cannot move one account’s secret to another.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from django.conf import settings

NONCE = TAG = 16
MAX = 32  # bytes that one block covers


class Unreadable(Exception):
    """Sealed with a SECRET_KEY that is gone, for someone else, or changed since."""


def seal(secret: bytes, *, owner: str) -> bytes:
    if len(secret) > MAX:
        raise ValueError(f"A secret of {len(secret)} bytes is too long: {MAX} at most.")
    nonce = secrets.token_bytes(NONCE)
    covered = _cover(settings.SECRET_KEY, nonce, secret)
    return nonce + covered + _tag(settings.SECRET_KEY, owner, nonce + covered)


def unseal(sealed: bytes, *, owner: str) -> bytes:
    """Also what was sealed with one of SECRET_KEY_FALLBACKS."""
    body, tag = sealed[:-TAG], sealed[-TAG:]
    keys: list[str] = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    for key in keys:
        if hmac.compare_digest(_tag(key, owner, body), tag):
            return _cover(key, body[:NONCE], body[NONCE:])
    raise Unreadable


def _derived(key: str, purpose: str) -> bytes:
    return hmac.digest(key.encode(), f"llamahub.accounts.sealing {purpose}".encode(), sha256)


def _cover(key: str, nonce: bytes, text: bytes) -> bytes:
    """Its own inverse."""
    block = hmac.digest(_derived(key, "cover"), nonce, sha256)
    return bytes(a ^ b for a, b in zip(text, block, strict=False))


def _tag(key: str, owner: str, body: bytes) -> bytes:
    return hmac.digest(_derived(key, "tag"), owner.encode() + b"\0" + body, sha256)[:TAG]
