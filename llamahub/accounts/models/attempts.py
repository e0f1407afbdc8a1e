"""Tries to sign in that did not succeed, for as long as they count."""

from __future__ import annotations

from django.db import models


class SignInAttempt(models.Model):
    """One try with a wrong password or code, or one that is being checked right now.

    Written before the check and taken away after a success, so that tries at the
    same moment cannot outnumber the limit. Names are kept as keyed hashes: people
    type passwords into the wrong field.
    """

    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    device = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    is_settled = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = (
            models.Index(fields=("account", "at"), name="attempts_by_account"),
            models.Index(fields=("address", "at"), name="attempts_by_address"),
            models.Index(fields=("device", "at"), name="attempts_by_device", condition=~models.Q(device="")),
            models.Index(fields=("at",), name="attempts_by_time"),
        )
