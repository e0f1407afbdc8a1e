"""Kinds of entry that there is one row of, such as the settings of the site."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from .base import ModelAdmin


class OneRow(ModelAdmin):
    """There is one row, so the list leads straight to its form."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not self.model._default_manager.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        form = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        row = self.model._default_manager.first()
        if row and self.has_view_or_change_permission(request):
            return HttpResponseRedirect(reverse(f"{form}_change", args=[row.pk]))
        if self.has_add_permission(request):
            return HttpResponseRedirect(reverse(f"{form}_add"))
        return super().changelist_view(request, extra_context)
