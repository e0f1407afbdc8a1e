"""All milestones, and one of them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.shortcuts import render

from models_catalog import paging
from models_catalog.charts import events_chart
from models_catalog.filters import Choice
from models_catalog.history.changes import history_of
from models_catalog.models import Release, TimelineEvent
from models_catalog.paging import Listing
from models_catalog.together import ask, fetch

from .base import one_or_404, public_page
from .past import readable_as_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 100


@public_page(parameters=["kind", "year", "release", *paging.PARAMETERS])
@readable_as_of
def timeline(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("kind", "")
    kind = TimelineEvent.Kind(asked) if asked in TimelineEvent.Kind.values else None
    of_kind = TimelineEvent.objects.listed()
    of_kind = of_kind.filter(kind=kind) if kind else of_kind
    slug = request.GET.get("release", "")
    concerned = Release.objects.listed().filter(slug=slug)
    of_kind = of_kind.concerning(slug) if slug else of_kind
    newest, oldest = of_kind.newest_first()[:1], of_kind.oldest_first()[:1]
    year = _year(request.GET.get("year", ""))
    begun = of_kind.up_to_year(year) if year else of_kind
    kept = {"kind": asked, "year": request.GET.get("year", ""), "release": slug}
    page = Listing(begun.with_facts, TimelineEvent.NEWEST_FIRST, request.GET, PER_PAGE, kept)
    fetch(page.asked, newest, oldest, *([concerned] if slug else []))
    events = page.rows
    is_whole = page.is_first and not year and not page.older
    context = {
        "page": page,
        "all_years": [] if is_whole or not newest else _years(newest[0], oldest[0], year, kind, slug),
        "kind": kind,
        "unknown_kind": bool(asked) and kind is None,
        "kinds": [
            Choice("All", f"?{_asking(release=slug)}" if slug else ".", kind is None),
            *(Choice(str(k.label), f"?{_asking(kind=k.value, release=slug)}", k == kind) for k in TimelineEvent.Kind),
        ],
        "release": next(iter(concerned), None) if slug else None,
        "unknown_release": bool(slug) and not concerned,
        "years": [(year, list(of_year)) for year, of_year in groupby(events, key=lambda e: e.happened_on.year)],
        "events": events,
        "chart": events_chart(events),
    }
    if not page.is_first or year:
        context["canonical_path"] = f"{request.path}{page.here if not page.is_first else f'?year={year}'}"
    return render(request, "models_catalog/timeline.html", context)


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 5 and int(text) else None


def _asking(**parameters: object) -> str:
    """A query string of what is given."""
    return urlencode({name: value for name, value in parameters.items() if value})


def _years(
    newest: TimelineEvent, oldest: TimelineEvent, current: int | None, kind: str | None, release: str
) -> list[Choice]:
    """Where a timeline of several pages can be entered: at the end of each of its years."""
    years = range(newest.happened_on.year, oldest.happened_on.year - 1, -1)
    return [Choice(str(year), f"?{_asking(kind=kind, release=release, year=year)}", year == current) for year in years]


@public_page
@readable_as_of
def event(request: HttpRequest, slug: str) -> HttpResponse:
    listed = TimelineEvent.objects.listed()
    found = listed.filter(slug=slug).for_its_page()
    ask(found)
    event = one_or_404(found)
    earlier, later = listed.earlier_than(event)[:1], listed.later_than(event)[:1]
    fetch(found, earlier, later)
    context = {
        "event": event,
        "history": history_of(event),
        "earlier": next(iter(earlier), None),
        "later": next(iter(later), None),
    }
    return render(request, "models_catalog/event.html", context)
