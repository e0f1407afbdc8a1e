"""The feed of articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from editorial.models import Edition, HubSettings

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    Articles = Feed[Edition, HubSettings]
else:
    # Takes no type parameters while running.
    Articles = Feed

NEWEST = 20


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


class ArticlesFeed(Articles):
    """The newest articles. Addresses are those of SITE_URL, whatever host was asked."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest) -> HubSettings:
        return HubSettings.load()

    def title(self, hub: HubSettings) -> str:
        return f"{hub.name}: articles"

    def subtitle(self, hub: HubSettings) -> str:
        return hub.tagline

    def link(self) -> str:
        return absolute(reverse("editorial:articles"))

    def feed_url(self) -> str:
        return absolute(reverse("editorial:articles-feed"))

    def items(self) -> list[Edition]:
        return list(Edition.objects.live().for_lists().prefetch_related("article__authors")[:NEWEST])

    def item_title(self, item: Edition) -> str:
        return item.title

    def item_description(self, item: Edition) -> str:
        return item.standfirst

    def item_link(self, item: Edition) -> str:
        return absolute(item.get_absolute_url())

    def item_author_name(self, item: Edition) -> str:
        return ", ".join(author.name for author in item.article.authors.all())

    def item_pubdate(self, item: Edition) -> datetime | None:
        return item.publish_at

    def item_updateddate(self, item: Edition) -> datetime | None:
        return item.publish_at

    def item_categories(self, item: Edition) -> tuple[str, ...]:
        return (item.article.topic.name,)
