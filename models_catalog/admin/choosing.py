"""Filters of lists in the admin that offer other entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

if TYPE_CHECKING:
    from django.http import HttpRequest

# More are none to choose from: the search finds the others.
OFFERED = 100


class FirstRelatedFilter(admin.RelatedOnlyFieldListFilter):
    """Offers the entries that rows of the list lead to, the first of them in their own order."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        used = model_admin.model._default_manager.order_by().values(f"{self.field_path}__pk")
        related: Any = field.related_model
        rows = related._default_manager.filter(pk__in=used)
        if ordering := self.field_admin_ordering(field, request, model_admin):
            rows = rows.order_by(*ordering)
        return [(row.pk, str(row)) for row in rows[:OFFERED]]
