"""Shows Markdown in templates: ``{{ section.body|prose }}``."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from editorial.prose import render

register = template.Library()


@register.filter
def prose(markdown: str) -> SafeString:
    """Markdown as sanitized HTML."""
    return mark_safe(render(markdown).html)  # noqa: S308 - the renderer sanitizes
