"""Machines, and published figures that our estimates of memory are held against."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from models_catalog.models import Machine, PublishedMemory

from .base import ContentAdmin
from .choosing import FirstRelatedFilter
from .citations import CitationInline
from .columns import fact_column


@admin.register(Machine)
class MachineAdmin(ContentAdmin):
    list_display = ("name", "memory_gb", "devices", "usable_percent", "position")
    list_editable = ("position",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "slug", ("memory_gb", "devices"), "usable_percent", "position"),
                "description": "One row of the grid “Which machines hold it” on the page “Run”. "
                "A class with a round size, not a product: the page tells readers so.",
            },
        ),
    )


@admin.register(PublishedMemory)
class PublishedMemoryAdmin(ContentAdmin):
    list_display = ("variant", "kind", "weight_format", fact_column(PublishedMemory, "value"), "position")
    list_display_links = ("variant", "kind")
    list_editable = ("position",)
    list_filter = ("kind", "weight_format", ("variant__release", FirstRelatedFilter))
    list_select_related = ("variant",)
    search_fields = ("variant__name", "slug")
    search_help_text = "By checkpoint."
    inlines = (CitationInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "variant",
                    "slug",
                    ("kind", "weight_format"),
                    ("value", "unit", "devices"),
                    "context_tokens",
                    "position",
                ),
                "description": "Readers see it on the page “Run” beside our estimate, with the deviation in percent.",
            },
        ),
    )

    def view_on_site(self, entry: Any) -> str | None:
        return entry.get_absolute_url() if entry.variant.release.is_listed else None
