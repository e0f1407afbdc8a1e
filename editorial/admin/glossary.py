"""Terms explained."""

from __future__ import annotations

from django.contrib import admin

from editorial.models import GlossaryTerm
from models_catalog.admin.base import ContentAdmin


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(ContentAdmin):
    list_display = ("term", "also_written", "definition")
    search_fields = ("term", "slug", "definition", "aliases")
    search_help_text = "By term, other spellings or definition."
    prepopulated_fields = {"slug": ("term",)}
    fields = ("term", "slug", "definition", "aliases", "see_also")

    @admin.display(description="also written")
    def also_written(self, term: GlossaryTerm) -> str | None:
        return ", ".join(term.aliases) or None
