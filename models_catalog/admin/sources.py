"""The documents that facts rest on."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from models_catalog.models import Source

from .base import ContentAdmin
from .columns import age_of_check, day_column


@admin.register(Source)
class SourceAdmin(ContentAdmin):
    list_display = ("title", "publisher", "kind", day_column("published_on", label="published"), "checked", "facts")
    list_filter = ("kind", "last_checked_on", "publisher")
    search_fields = ("title", "slug", "publisher", "url", "note")
    search_help_text = "By title, publisher, web address or note."
    date_hierarchy = "published_on"
    prepopulated_fields = {"slug": ("title",)}
    instead_of_deleting = (
        "First give each fact and correction that rests on it another source; "
        "then no reader is left with a number that nothing supports."
    )
    fieldsets = (
        (None, {"fields": ("title", "slug", ("publisher", "kind"), "url", "note")}),
        (
            "Dates",
            {
                "fields": ("published_on", "last_checked_on"),
                "description": "Readers see both with every fact that rests on the document.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Source.objects.with_fact_counts().order_by("publisher", "title", "slug")

    @admin.display(description="last read", ordering="last_checked_on")
    def checked(self, source: Source) -> Any:
        return age_of_check(source.last_checked_on)

    @admin.display(description="facts", ordering="fact_count")
    def facts(self, source: Any) -> Any:
        address = reverse("admin:models_catalog_citation_changelist")
        return format_html('<a href="{}?source__id__exact={}">{}</a>', address, source.pk, source.fact_count)
