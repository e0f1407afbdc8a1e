"""An account’s second factor: a secret shared with an app, and codes on paper for the day the phone is lost."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SecondFactor(models.Model):
    """There is a row once its owner has proved, with a code, that the app has the secret."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor")
    sealed_secret = models.BinaryField(help_text="Sealed with the site’s secret key; see `sealing`.")
    # The half minute of the newest code that was accepted: neither it nor an older one is accepted again.
    last_step = models.BigIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class RecoveryCode(models.Model):
    """Lets its owner in once. 80 random bits, so a plain hash keeps it: there is nothing to guess."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("factor", "digest"),
                name="recovery_code_is_one_of_its_kind",
                violation_error_message="This recovery code exists already.",
            ),
        )
