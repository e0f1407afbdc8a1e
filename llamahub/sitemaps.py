"""The site for search engines: one file while it fits, then an index of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import index
from django.contrib.sitemaps.views import sitemap as one_file

from editorial.sitemaps import sitemaps as editorial_sitemaps
from models_catalog.sitemaps import sitemaps as catalog_sitemaps
from models_catalog.views.base import public_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SECTIONS: dict[str, type[Sitemap[Any]] | Sitemap[Any]] = {**catalog_sitemaps, **editorial_sitemaps}


@public_page(parameters=["p"])
def sitemap(request: HttpRequest) -> HttpResponse:
    papers: list[Any] = [section.paginator for section in SECTIONS.values()]
    if all(paper.num_pages == 1 for paper in papers):
        return one_file(request, SECTIONS)
    return index(request, SECTIONS, sitemap_url_name="sitemap-section")


@public_page(parameters=["p"], kind="sitemap")
def section(request: HttpRequest, section: str) -> HttpResponse:
    """A file of the index: ``/sitemap-articles.xml?p=2``."""
    return one_file(request, SECTIONS, section=section)
