"""Where an edition or article stands, in the words of the newsroom."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from editorial.models import Edition
from models_catalog import zones


def moment(at: Any) -> str:
    """In the zone of whoever reads it, which is named."""
    return zones.written(at)


def mark(tone: str, text: str) -> SafeString:
    return format_html('<span class="mark mark--{}">{}</span>', tone, text)


def standing_of(edition: Edition) -> SafeString:
    """Draft, in review, scheduled, or before readers."""
    if edition.status != Edition.Status.APPROVED or edition.publish_at is None:
        return mark("warn", edition.get_status_display())
    if edition.is_public:
        return mark("good", f"Public since {moment(edition.publish_at)}")
    return mark("plain", f"Goes out {moment(edition.publish_at)}")
