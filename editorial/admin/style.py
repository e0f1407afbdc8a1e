"""The house’s own words."""

from __future__ import annotations

from django.contrib import admin

from editorial.models import StyleRule
from models_catalog.admin.base import ContentAdmin


@admin.register(StyleRule)
class StyleRuleAdmin(ContentAdmin):
    list_display = ("avoid", "prefer", "because")
    search_fields = ("avoid", "prefer", "because", "slug")
    search_help_text = "By wording or reason."
    prepopulated_fields = {"slug": ("avoid",)}
    fields = ("avoid", "prefer", "because", "exceptions", "slug")
