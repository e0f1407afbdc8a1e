"""Articles and their list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import Http404, HttpResponseGone
from django.shortcuts import render
from django.urls import reverse

from editorial.models import Article, Edition, GlossaryTerm, Topic
from editorial.prose import render as render_prose
from models_catalog.models import Source
from models_catalog.views.base import public_page

if TYPE_CHECKING:
    from collections.abc import Iterable
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


@public_page
def articles(request: HttpRequest) -> HttpResponse:
    context = list_context(request, Edition.objects.live())
    context["topics"] = list(Topic.objects.filter(articles__in=Article.objects.live()).distinct())
    return render(request, "editorial/articles.html", context)


@public_page
def article(request: HttpRequest, slug: str) -> HttpResponse:
    edition = Edition.objects.live().for_reading().filter(article__slug=slug).first()
    if edition is None:
        if Article.objects.gone().filter(slug=slug).exists():
            return HttpResponseGone()
        raise Http404
    prose = render_prose(edition.body, glossary=GlossaryTerm.objects.addresses())
    history = list(Edition.objects.public().filter(article=edition.article))
    context = {
        "edition": edition,
        "article": edition.article,
        "authors": edition.article.authors.all(),
        "prose": prose,
        "history": history,
        "first": history[-1],
        "releases": list(edition.article.releases.listed().newest_first()),
        "sources": cited_sources(prose.links),
        "related": list(Edition.objects.live().related_to(edition.article).for_reading()[:RELATED]),
    }
    return render(request, "editorial/article.html", context)
