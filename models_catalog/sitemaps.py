"""The catalogue's pages for search engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.functional import cached_property

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

# Search engines take up to 50,000 addresses a file; a short one is made and read at once.
PER_FILE = 1_000


class OfThisSite:
    """Addresses are those of SITE_URL, whatever host was asked."""

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class ByKey(Paginator):  # type: ignore[type-arg]
    """One file for up to `PER_FILE` rows. More are divided by their keys: up to `PER_FILE`, up to twice that, and so on.

    So a file costs the same however many there are, and an entry stays in its
    file for good. Keys are sparse where rows were deleted: a file may be short.
    """

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows, PER_FILE)
        self.rows = rows

    @cached_property
    def num_pages(self) -> int:
        if not self.rows.order_by("pk")[PER_FILE : PER_FILE + 1].exists():
            return 1
        highest: int = self.rows.order_by("-pk").values_list("pk", flat=True).first() or 1
        return (highest - 1) // PER_FILE + 1

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        if self.num_pages == 1:
            return Page(self.rows, number, self)
        first = (number - 1) * PER_FILE
        of_file = self.rows.filter(pk__gt=first, pk__lte=first + PER_FILE)
        return Page(of_file, number, self)


class InFiles(OfThisSite):
    """Many entries, each with the time of its last change, divided into files."""

    @property
    def paginator(self) -> ByKey:
        return ByKey(self.items())  # type: ignore[attr-defined]

    def get_latest_lastmod(self) -> None:
        """Left out of the index: it would take a look at every entry."""


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


class EntrySitemap(InFiles, Entries):
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
