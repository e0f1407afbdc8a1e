"""One search over everything, and what completes it while it is typed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone

from editorial.models import HubSettings, SearchEntry
from editorial.search import asked as address
from editorial.search.question import read
from editorial.search.results import listed, overview, suggestions
from models_catalog.views.base import public_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from editorial.search.asked import Asked
    from editorial.search.results import Results

# The years that the form offers; an address may name any.
FIRST_YEAR = 2022
EXAMPLES = ("llama 3.1 8b", "may I sell", "context window", "“mixture of experts”", "405B", "llama -guard")


@public_page(questions=address.PARAMETERS)
def search(request: HttpRequest) -> HttpResponse:
    years = [str(year) for year in range(timezone.localdate().year, FIRST_YEAR - 1, -1)]
    context: dict[str, Any] = {"kinds": SearchEntry.Kind.choices, "years": years, "examples": EXAMPLES}
    try:
        asked = address.asked(request.GET)
    except address.NotUnderstood as error:
        context |= {"problem": str(error), "typed": read(request.GET.get("q", "")).text}
        return render(request, "editorial/search.html", context, status=400)
    context |= {"asked": asked, "typed": asked.question.text}
    if request.GET:
        context |= {"is_asked": True, "canonical_path": request.path + asked.url(after=asked.after)}
    if not asked.question.is_empty:
        context |= found(asked)
    return render(request, "editorial/search.html", context)


@transaction.atomic
def found(asked: Asked) -> dict[str, Any]:
    """What was found, or else what the reader may have meant."""
    results = _search(asked)
    if results.groups or asked.after:
        return shown(asked, results)
    if results.near and (meant := overview(results.near, asked.bounds)).groups:
        return {**shown(replace(asked, question=results.near, kind=""), meant), "meant": results.near}
    if len(asked.question.words) > 1 and (some := overview(asked.question, asked.bounds, all_words=False)).groups:
        # Lists are of entries with all the words: there are none to lead to.
        return {"results": some, "groups": [(group, "") for group in some.groups], "is_partial": True}
    return shown(asked, results)


def _search(asked: Asked) -> Results:
    if asked.is_list:
        return listed(asked.question, asked.bounds, asked.after)
    return overview(asked.question, asked.bounds)


def shown(asked: Asked, results: Results) -> dict[str, Any]:
    """Results with the addresses that they lead to."""
    return {
        "results": results,
        "groups": [(group, asked.url(kind=group.kind)) for group in results.groups],
        "of_kind": next((group.count for group in results.groups if group.kind == asked.kind), ""),
        "is_mixed": not asked.bounds.kind,
        "overview_url": asked.url(kind=""),
        "list_url": asked.url(kind=address.ALL),
        "first_url": asked.url(),
        "next_url": asked.url(after=results.next) if results.next else "",
    }


@public_page(questions=["q"], kind="search-suggest")
def suggest(request: HttpRequest) -> HttpResponse:
    """The names that fit what is typed so far: ``{"q": …, "suggestions": [{"title", "kind", "url"}, …]}``."""
    question = read(request.GET.get("q", ""))
    hits = () if question.is_empty else suggestions(question)
    return JsonResponse(
        {
            "q": question.text,
            "suggestions": [{"title": hit.plain_title, "kind": hit.kind_name, "url": hit.url} for hit in hits],
        }
    )


@public_page(kind="search-description")
def description(request: HttpRequest) -> HttpResponse:
    """For browsers that offer to search a site from their address bar (OpenSearch 1.1)."""
    context = {"hub": HubSettings.load(), "site_url": settings.SITE_URL.rstrip("/")}
    return render(
        request,
        "editorial/opensearch.xml",
        context,
        content_type="application/opensearchdescription+xml; charset=utf-8",
    )
