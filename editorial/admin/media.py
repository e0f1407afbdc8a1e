"""Pictures."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.html import format_html

from editorial.models import Image
from models_catalog.admin.base import ContentAdmin


@admin.register(Image)
class ImageAdmin(ContentAdmin):
    list_display = ("thumbnail", "alt", "credit", "license", "size")
    list_display_links = ("thumbnail", "alt")
    list_filter = ("license",)
    search_fields = ("alt", "slug", "credit", "license")
    search_help_text = "By alternative text, credit or license."
    date_hierarchy = "created_at"
    prepopulated_fields = {"slug": ("alt",)}
    readonly_fields = ("size", "thumbnail")
    instead_of_deleting = "Give the editions that show it another picture first; published editions keep theirs."
    fieldsets = (
        (None, {"fields": ("file", ("thumbnail", "size"), "alt", "slug")}),
        ("Rights", {"fields": ("credit", "license"), "description": "Shown under the picture."}),
        ("Cropping", {"fields": (("focal_x", "focal_y"),)}),
    )

    @admin.display(description="picture")
    def thumbnail(self, image: Any) -> Any:
        if not image.file:
            return None
        return format_html('<img class="thumbnail" src="{}" alt="" width="96" loading="lazy">', image.file.url)

    @admin.display(description="size", ordering="width")
    def size(self, image: Any) -> str | None:
        return f"{image.width} × {image.height} px" if image.width else None
