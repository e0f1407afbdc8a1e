"""Writes down what is no change of a row: signing in and out, failures, exports."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from llamahub.logs import request_id

from .addresses import client_address, coarse
from .models.audit import AuditEntry, AuditKind

Kind = AuditKind


def record(
    kind: AuditKind, *, by: str, about: str = "", request: HttpRequest | None = None, **detail: Any
) -> AuditEntry:
    """One entry. ``by`` and ``about`` are names of accounts; ``detail`` holds numbers and short texts, never a secret."""
    return AuditEntry.objects.create(
        at=timezone.now(),
        kind=kind,
        actor=by[:150],
        subject=about[:250],
        address=coarse(client_address(request)) if request else "",
        detail=detail,
        request_id=request_id.get(),
    )
