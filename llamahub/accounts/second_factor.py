"""A second factor: who needs one, setting it up, and checking what is given."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpRequest
from django.utils import timezone

from . import audit, sealing, sessions, totp
from .models import RecoveryCode, SecondFactor, SecurityPolicy

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

Required = SecurityPolicy.Required

# In a session that has passed: whoever holds it gave a code.
PASSED = "second_factor_passed"
RECOVERY_CODES = 10
# Without the letters and digits that look alike on paper: 32 of them, five bits each.
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
SALT = "llamahub.accounts.second_factor"
# A page for setting it up may stay open this long.
OFFER_AGE = 60 * 60


class WrongCode(Exception):
    """Neither the code of this half minute nor a recovery code that is left."""


def is_required_of(user: User, policy: str | None = None) -> bool:
    """Whether the site wants this account to have one."""
    if policy is None:
        policy = SecurityPolicy.objects.values_list("second_factor_for", flat=True).first() or Required.NOBODY
    if policy == Required.EVERYONE:
        return True
    # By what the account may do, whatever group it has that from.
    return policy == Required.PUBLISHERS and user.has_perm("editorial.approve_edition")


def is_missing(request: HttpRequest) -> bool:
    """Whether this session still lacks a second factor that its account has, or that the site requires.

    One query, once a request, and none for those who have passed.
    """
    user: User | AnonymousUser = request.user
    if not user.is_authenticated or request.session.get(PASSED):
        return False
    if not hasattr(request, "second_factor_is_missing"):
        has_one, policy = (
            User.objects.filter(pk=user.pk)
            .values_list(
                Exists(SecondFactor.objects.filter(user=OuterRef("pk"))),
                Subquery(SecurityPolicy.objects.values("second_factor_for")[:1]),
            )
            .get()
        )
        request.second_factor_is_missing = has_one or is_required_of(user, policy or Required.NOBODY)  # type: ignore[attr-defined]
    return bool(request.second_factor_is_missing)  # type: ignore[attr-defined]


def of(user: User) -> SecondFactor | None:
    return SecondFactor.objects.filter(user=user).first()


# --- Setting up -------------------------------------------------------------------------------------------------------


def offer(user: User) -> tuple[bytes, str]:
    """A new secret, and the same signed: nothing is stored until its owner has shown to have it."""
    secret = totp.new_secret()
    return secret, signing.dumps([user.pk, secret.hex()], salt=SALT)


def accept(user: User, signed: str) -> bytes | None:
    """The secret of an offer that was made to this account within the last hour."""
    try:
        owner, secret = signing.loads(signed, salt=SALT, max_age=OFFER_AGE)
    except signing.BadSignature:
        return None
    return bytes.fromhex(secret) if owner == user.pk else None


def set_up(request: HttpRequest, user: User, secret: bytes, code: str) -> list[str]:
    """Keep the secret, if the code is right; the recovery codes, which are never shown again. Other sessions end."""
    step = totp.matching_step(secret, code, at=timezone.now().timestamp())
    if step is None:
        raise WrongCode
    with transaction.atomic():
        factor = SecondFactor.objects.create(
            user=user, sealed_secret=sealing.seal(secret, owner=_owner(user)), last_step=step, added_at=timezone.now()
        )
        codes = _new_recovery_codes(factor)
        sessions.end(user, except_for=request.session.session_key)
    request.session[PASSED] = True
    return codes


def renew_recovery_codes(request: HttpRequest, factor: SecondFactor) -> list[str]:
    """The old ones are void."""
    with transaction.atomic():
        factor.recovery_codes.all().delete()
        codes = _new_recovery_codes(factor)
        name = factor.user.get_username()
        audit.record(audit.Kind.RECOVERY_CODES_MADE, by=name, about=name, request=request)
    return codes


def remove(user: User) -> bool:
    """Whether there was one."""
    return bool(SecondFactor.objects.filter(user=user).delete()[0])


def reset(user: User) -> bool:
    """For whoever lost phone and codes: no second factor any more, and every session ends. Whether there was one."""
    with transaction.atomic():
        sessions.end(user)
        return remove(user)


# --- Checking ---------------------------------------------------------------------------------------------------------


def check(request: HttpRequest, user: User, given: str) -> None:
    """Use up a code from the app or a recovery code; raise `WrongCode` for any other."""
    given = "".join(given.split()).replace("-", "").lower()
    with transaction.atomic():
        # Locked, so that one code given twice at the same moment counts once.
        factor = SecondFactor.objects.select_for_update().filter(user=user).first()
        if factor is None:
            raise WrongCode
        if given.isascii() and given.isdigit() and len(given) == totp.DIGITS:
            _use_code(factor, given)
        else:
            _use_recovery_code(request, factor, given)


def _use_code(factor: SecondFactor, given: str) -> None:
    try:
        secret = sealing.unseal(bytes(factor.sealed_secret), owner=_owner(factor.user))
    except sealing.Unreadable:
        # The site’s key was replaced. Recovery codes still work, and an administrator can reset the factor.
        raise WrongCode from None
    step = totp.matching_step(secret, given, at=timezone.now().timestamp(), after=factor.last_step)
    if step is None:
        raise WrongCode
    factor.last_step = step
    factor.save(update_fields=["last_step"])


def _use_recovery_code(request: HttpRequest, factor: SecondFactor, given: str) -> None:
    used = factor.recovery_codes.filter(digest=_digest(factor, given), used_at=None).update(used_at=timezone.now())
    if not used:
        raise WrongCode
    name = factor.user.get_username()
    left = factor.recovery_codes.filter(used_at=None).count()
    audit.record(audit.Kind.RECOVERY_CODE_USED, by=name, about=name, request=request, codes_left=left)


def _new_recovery_codes(factor: SecondFactor) -> list[str]:
    codes = ["-".join(_random_letters(4) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=_digest(factor, code.replace("-", ""))) for code in codes
    )
    return codes


def _random_letters(number: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(number))


def _digest(factor: SecondFactor, code: str) -> str:
    return sha256(f"{factor.user_id} {code}".encode()).hexdigest()


def _owner(user: User) -> str:
    return f"user {user.pk}"
