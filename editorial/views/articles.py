"""Articles and their list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponseGone, HttpResponsePermanentRedirect
from django.shortcuts import render

from editorial.live_facts.reading import Reader
from editorial.models import Article, Edition, GlossaryTerm, Topic
from editorial.models.glossary import addresses
from models_catalog import evidence, paging
from models_catalog.addresses import path_to
from models_catalog.models import RecordedChange, Release, Source
from models_catalog.paging import Listing
from models_catalog.together import ask, fetch, worded_once
from models_catalog.views.base import public_page
from models_catalog.views.past import readable_as_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from editorial.models.articles import EditionQuerySet

PER_PAGE = 20
RELATED = 3


def list_context(
    request: HttpRequest,
    editions: EditionQuerySet,
    *others: QuerySet[Any],
    kept: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A page of articles with the address to index it under: later pages are pages of their own.

    What else the page shows is fetched with it.
    """
    page = Listing(editions.for_lists, Edition.NEWEST_FIRST, request.GET, PER_PAGE, kept)
    fetch(page.asked, *others)
    context: dict[str, Any] = {"page": page}
    if not page.is_first:
        context["canonical_path"] = f"{request.path}{page.here}"
    return context


def cited_sources(links: Iterable[str]) -> list[Source]:
    """The documents whose pages a text links to, mostly from its footnotes."""
    prefix = path_to("models_catalog:sources")
    slugs = {link.removeprefix(prefix).partition("/")[0] for link in links if link.startswith(prefix)}
    (cited,) = _cited(slugs=slugs)
    return list(cited)


@worded_once
def _cited(*, slugs: Collection[str]) -> tuple[QuerySet[Any], ...]:
    return (Source.objects.filter(slug__in=slugs),)


@public_page(parameters=["release", *paging.PARAMETERS])
@readable_as_of
def articles(request: HttpRequest) -> HttpResponse:
    topics = Topic.objects.with_articles()
    slug = request.GET.get("release", "")
    if not slug:
        context = list_context(request, Edition.objects.live(), topics)
        return render(request, "editorial/articles.html", {**context, "topics": topics})
    release = Release.objects.listed().filter(slug=slug)
    about = Edition.objects.live().filter(article__releases__in=release.values("pk"))
    context = list_context(request, about, topics, release, kept={"release": slug})
    more = {"topics": topics, "release": next(iter(release), None), "asks_for_release": True}
    return render(request, "editorial/articles.html", {**context, **more})


def _readable(
    history: list[Edition], public: Collection[Edition], begins: datetime | None
) -> list[tuple[Edition, datetime | None]]:
    """Each edition, newest first, with the moment at which the next one took its place, where the record reaches back to it.

    A draft has taken no place yet.
    """
    replaced = [None, *(edition.publish_at if edition in public else None for edition in history)]
    return [
        (edition, at if at and begins and begins < at else None) for edition, at in zip(history, replaced, strict=False)
    ]


def article_page(
    request: HttpRequest, edition: Edition, *others: QuerySet[Any], public: QuerySet[Edition], **more: Any
) -> HttpResponse:
    """The page of an article with this edition, which may be a draft; ``public`` are those that readers have seen.

    ``others`` are querysets that are already asked and whose entries the page shows too.
    """
    related, releases, glossary, beginning = _beside(article=edition.article_id, topic=edition.article.topic_id)
    reader = Reader([edition])
    evidence.attach(reader.gather(*others, public, related, releases, glossary, beginning), reader.fields)
    prose = reader.read(edition, glossary=addresses(glossary))
    seen = list(public)
    history = list(seen)
    if edition not in history:
        history.insert(0, edition)
    context = {
        "edition": edition,
        "article": edition.article,
        "authors": edition.article.authors.all(),
        "prose": prose,
        "first": history[-1],
        "editions": _readable(history, seen, next(iter(beginning), None)),
        "releases": releases,
        "sources": cited_sources(prose.links),
        "related": related,
        **more,
    }
    return render(request, "editorial/article.html", context)


@worded_once
def _beside(*, article: int, topic: int) -> tuple[QuerySet[Any], ...]:
    """What an article’s page shows or needs besides the article."""
    its = Article(pk=article, topic_id=topic)
    return (
        Edition.objects.live().related_to(its).for_lists()[:RELATED],
        Release.objects.listed().newest_first().filter(articles=article),
        GlossaryTerm.objects.only("slug", "term", "aliases"),
        RecordedChange.objects.beginning(),
    )


@worded_once
def _called(*, slug: str) -> tuple[QuerySet[Any], ...]:
    return (Edition.objects.live().for_reading().filter(article__slug=slug)[:1],)


@worded_once
def _public(*, article: int) -> tuple[QuerySet[Any], ...]:
    return (Edition.objects.public().filter(article=article).for_history(),)


@public_page
@readable_as_of
def article(request: HttpRequest, slug: str) -> HttpResponse:
    (found,) = _called(slug=slug)
    ask(found)
    edition = next(iter(found), None)
    if edition is None:
        if gone := Article.objects.gone().filter(slug=slug).first():
            return HttpResponsePermanentRedirect(gone.moved_to) if gone.moved_to else HttpResponseGone()
        raise Http404
    (public,) = _public(article=edition.article_id)
    return article_page(request, edition, found, public=public)
