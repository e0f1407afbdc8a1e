"""What an account likes: nothing that anybody else has to know."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from models_catalog import zones


class Preferences(models.Model):
    """There is a row once its owner has chosen something; without it, the site’s own ways hold."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="preferences"
    )
    time_zone = models.CharField(
        "your time zone",
        max_length=64,
        blank=True,
        validators=[zones.validate],
        help_text="All times in the admin are shown in it, and times that you type are meant in it.",
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"
