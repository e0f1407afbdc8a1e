"""Shows Markdown in templates: ``{{ section.body|prose:section.kind }}``."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from editorial.prose import render

register = template.Library()


@register.filter
def prose(markdown: str, name: str) -> SafeString:
    """Markdown as sanitized HTML. ``name`` keeps its ids apart from those of other texts on the page."""
    return render(markdown, prefix=f"{name}-").html
