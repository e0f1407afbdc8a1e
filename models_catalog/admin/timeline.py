"""Dated milestones."""

from __future__ import annotations

from django.contrib import admin

from models_catalog.models import TimelineEvent

from .base import ContentAdmin
from .bulk import InBulk
from .choosing import FirstRelatedFilter
from .citations import CitationInline
from .columns import fact_column


@admin.register(TimelineEvent)
class TimelineEventAdmin(InBulk, ContentAdmin):
    list_display = (
        "title",
        fact_column(TimelineEvent, "happened_on", label="date"),
        "kind",
        "is_headline",
        "is_listed",
    )
    list_editable = ("is_headline", "is_listed")
    list_filter = ("kind", "is_headline", "is_listed", ("releases", FirstRelatedFilter))
    search_fields = ("title", "slug", "summary")
    search_help_text = "By title, address or summary."
    date_hierarchy = "happened_on"
    prepopulated_fields = {"slug": ("title",)}
    inlines = (CitationInline,)
    instead_of_deleting = "To take an event off the site but keep it, clear “shown to readers”."
    fieldsets = (
        (
            None,
            {
                "fields": ("title", "slug", ("happened_on", "date_precision"), "kind", "summary", "releases"),
                "description": "One entry on the timeline, with a page of its own.",
            },
        ),
        ("Where it appears", {"fields": ("is_headline", "is_listed")}),
    )
