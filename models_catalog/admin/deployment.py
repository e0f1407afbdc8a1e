"""The ways to run the models, and who offers each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from models_catalog.models import DeploymentOption, Provider, Release

from .base import ContentAdmin, ContentInline
from .choosing import FirstRelatedFilter
from .citations import CitationInline
from .columns import count_of


class ProviderInline(ContentInline):
    model = Provider
    fields = ("name", "slug", "url", "note", "position")
    prepopulated_fields = {"slug": ("name",)}
    show_change_link = True


@admin.register(DeploymentOption)
class DeploymentOptionAdmin(ContentAdmin):
    list_display = ("name", "summary", "provider_count", "position")
    list_editable = ("position",)
    search_fields = ("name", "slug", "summary")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (ProviderInline, CitationInline)
    instead_of_deleting = "Move its providers to another way to run first."
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "slug", "summary", "conditions", "position"),
                "description": "One of the ways to run Llama, on the hub and on the page “Run”.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(providers_count=count_of(Provider, "option"))

    @admin.display(description="providers", ordering="providers_count")
    def provider_count(self, option: Any) -> int:
        return int(option.providers_count)


@admin.register(Provider)
class ProviderAdmin(ContentAdmin):
    list_display = ("name", "option", "release_count", "url", "position")
    list_editable = ("position",)
    list_filter = ("option", ("releases", FirstRelatedFilter))
    list_select_related = ("option",)
    search_fields = ("name", "slug", "note", "url")
    search_help_text = "By name, web address or note."
    prepopulated_fields = {"slug": ("name",)}
    inlines = (CitationInline,)
    fields = ("name", "slug", "option", "url", "note", "releases", "position")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(releases_count=count_of(Release, "providers"))

    @admin.display(description="releases served", ordering="releases_count")
    def release_count(self, provider: Any) -> int:
        return int(provider.releases_count)
