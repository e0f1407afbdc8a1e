"""“Before you use AI”."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from editorial.models import HelpLine, Notice
from models_catalog.admin.base import ContentAdmin, ContentInline

from .writing import ChecksWriting, WritesProse


class HelpLineInline(ContentInline):
    model = HelpLine
    fields = ("name", "slug", "contact", "url", "region", "position")
    prepopulated_fields = {"slug": ("name",)}
    verbose_name_plural = "help lines: shown under the notice, for readers in need"


@admin.register(Notice)
class NoticeAdmin(WritesProse, ChecksWriting, ContentAdmin):
    list_display = ("title", "kind", "lines", "position", "is_listed")
    list_editable = ("position", "is_listed")
    list_filter = ("kind", "is_listed")
    search_fields = ("title", "slug", "body")
    search_help_text = "By title or text."
    prepopulated_fields = {"slug": ("title",)}
    inlines = (HelpLineInline,)
    instead_of_deleting = "To take a notice off the site but keep it, clear “shown to readers”."
    fieldsets = (
        (
            None,
            {
                "fields": ("title", "slug", "kind", "body", ("position", "is_listed")),
                "description": "Shown at the foot of the hub and on the page “Before you use AI”.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(line_count=Count("help_lines"))

    @admin.display(description="help lines", ordering="line_count")
    def lines(self, notice: Any) -> int:
        return int(notice.line_count)


@admin.register(HelpLine)
class HelpLineAdmin(ContentAdmin):
    list_display = ("name", "contact", "url", "region", "notice", "position")
    list_editable = ("position",)
    list_filter = ("region", "notice")
    list_select_related = ("notice",)
    search_fields = ("name", "slug", "contact", "region")
    search_help_text = "By name, contact or region."
    prepopulated_fields = {"slug": ("name",)}
    fields = ("notice", "name", "slug", "contact", "url", "region", "position")

    def view_on_site(self, entry: Any) -> str | None:
        return entry.notice.get_absolute_url() if entry.notice.is_listed else None
