"""The catalogue's pages for search engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from .models import License, Release, Source, TimelineEvent

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from .models import Content

    Pages = Sitemap[str]
    Entries = Sitemap[Content]
else:
    # Takes no type parameters while running.
    Pages = Entries = Sitemap


class OfThisSite:
    """Addresses are those of SITE_URL, whatever host was asked."""

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class PageSitemap(OfThisSite, Pages):
    """The pages that there is one of."""

    def items(self) -> list[str]:
        return [
            "models",
            "compare",
            "timeline",
            "licensing",
            "license-check",
            "run",
            "figures",
            "sources",
            "corrections",
        ]

    def location(self, item: str) -> str:
        return reverse(f"models_catalog:{item}")


class EntrySitemap(OfThisSite, Entries):
    """The pages of one kind of entry."""

    def __init__(self, entries: QuerySet[Content]) -> None:
        self.entries = entries

    def items(self) -> QuerySet[Content]:
        return self.entries.all()

    def lastmod(self, item: Content) -> datetime:
        return item.updated_at


sitemaps: dict[str, Sitemap] = {  # type: ignore[type-arg]
    "catalog": PageSitemap(),
    "releases": EntrySitemap(Release.objects.listed().newest_first()),
    "events": EntrySitemap(TimelineEvent.objects.listed().newest_first()),
    "licenses": EntrySitemap(License.objects.oldest_first()),
    "sources": EntrySitemap(Source.objects.order_by("slug")),
}
