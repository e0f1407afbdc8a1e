"""The documents that facts rest on."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from models_catalog.checks import mark_changed
from models_catalog.models import Citation, Source

from .base import ContentAdmin
from .bulk import InBulk
from .choosing import FirstValuesFilter
from .columns import age_of_check, day_column


@admin.register(Source)
class SourceAdmin(InBulk, ContentAdmin):
    list_display = ("title", "publisher", "kind", day_column("published_on", label="published"), "checked", "facts")
    list_filter = ("kind", "last_checked_on", "changed_on", ("publisher", FirstValuesFilter))
    actions: Any = ("changed_today", *InBulk.actions)
    readonly_fields = ("resting",)
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
                "fields": ("published_on", "last_checked_on", "changed_on"),
                "description": "Readers see them on the document’s page, with every fact that rests on it.",
            },
        ),
        ("Facts that rest on it", {"fields": ("resting",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Source.objects.with_fact_counts().order_by("publisher", "title", "slug")

    @admin.action(description="Changed: mark the facts that rest on it for a new check", permissions=["change"])
    def changed_today(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        today = timezone.localdate()
        sources = mark_changed(chosen, today=today)
        LogEntry.objects.log_actions(request.user.pk, sources, CHANGE, f"Changed on {today}.")  # type: ignore[arg-type]
        due = Citation.objects.filter(source__in=[source.pk for source in sources]).due(today).count()
        self.message_user(
            request, f"Changed today: {len(sources)}. Facts now due for a new check: {due}.", messages.SUCCESS
        )

    @admin.display(description="last read", ordering="last_checked_on")
    def checked(self, source: Source) -> Any:
        return age_of_check(source.last_checked_on, due_on=source.changed_on if source.changed_since_read else None)

    @admin.display(description="facts", ordering="fact_count")
    def facts(self, source: Any) -> Any:
        return format_html('<a href="{}">{}</a>', _citations_of(source), source.fact_count)

    @admin.display(description="citations")
    def resting(self, source: Source) -> Any:
        """What to look at when the document changes."""
        if not source.pk:
            return "None yet."
        citations = Citation.objects.filter(source=source)
        address = _citations_of(source)
        return format_html(
            '<a href="{}">All {}</a> · <a href="{}&check=due">Due for a check: {}</a> · <a href="{}">As readers see them</a>',
            address,
            citations.count(),
            address,
            citations.due(timezone.localdate()).count(),
            source.path_of(source.loaded_slug or source.slug),
        )


def _citations_of(source: Source) -> str:
    return f"{reverse('admin:models_catalog_citation_changelist')}?source__id__exact={source.pk}"
