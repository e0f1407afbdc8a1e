"""What the page frame needs of the template language."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_block_tag
def text(content: str) -> SafeString:
    """Keep a block’s output, with the space around it trimmed, for use in several places (``as`` a name).

    A block can be printed once only; the title is needed in three places.
    """
    return mark_safe(content.strip())  # noqa: S308 - the template’s own output, escaped as it was rendered


@register.filter
def under(path: str | None, parent: str) -> bool:
    """Whether an address lies below another one."""
    return path is not None and parent != "/" and path.startswith(parent)
