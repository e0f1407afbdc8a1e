"""What the script in a form asks: who else is here, keep this, and am I still signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse

from models_catalog.admin.conflicts import seen_versions
from models_catalog.conflicts import in_words, since
from models_catalog.models import Content

from . import presence, unsaved
from .around import FormAddress, when
from .models import NEW
from .once import saved_before
from .signed_out import ASIDE

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.db.models import Model

ACTION = "_desk"


def desk(request: HttpRequest, site: AdminSite, app_label: str, model_name: str, row: str) -> HttpResponse:
    """One address for each form: `_desk` says what to do with it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not site.has_permission(request):
        return JsonResponse({"signed_out": True}, status=401)
    form, entry = _form(request, site, app_label, model_name, row)
    user: Any = request.user
    match request.POST.get(ACTION):
        case "here":
            return _here(request, form, entry)
        case "left":
            presence.left(user, form.kind, form.row_id, unsaved.tab_of(request.POST))
            return JsonResponse({})
        case "keep":
            return _keep(request, form)
        case "forget":
            unsaved.discard(user=user, kind=form.kind, row_id=form.row_id, tab=request.POST.get(unsaved.TAB, ""))
            return JsonResponse({})
        case "discard":
            if number := unsaved.number_in(request.POST, "number"):
                for kind in (form.kind, form.kind + ASIDE):
                    unsaved.discard(user=user, kind=kind, row_id=form.row_id, number=number)
            page, args = ("change", [form.row_id]) if form.row_id else ("add", [])
            return HttpResponseRedirect(reverse(f"admin:{app_label}_{model_name}_{page}", args=args))
    raise Http404("There is no such thing to do.")


def token(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Who is signed in, and what their forms prove themselves with: a page that is older than the session goes on."""
    if not site.has_permission(request):
        return JsonResponse({"user": None})
    return JsonResponse({"user": request.user.pk, "token": get_token(request)})


def _form(
    request: HttpRequest, site: AdminSite, app_label: str, model_name: str, row: str
) -> tuple[FormAddress, Model | None]:
    """The form and its entry, for those who may see it; the right is asked for before the entry is."""
    try:
        model = apps.get_model(app_label, model_name)
    except LookupError:
        raise Http404("There is no such kind of entry.") from None
    admin = site._registry.get(model)
    if admin is None or not issubclass(model, Content):
        raise Http404("There is no such form.")
    if row == "add":
        if not admin.has_add_permission(request):
            raise PermissionDenied
        return FormAddress(admin, model._meta.label_lower, NEW), None
    if not admin.has_view_permission(request):
        raise PermissionDenied
    if not (row.isascii() and row.isdecimal() and len(row) < 19):
        raise Http404("There is no such entry.")
    entry = model._default_manager.filter(pk=int(row)).first()
    if entry is None and request.POST.get(ACTION) != "keep":
        raise Http404("There is no such entry.")
    if entry is not None and not admin.has_view_permission(request, entry):
        raise PermissionDenied
    return FormAddress(admin, model._meta.label_lower, int(row)), entry


def _here(request: HttpRequest, form: FormAddress, entry: Model | None) -> HttpResponse:
    user: Any = request.user
    tab = unsaved.tab_of(request.POST)
    with transaction.atomic():
        presence.here(user, form.kind, form.row_id, tab)
    changed = in_words(since(seen_versions(request), [entry])) if entry is not None else ""
    return JsonResponse(
        {
            "others": [other.words for other in presence.others(user, form.kind, form.row_id)],
            "own_tabs": len(presence.own_tabs(user, form.kind, form.row_id) - {tab}) if form.row_id else 0,
            "changed": changed,
        }
    )


def _keep(request: HttpRequest, form: FormAddress) -> HttpResponse:
    """Kept even of an entry that is gone by now: its form says so when it is sent, and shows what was typed."""
    user: Any = request.user
    if form.row_id and not form.admin.has_change_permission(request):
        raise PermissionDenied
    if saved_before(request):
        # It was on its way while the form was saved: what it brings is saved.
        return JsonResponse({"saved": True})
    try:
        kept = unsaved.keep(user=user, kind=form.kind, row_id=form.row_id, posted=request.POST)
    except unsaved.TooLong:
        return JsonResponse({"too_long": True}, status=413)
    return JsonResponse({"kept": when(kept), "number": kept.pk})
