"""What the database refuses, in words."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from models_catalog.forms import fields_of

CONFLICT = (
    "Someone else saved an entry that conflicts with this one at the same moment. "
    "Look at the list, then change this entry or edit the other."
)


def refusal(error: IntegrityError) -> tuple[str | None, str]:
    """The database’s refusal in words, with the field it concerns."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    for model in apps.get_models() if name else ():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                field = next(iter(fields_of(constraint)), None)
                own = constraint.violation_error_code or constraint.violation_error_message
                message = constraint.get_violation_error_message() if own else CONFLICT
                return field, str(message)
    # A trigger of ours speaks in sentences; Postgres’ own messages are not for editors.
    if getattr(diagnosis, "sqlstate", None) == "23001" and name is None:
        return None, str(diagnosis.message_primary)  # type: ignore[union-attr]
    return None, CONFLICT


def say_refusal(admin: Any, request: HttpRequest, error: IntegrityError) -> HttpResponse:
    """Back to the same page, with what stood in the way."""
    admin.message_user(request, f"Nothing was changed. {refusal(error)[1]}", messages.ERROR)
    return HttpResponseRedirect(request.get_full_path())
