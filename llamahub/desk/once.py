"""A form that arrives twice is saved once: after a double click, or when a slow network sends it again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from models_catalog.admin.conflicts import form_saved, form_saving

from .models import SavedForm

# The hidden field with the number that each page gives its form.
ONCE = "_once"


class SavedBefore(Exception):
    """The same form is saved already."""


def number_of(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get(ONCE, ""))
    except ValueError:
        return None


def saved_before(request: HttpRequest) -> SavedForm | None:
    """The trace of the same form, saved by the same person."""
    number = number_of(request)
    if number is None or not request.user.is_authenticated:
        return None
    return SavedForm.objects.filter(user=request.user, number=number).first()


def answer_again(request: HttpRequest, admin: Any, saved: SavedForm) -> HttpResponse:
    """What a form that was saved gets when it arrives again: the news, and no second entry."""
    entry = admin.model._default_manager.filter(pk=saved.row_id).first()
    if entry is not None and IS_POPUP_VAR in request.POST:
        return admin.response_add(request, entry)
    name = f"“{entry}”" if entry is not None else "The entry"
    messages.success(request, f"{name} is saved. The form arrived twice; it was saved once.")
    stays = entry is not None and any(button in request.POST for button in ("_continue", "_approve", "_submit"))
    return HttpResponseRedirect(_address(admin, "change", entry.pk) if stays else _address(admin, "changelist"))


def _address(admin: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_{page}", args=args)


def connect() -> None:
    """Called once, when the app is ready."""
    form_saving.connect(_saving, dispatch_uid="desk_form_saving_once")
    form_saved.connect(_saved, dispatch_uid="desk_form_saved_once")


def _saving(request: HttpRequest, **kwargs: Any) -> None:
    """In the transaction of the save: of two that arrive together, the second waits here for the first."""
    number, user = number_of(request), request.user
    if number is None or not user.is_authenticated:
        return
    _, is_first = SavedForm.objects.get_or_create(user=user, number=number, defaults={"at": timezone.now()})
    if not is_first:
        raise SavedBefore


def _saved(request: HttpRequest, entry: Any, **kwargs: Any) -> None:
    """By now a new entry has its number."""
    number, user = number_of(request), request.user
    if number is not None and user.is_authenticated:
        SavedForm.objects.filter(user=user, number=number).update(row_id=entry.pk)
