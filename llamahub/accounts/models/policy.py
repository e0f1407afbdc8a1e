"""What the site asks of its own people."""

from __future__ import annotations

from django.db import models

from models_catalog.models.base import in_choices


class Required(models.TextChoices):
    NOBODY = "nobody", "nobody: each decides for themselves"
    PUBLISHERS = "publishers", "publishers and administrators"
    EVERYONE = "everyone", "everyone who can sign in"


class SecurityPolicy(models.Model):
    """The switches of an administrator. There is exactly one row; without it, the defaults hold."""

    Required = Required

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    second_factor_for = models.CharField(
        "second factor required of",
        max_length=10,
        choices=Required,
        default=Required.NOBODY,
        help_text="Those concerned who have none are led to set it up on the next page they open.",
    )

    class Meta:
        default_permissions = ("add", "change", "view")
        verbose_name = verbose_name_plural = "security settings"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(id=1),
                name="security_policy_is_one_row",
                violation_error_message="There is one set of security settings. Edit it instead of adding another.",
            ),
            in_choices("second_factor_for", Required, name="second_factor_for_is_known"),
        )

    def __str__(self) -> str:
        return "security settings"
