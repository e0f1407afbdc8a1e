"""“Before you use AI”: privacy, well-being, rights and transparency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from editorial.live_facts.validation import validate_references
from editorial.prose import validate as validate_markdown
from models_catalog.addresses import path_to
from models_catalog.models import Content
from models_catalog.models.base import ContentQuerySet, Slugged, in_choices

from .prose import REFERENCE_HELP, WithProse


class NoticeQuerySet(ContentQuerySet["Notice"]):
    def listed(self) -> Self:
        """What readers may see, with its help lines."""
        return self.filter(is_listed=True).prefetch_related("help_lines")


class NoticeKind(models.TextChoices):
    PRIVACY = "privacy", "Privacy"
    WELLBEING = "wellbeing", "Well-being"
    RIGHTS = "rights", "Rights"
    TRANSPARENCY = "transparency", "Transparency"


class Notice(WithProse, Content, Slugged):
    """Something a reader should know before using AI."""

    Kind = NoticeKind
    prose_fields = ("body",)

    title = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=14, choices=NoticeKind)
    body = models.TextField(
        validators=[validate_markdown, validate_references],
        help_text="Markdown, a few short paragraphs. " + REFERENCE_HELP,
    )
    position = models.PositiveSmallIntegerField("order", default=0, db_index=True)
    is_listed = models.BooleanField("shown to readers", default=True)

    objects = NoticeQuerySet.as_manager()

    if TYPE_CHECKING:
        help_lines: models.Manager[HelpLine]

    class Meta:
        ordering = ("position", "slug")
        constraints = (in_choices("kind", NoticeKind, name="notice_kind_is_known"),)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{path_to('editorial:notices')}#{self.slug}"


class HelpLine(Content, Slugged):
    """Where a reader in need finds help, and how."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="help_lines")
    name = models.CharField(max_length=100, unique=True)
    contact = models.CharField(max_length=120, help_text="In words: “Call or text 988”.")
    url = models.CharField(
        "link", max_length=300, help_text="What a tap does: “tel:988”, “sms:741741” or a web address."
    )
    region = models.CharField(max_length=80, help_text="Where it answers: “United States”.")
    position = models.PositiveSmallIntegerField("order", default=0)

    objects = ContentQuerySet.as_manager()

    class Meta:
        ordering = ("notice", "position", "slug")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(url__regex=r"^(tel:|sms:|https://)[^\s]+$"),
                name="help_line_link_can_be_followed",
                violation_error_message="Begin the link with “tel:”, “sms:” or “https://”.",
            ),
        )

    def __str__(self) -> str:
        return self.name
