"""Brings the desk to every form of content in the admin, without the forms knowing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.admin.helpers import AdminErrorList
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format

from models_catalog.admin.conflicts import VERSIONS
from models_catalog.models import Content

from . import presence, signed_out
from .models import NEW, UnsavedForm
from .once import ONCE, SavedBefore, answer_again, saved_before
from .unsaved import REPLACES, TAB, number_in

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite

RESTORE = "_restore"
RESTORED = (
    "This is what you had typed, back in the form. Nothing is saved yet: look through it, then save or leave the page."
)


@dataclass(frozen=True, slots=True)
class FormAddress:
    """Which form of the admin a request is for."""

    admin: Any
    kind: str
    row_id: int


@dataclass(frozen=True, slots=True)
class Kept:
    """An unsaved form, as the page offers it."""

    number: int
    tab: str
    when: str
    is_open_elsewhere: bool


def desk_around(site: AdminSite, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of the admin which, if it shows or saves a form of content, does so with the desk around it."""

    @wraps(view)
    def around(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = form_of(site, request)
        if form is None:
            return view(request, *args, **kwargs)
        request.desk_form = form  # type: ignore[attr-defined]
        if request.method != "POST":
            return _with_desk(request, form, view(request, *args, **kwargs))
        if RESTORE in request.POST:
            if not _restore(request, form):
                messages.error(request, "That is no longer kept: it was saved or discarded in another tab.")
                return HttpResponseRedirect(request.path)
            return _with_desk(request, form, view(request, *args, **kwargs), restored=True)
        if saved := saved_before(request):
            return answer_again(request, form.admin, saved)
        try:
            response = view(request, *args, **kwargs)
        except SavedBefore:
            response = None
        # While this one waited or was refused, the same form may have come through.
        if (response is None or response.status_code != 302) and (saved := saved_before(request)):
            return answer_again(request, form.admin, saved)
        assert response is not None
        return _with_desk(request, form, response)

    return around


def form_of(site: AdminSite, request: HttpRequest) -> FormAddress | None:
    """Only forms that mind conflicts: what is put back into one must not overwrite what nobody has seen."""
    match = request.resolver_match
    if match is None or not match.url_name or not match.url_name.endswith(("_add", "_change")):
        return None
    for model, admin in site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        if issubclass(model, Content) and match.url_name in (f"{name}_add", f"{name}_change"):
            text = str(match.kwargs.get("object_id", NEW))
            row_id = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else NEW
            return FormAddress(admin, model._meta.label_lower, row_id)
    return None


def _restore(request: HttpRequest, form: FormAddress) -> bool:
    """Let the request be as if the kept form had been sent, refused in any case: it is shown, never saved."""
    number = number_in(request.POST, RESTORE)
    kept = UnsavedForm.objects.of(request.user, form.kind, form.row_id).filter(pk=number).first()  # type: ignore[arg-type]
    if kept is None:
        return False
    posted = kept.as_posted()
    posted[REPLACES] = str(kept.pk)
    posted.setdefault(VERSIONS, "")
    posted._mutable = False
    request._post = posted  # type: ignore[attr-defined]
    request.refused = (None, RESTORED)  # type: ignore[attr-defined]
    return True


def _with_desk(
    request: HttpRequest, form: FormAddress, response: HttpResponse, *, restored: bool = False
) -> HttpResponse:
    """The page’s template shows what the desk knows. A small window that chooses a relation has none."""
    if not isinstance(response, TemplateResponse) or response.context_data is None:
        return response
    context = response.context_data
    if "adminform" not in context or IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST:
        return response
    if restored:
        _without_refusal(context)
    user: Any = request.user
    may_save = context["has_add_permission"] if form.row_id == NEW else context["has_change_permission"]
    own = presence.own_tabs(user, form.kind, form.row_id)
    asides = UnsavedForm.objects.of(user, form.kind + signed_out.ASIDE, form.row_id)
    context["desk"] = {
        "row": form.row_id or "add",
        "others": presence.others(user, form.kind, form.row_id),
        "kept": _kept(user, form, own) if may_save and not restored else [],
        "may_save": may_save,
        "asides": [(row.pk, when(row), row.texts) for row in asides],
        "aside": signed_out.signed(user, form.kind + signed_out.ASIDE, form.row_id),
        "owner": signed_out.signed(user, form.kind, form.row_id),
        "once": str(uuid4()),
        # A form that comes back unsaved is unsaved still.
        "is_dirty": request.method == "POST",
        "tab": request.POST.get(TAB, ""),
        "replaces": request.POST.get(REPLACES, ""),
        "is_restored": restored,
    }
    return response


def _without_refusal(context: dict[str, Any]) -> None:
    """What kept the form from being saved was no mistake in it; mistakes that it has besides are shown."""
    form = context["adminform"].form
    others = [error for error in form.non_field_errors() if error != RESTORED]
    form.errors.pop(NON_FIELD_ERRORS, None)
    if others:
        form.add_error(None, others)
    context["errors"] = AdminErrorList(form, [inline.formset for inline in context["inline_admin_formsets"]])


def _kept(user: Any, form: FormAddress, own_tabs: set[str]) -> list[Kept]:
    rows = UnsavedForm.objects.of(user, form.kind, form.row_id).defer("fields")
    return [Kept(row.pk, row.tab, when(row), row.tab in own_tabs) for row in rows]


def when(row: UnsavedForm) -> str:
    """“14:02” today, with the day for what is older."""
    at, today = timezone.localtime(row.kept_at), timezone.localdate()
    return date_format(at, "H:i") if at.date() == today else date_format(at, "M j, H:i")


__all__ = ["ONCE", "desk_around", "form_of", "when"]
