"""Topics, authors, and the readers we write for."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from editorial.models import Article, Author, Persona, Topic
from models_catalog.admin.base import ContentAdmin
from models_catalog.admin.columns import count_of


class WithArticleCount(ContentAdmin):
    # By which field articles lead here.
    counted_by: str

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(article_count=count_of(Article, self.counted_by))

    @admin.display(description="articles", ordering="article_count")
    def article_total(self, entry: Any) -> int:
        return int(entry.article_count)


@admin.register(Topic)
class TopicAdmin(WithArticleCount):
    counted_by = "topic"
    list_display = ("name", "description", "article_total", "position")
    list_editable = ("position",)
    search_fields = ("name", "slug", "description")
    search_help_text = "By name or description."
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", "description", "position")
    instead_of_deleting = "Move its articles to another topic first."


@admin.register(Author)
class AuthorAdmin(WithArticleCount):
    counted_by = "authors"
    list_display = ("name", "bio", "article_total")
    search_fields = ("name", "slug", "bio")
    search_help_text = "By name or biography."
    prepopulated_fields = {"slug": ("name",)}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Which account is whose is for those who may see accounts."""
        fields = ("name", "slug", "bio")
        return (*fields, "user") if request.user.has_perm("auth.view_user") else fields


@admin.register(Persona)
class PersonaAdmin(ContentAdmin):
    list_display = ("name", "needs", "position")
    list_editable = ("position",)
    search_fields = ("name", "slug", "needs")
    search_help_text = "By name or needs."
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "slug", "needs", "position"),
                "description": "One card under “Who it is for” on the hub.",
            },
        ),
        ("Where the hub answers", {"fields": ("releases", "use_cases", "articles")}),
    )
