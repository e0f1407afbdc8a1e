"""Filters of lists in the admin that offer other entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Exists, OuterRef

if TYPE_CHECKING:
    from django.http import HttpRequest

# More are none to choose from: the search finds the others.
OFFERED = 100


class FirstRelatedFilter(admin.RelatedOnlyFieldListFilter):
    """Offers the entries that rows of the list lead to, the first of them in their own order.

    Looks for one row for each, instead of reading all rows of the list.
    """

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        if field.many_to_many and field.model is model_admin.model:
            # The rows that join the two say enough.
            joins = field.remote_field.through._default_manager
            used = joins.filter(**{field.m2m_reverse_field_name(): OuterRef("pk")})
        else:
            used = model_admin.model._default_manager.order_by().filter(**{self.field_path: OuterRef("pk")})
        related: Any = field.related_model
        rows = related._default_manager.filter(Exists(used))
        if ordering := self.field_admin_ordering(field, request, model_admin):
            rows = rows.order_by(*ordering)
        return [(row.pk, str(row)) for row in rows[:OFFERED]]


class FirstValuesFilter(admin.AllValuesFieldListFilter):
    """Offers the values that a field has, the first of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lookup_choices: Any = self.lookup_choices[:OFFERED]
