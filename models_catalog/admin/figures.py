"""Headline numbers."""

from __future__ import annotations

from django.contrib import admin

from models_catalog.models import KeyFigure

from .base import ContentAdmin
from .bulk import InBulk
from .citations import CitationInline
from .columns import day_column, fact_column


@admin.register(KeyFigure)
class KeyFigureAdmin(InBulk, ContentAdmin):
    list_display = (
        "label",
        fact_column(KeyFigure, "value"),
        "unit",
        day_column("as_of", label="as of"),
        "position",
        "is_headline",
    )
    list_editable = ("position", "is_headline")
    list_filter = ("is_headline", "as_of")
    search_fields = ("label", "slug", "unit", "measures")
    search_help_text = "By label, unit or what it measures."
    date_hierarchy = "as_of"
    prepopulated_fields = {"slug": ("label",)}
    inlines = (CitationInline,)
    instead_of_deleting = "To keep the figure but take it off the hub, clear “on the hub”."
    fieldsets = (
        (
            None,
            {
                "fields": ("label", "slug", ("qualifier", "value", "unit"), "measures", "as_of"),
                "description": "One card under “Key numbers”: the value large, the unit and what it measures below.",
            },
        ),
        ("Where it appears", {"fields": ("is_headline", "position")}),
    )
