"""The editorial pages for search engines: what readers can reach by links, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from models_catalog.sitemaps import EntrySitemap, InFiles, OfThisSite

from .models import Author, Edition, Topic

if TYPE_CHECKING:
    from datetime import datetime

    from .models.articles import EditionQuerySet

    Pages = Sitemap[str]
    Editions = Sitemap[Edition]
else:
    # Takes no type parameters while running.
    Pages = Editions = Sitemap


class PageSitemap(OfThisSite, Pages):
    """The pages that there is one of."""

    def items(self) -> list[str]:
        return ["hub", "articles", "glossary", "notices", "about", "search"]

    def location(self, item: str) -> str:
        return reverse(f"editorial:{item}")


class ArticleSitemap(InFiles, Editions):
    """Live articles, as of the edition that readers see."""

    def items(self) -> EditionQuerySet:
        return Edition.objects.live().select_related("article")

    def lastmod(self, item: Edition) -> datetime | None:
        return item.publish_at


sitemaps: dict[str, Sitemap] = {  # type: ignore[type-arg]
    "pages": PageSitemap(),
    "articles": ArticleSitemap(),
    "topics": EntrySitemap(Topic.objects.with_articles()),
    "authors": EntrySitemap(Author.objects.with_articles()),
}
