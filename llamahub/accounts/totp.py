"""Codes that change every half minute: RFC 6238 with what every authenticator app knows (SHA-1, six digits, 30 s)."""

from __future__ import annotations

import base64
import hmac
import secrets
from urllib.parse import quote, urlencode

DIGITS = 6
STEP = 30  # seconds
DRIFT = 1  # steps that a clock may be wrong, either way
SECRET_BYTES = 20  # as RFC 4226 recommends
# What one QR code of a size that phones read at ease has room for.
MAX_URI = 213


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def code(secret: bytes, step: int) -> str:
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: bytes, given: str, *, at: float, after: int = -1) -> int | None:
    """The step whose code was given, at a time in seconds since 1970; None for a wrong code, or one up to ``after``."""
    if not given.isascii():
        return None
    now = int(at) // STEP
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        # All are compared, so that the time taken tells nothing.
        if hmac.compare_digest(code(secret, step), given) and step > after:
            found = step
    return found


def text_of(secret: bytes) -> str:
    """The secret as it is typed into an app: “ABCD EFGH …”."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def uri(secret: bytes, *, account: str, issuer: str) -> str:
    """The address that adds the secret to an app. A very long name is cut: it is only a label."""
    query = urlencode({"secret": text_of(secret).replace(" ", ""), "issuer": issuer}, quote_via=quote)
    while True:
        address = f"otpauth://totp/{quote(issuer, safe='')}:{quote(account, safe='@')}?{query}"
        if len(address) <= MAX_URI or not account:
            return address
        account = account[:-1]
