"""Articles and their list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import Http404, HttpResponseGone, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from editorial.live_facts import reading
from editorial.models import Article, Edition, GlossaryTerm, Topic
from models_catalog.models import RecordedChange, Source
from models_catalog.views.base import public_page
from models_catalog.views.past import readable_as_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any

    from django.core.paginator import Page
    from django.http import HttpRequest, HttpResponse

    from editorial.models.articles import EditionQuerySet

PER_PAGE = 20
RELATED = 3


def page_of(request: HttpRequest, editions: EditionQuerySet) -> Page[Edition]:
    """The asked page of a list of articles: the first or last one for a number that makes no sense."""
    page = Paginator(editions.for_reading(), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)  # fetched here, not by the template
    return page


def list_context(request: HttpRequest, editions: EditionQuerySet) -> dict[str, Any]:
    """A page of articles with the address to index it under: later pages are pages of their own."""
    page = page_of(request, editions)
    context: dict[str, Any] = {"page": page}
    if page.number > 1:
        context["canonical_path"] = f"{request.path}?page={page.number}"
    return context


def cited_sources(links: Iterable[str]) -> list[Source]:
    """The documents whose pages a text links to, mostly from its footnotes."""
    prefix = reverse("models_catalog:sources")
    slugs = {link.removeprefix(prefix).partition("/")[0] for link in links if link.startswith(prefix)}
    return list(Source.objects.filter(slug__in=slugs))


@public_page(parameters=["page"])
@readable_as_of
def articles(request: HttpRequest) -> HttpResponse:
    context = list_context(request, Edition.objects.live())
    context["topics"] = list(Topic.objects.filter(articles__in=Article.objects.live()).distinct())
    return render(request, "editorial/articles.html", context)


def _readable(history: list[Edition], begins: datetime | None) -> list[tuple[Edition, datetime | None]]:
    """Each edition, newest first, with the moment at which the next one took its place, where the record reaches back to it."""
    replaced: list[datetime | None] = [None, *(edition.publish_at for edition in history)]
    return [
        (edition, at if at and begins and at > begins else None) for edition, at in zip(history, replaced, strict=False)
    ]


@public_page
@readable_as_of
def article(request: HttpRequest, slug: str) -> HttpResponse:
    edition = Edition.objects.live().for_reading().filter(article__slug=slug).first()
    if edition is None:
        if gone := Article.objects.gone().filter(slug=slug).first():
            return HttpResponsePermanentRedirect(gone.moved_to) if gone.moved_to else HttpResponseGone()
        raise Http404
    prose = reading.read(edition, glossary=GlossaryTerm.objects.addresses())
    history = list(Edition.objects.public().filter(article=edition.article))
    context = {
        "edition": edition,
        "article": edition.article,
        "authors": edition.article.authors.all(),
        "prose": prose,
        "first": history[-1],
        "editions": _readable(history, RecordedChange.objects.begin()),
        "releases": list(edition.article.releases.listed().newest_first()),
        "sources": cited_sources(prose.links),
        "related": list(Edition.objects.live().related_to(edition.article).for_reading()[:RELATED]),
    }
    return render(request, "editorial/article.html", context)
