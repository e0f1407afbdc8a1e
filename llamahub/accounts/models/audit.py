"""The audit log: who signed in, who may do what, and what became of accounts."""

from __future__ import annotations

from typing import Any

from django.db import models

from models_catalog.finding import WordsIndex
from models_catalog.models.base import in_choices


class AuditKind(models.TextChoices):
    SIGNED_IN = "signed_in", "signed in"
    SIGN_IN_FAILED = "sign_in_failed", "failed to sign in"
    CODE_FAILED = "code_failed", "gave a wrong code"
    PASSWORD_FAILED = "password_failed", "gave a wrong password"
    SIGNED_OUT = "signed_out", "signed out"
    SESSION_ENDED = "session_ended", "session ended"
    RECOVERY_CODE_USED = "recovery_code_used", "recovery code used"
    RECOVERY_CODES_MADE = "recovery_codes_made", "recovery codes made"
    SECOND_FACTOR_ADDED = "second_factor_added", "second factor set up"
    SECOND_FACTOR_REMOVED = "second_factor_removed", "second factor removed"
    ACCOUNT_ADDED = "account_added", "account added"
    ACCOUNT_CHANGED = "account_changed", "account changed"
    ACCOUNT_DELETED = "account_deleted", "account deleted"
    GROUP_ADDED = "group_added", "group added"
    GROUP_CHANGED = "group_changed", "group changed"
    GROUP_DELETED = "group_deleted", "group deleted"
    GRANTED = "granted", "granted"
    REVOKED = "revoked", "revoked"
    POLICY_CHANGED = "policy_changed", "security settings changed"
    REDIRECT_ADDED = "redirect_added", "redirect added"
    REDIRECT_CHANGED = "redirect_changed", "redirect changed"
    REDIRECT_DELETED = "redirect_deleted", "redirect deleted"
    EXPORTED = "exported", "exported"


class AuditEntry(models.Model):
    """One thing that happened to an account, a group, a session or a setting.

    Changes of rows are written by triggers, so that the shell and SQL cannot pass
    unseen; the rest by `audit.record`. Rows are never changed and never deleted:
    another trigger sees to it. Names rather than relations, so that an entry
    outlasts the account. No password, not even hashed, and no secret is in it.
    """

    Kind = AuditKind

    at = models.DateTimeField()
    kind = models.CharField("what", max_length=30, choices=AuditKind)
    actor = models.CharField(
        "by", max_length=150, help_text="The account or, where none is known, the database’s user."
    )
    subject = models.CharField("account or entry", max_length=250, blank=True)
    address = models.CharField("from", max_length=50, blank=True, help_text="The network, not the machine.")
    detail = models.JSONField(default=dict)
    request_id = models.CharField("request", max_length=32, blank=True, help_text="As in the server’s log.")

    class Meta:
        verbose_name = "audit log entry"
        verbose_name_plural = "audit log entries"
        default_permissions = ("view",)
        ordering = ("-id",)
        constraints = (in_choices("kind", AuditKind, name="audit_kind_is_known"),)
        indexes = (
            models.Index(fields=("subject", "-id"), name="audit_by_subject"),
            models.Index(fields=("-at", "-id"), name="audit_newest_first"),
            models.Index(fields=("kind", "-at", "-id"), name="audit_by_kind"),
            WordsIndex(words=("actor", "subject", "request_id"), name="audit_words"),
        )

    def __str__(self) -> str:
        return f"{self.actor}: {self.get_kind_display()} {self.subject}".strip()

    def facts(self) -> list[tuple[str, Any]]:
        """Label and value of each detail, for people: {"is_active": [true, false]} is “is active: yes → no”."""
        return [(name.replace("_", " "), _in_words(value)) for name, value in self.detail.items()]


def _in_words(value: Any) -> str:
    if isinstance(value, dict) and value.keys() == {"was", "now"}:
        return f"{_in_words(value['was'])} → {_in_words(value['now'])}"
    if isinstance(value, list):
        return ", ".join(map(_in_words, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in (None, "") else str(value)
