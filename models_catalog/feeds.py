"""The feed of milestones."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from . import formatting
from .models import TimelineEvent

if TYPE_CHECKING:
    TimelineFeed = Feed[TimelineEvent, None]
else:
    TimelineFeed = Feed  # takes no type parameters while running

NEWEST = 30


class EventsFeed(TimelineFeed):
    """The newest milestones. Addresses are those of SITE_URL, whatever host was asked."""

    feed_type = Atom1Feed
    title = "Llama timeline"
    subtitle = "Dated milestones of the Llama model family, each with its source"
    author_name = "LlamaHub editors"

    def link(self) -> str:
        return settings.SITE_URL + reverse("models_catalog:timeline")

    def feed_url(self) -> str:
        return settings.SITE_URL + reverse("models_catalog:events-feed")

    def items(self) -> list[TimelineEvent]:
        return list(TimelineEvent.objects.listed().newest_first()[:NEWEST])

    def item_title(self, item: TimelineEvent) -> str:
        return f"{formatting.day(item.happened_on, item.date_precision)}: {item.title}"

    def item_description(self, item: TimelineEvent) -> str:
        return item.summary

    def item_link(self, item: TimelineEvent) -> str:
        return settings.SITE_URL + item.get_absolute_url()

    def item_pubdate(self, item: TimelineEvent) -> datetime:
        return datetime.combine(item.happened_on, time(), UTC)

    def item_updateddate(self, item: TimelineEvent) -> datetime:
        return item.updated_at

    def item_categories(self, item: TimelineEvent) -> tuple[str, ...]:
        return (item.get_kind_display(),)
