"""The hub page: its name and its sections."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from editorial.models import HubSection, HubSettings
from models_catalog import zones
from models_catalog.admin.base import ContentAdmin
from models_catalog.admin.one_row import OneRow

from .writing import ChecksWriting, WritesProse


@admin.register(HubSettings)
class HubSettingsAdmin(OneRow, WritesProse, ChecksWriting, ContentAdmin):
    fieldsets = (
        ("On every page", {"fields": ("name",)}),
        ("At the head of the hub", {"fields": ("tagline", "standfirst")}),
        ("Who we are", {"fields": ("independence", "about")}),
        ("How we publish", {"fields": ("may_approve_own", "time_zone")}),
    )

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "time_zone":
            field.widget = forms.Select(choices=zones.choices())
        return field


# Where the entries of each section are kept.
ROWS = {
    HubSection.Kind.WHATS_NEW: ("models_catalog_timelineevent", "?is_headline__exact=1", "events in “What’s new”"),
    HubSection.Kind.KEY_NUMBERS: ("models_catalog_keyfigure", "?is_headline__exact=1", "key figures on the hub"),
    HubSection.Kind.PERSONAS: ("editorial_persona", "", "kinds of reader"),
    HubSection.Kind.FAMILY: ("models_catalog_release", "", "releases"),
    HubSection.Kind.TIMELINE: ("models_catalog_timelineevent", "", "events"),
    HubSection.Kind.DEPLOYMENT: ("models_catalog_deploymentoption", "", "ways to run"),
    HubSection.Kind.COVERAGE: ("editorial_article", "", "articles"),
    HubSection.Kind.LICENSING: ("models_catalog_usecase", "?is_headline__exact=1", "use cases on the hub"),
    HubSection.Kind.NOTICES: ("editorial_notice", "", "notices"),
}


@admin.register(HubSection)
class HubSectionAdmin(WritesProse, ChecksWriting, ContentAdmin):
    """Heading and lead-in of each section; “entries” leads to what stands below them."""

    list_display = ("title", "kind", "entries", "position", "is_listed")
    list_editable = ("position", "is_listed")
    list_filter = ("is_listed",)
    search_fields = ("title", "standfirst", "body")
    instead_of_deleting = "To take a section off the hub but keep its words, clear “shown to readers”."
    readonly_fields = ("entries",)
    fieldsets = (
        (
            None,
            {
                "fields": ("kind", "title", "standfirst", "body", "entries"),
                "description": "The hub shows the heading, the sentence, the text, and then the section’s entries.",
            },
        ),
        ("Where it appears", {"fields": (("position", "is_listed"),)}),
    )

    @admin.display(description="entries")
    def entries(self, section: HubSection) -> Any:
        if section.kind not in ROWS:
            return "its own text"
        name, query, words = ROWS[HubSection.Kind(section.kind)]
        return format_html('<a href="{}{}">{}</a>', reverse(f"admin:{name}_changelist"), query, words)
