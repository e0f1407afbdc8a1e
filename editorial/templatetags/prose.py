"""Shows rendered Markdown in templates: ``{% prose text %}``."""

from __future__ import annotations

import re

from django import template
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from editorial.prose import Prose, Quote
from editorial.prose.references import MARK, WHOLE
from models_catalog.templatetags.facts import fact, fact_mark

register = template.Library()

# Keeps the full stop behind a fact on the line of its mark.
JOINER = "\u2060"
# The line break at the end of a template, which would show as a space before the full stop.
_SPACE_AT_END = re.compile(r"\s+(?=(?:</span>)*$)")


def _tight(html: SafeString) -> SafeString:
    return mark_safe(_SPACE_AT_END.sub("", html) + JOINER)  # noqa: S308 - a component’s own output


@register.simple_tag(takes_context=True)
def prose(context: Context, text: Prose) -> SafeString:
    """A rendered text, with the source of each fact that it refers to beside its value."""

    def show(how: str, quote: Quote) -> str:
        if quote.fact is None:
            return "" if how == MARK else conditional_escape(quote.text)
        if how == WHOLE:
            return _tight(fact(context, quote.fact))
        # Inside a link stands the value alone; the mark follows the link.
        return _tight(fact_mark(context, quote.fact)) if how == MARK else conditional_escape(quote.text)

    return text.html_with(show)
