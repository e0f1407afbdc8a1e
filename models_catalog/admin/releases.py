"""The family: releases with their checkpoints."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from models_catalog.models import Release, Variant

from .base import ContentAdmin, ContentInline
from .bulk import InBulk
from .choosing import FirstRelatedFilter, FirstValuesFilter
from .citations import CitationInline
from .columns import count_of, fact_column


class VariantInline(ContentInline):
    """The checkpoints that readers see in the release’s table."""

    model = Variant
    fields = (
        "name",
        "slug",
        "size_label",
        "kind",
        "quantization",
        "parameters_total",
        "parameters_active",
        "experts",
        "repository_id",
    )
    prepopulated_fields = {"slug": ("name",)}
    show_change_link = True
    verbose_name_plural = "checkpoints: what readers can download, one row each in the release’s table"


@admin.register(Release)
class ReleaseAdmin(InBulk, ContentAdmin):
    list_display = (
        "name",
        "branch",
        fact_column(Release, "released_on", label="released"),
        "status",
        fact_column(Release, "context_tokens", label="context"),
        "license_version",
        "checkpoints",
        "is_listed",
    )
    list_filter = (
        "branch",
        ("generation", FirstValuesFilter),
        "status",
        "architecture",
        "is_listed",
        ("license", FirstRelatedFilter),
    )
    list_select_related = ("license",)
    search_fields = ("name", "slug", "generation", "summary")
    search_help_text = "By name, address, generation or summary."
    date_hierarchy = "released_on"
    prepopulated_fields = {"slug": ("name",)}
    inlines = (VariantInline, CitationInline)
    instead_of_deleting = "To take a release off the site but keep its facts, clear “shown to readers”."
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "slug", ("generation", "branch"), "summary", ("status", "is_listed")),
                "description": "The head of the release’s page, and its row in the family table.",
            },
        ),
        ("Dates", {"fields": (("released_on", "date_precision"), "knowledge_cutoff")}),
        (
            "What it can do",
            {
                "fields": (
                    "architecture",
                    "context_tokens",
                    ("pretraining_tokens", "pretraining_qualifier"),
                    ("modalities_in", "modalities_out"),
                    "languages",
                ),
                "description": "Readers see “not stated” for what is left empty.",
            },
        ),
        ("License and descent", {"fields": ("license", "based_on")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(checkpoint_count=count_of(Variant, "release"))

    @admin.display(description="license", ordering="license__effective_on")
    def license_version(self, release: Release) -> str | None:
        return release.license.version if release.license else None

    @admin.display(description="checkpoints", ordering="checkpoint_count")
    def checkpoints(self, release: Any) -> int:
        return int(release.checkpoint_count)


@admin.register(Variant)
class VariantAdmin(InBulk, ContentAdmin):
    list_display = (
        "name",
        "release",
        "kind",
        "quantization",
        fact_column(Variant, "parameters_total", label="parameters"),
        fact_column(Variant, "parameters_active", label="active"),
        "experts",
        "repository_id",
    )
    list_filter = ("kind", "quantization", ("release", FirstRelatedFilter))
    list_select_related = ("release",)
    search_fields = ("name", "slug", "repository_id")
    search_help_text = "By name, address or repository."
    prepopulated_fields = {"slug": ("name",)}
    inlines = (CitationInline,)
    fieldsets = (
        (None, {"fields": ("release", "name", "slug", ("size_label", "kind", "quantization"), "repository_id")}),
        (
            "Size",
            {
                "fields": (("parameters_total", "parameters_qualifier"), ("parameters_active", "experts")),
                "description": "Shown in the release’s table and on the family chart.",
            },
        ),
        ("Where it differs from its release", {"fields": ("context_tokens", "pretraining_tokens", "knowledge_cutoff")}),
        (
            "Shape",
            {
                "fields": (
                    ("layers", "attention_heads"),
                    ("kv_heads", "head_size"),
                    "vocabulary_size",
                    ("local_layers", "local_window"),
                ),
                "description": "From these the memory that a reader needs to run it is worked out.",
            },
        ),
    )

    def view_on_site(self, entry: Any) -> str | None:
        return entry.get_absolute_url() if entry.release.is_listed else None
