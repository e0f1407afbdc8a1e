"""“Insert a fact”: finds facts and gives the reference that puts them into a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.sites import AdminSite
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from editorial.live_facts.finding import SHOWN, find
from editorial.models.uses import TEXT_MODELS
from models_catalog.admin.base import ForEditors

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

MAX_QUERY = 200


def may_write(user: User | AnonymousUser) -> bool:
    """May change some text that can refer to facts."""
    return any(user.has_perm(f"editorial.change_{model._meta.model_name}") for model in TEXT_MODELS.values())


def facts_view(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Facts that match ``q``: as JSON for the form’s own search, else as a page to copy from."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not may_write(request.user):
        raise PermissionDenied
    query = request.GET.get("q", "")[:MAX_QUERY].strip()
    found = find(query)
    if request.GET.get("as") == "json":
        return JsonResponse({"query": query, "facts": [each.as_json() for each in found]})
    context = {
        **site.each_context(request),
        "title": "Facts to refer to",
        "query": query,
        "found": found,
        "is_cut": len(found) == SHOWN,
    }
    return TemplateResponse(request, "admin/facts.html", context)


class ProseTextarea(AdminTextareaWidget):
    """Room for Markdown, with a way to find facts: a page to copy from, which insert_fact.js opens in place."""

    class Media:
        js = (Script("admin_site/insert_fact.js", type="module"),)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 16, **(attrs or {}), "class": "vLargeTextField prose"})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        return format_html(
            '<div class="prose-field">{} <p><a class="insert-fact" href="{}" target="_blank" data-for="{}">'
            "Insert a fact…</a></p></div>",
            super().render(name, value, attrs, renderer),
            reverse("admin:facts"),
            (attrs or {}).get("id", ""),
        )


class WritesProse(ForEditors):
    """An admin whose Markdown fields offer facts to refer to."""

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name in self.model.prose_fields:
            kwargs["widget"] = ProseTextarea
            return db_field.formfield(**kwargs)
        return super().formfield_for_dbfield(db_field, request, **kwargs)
