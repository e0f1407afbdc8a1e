"""All milestones, and one of them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, render

from models_catalog.charts import events_chart
from models_catalog.filters import Choice
from models_catalog.history.changes import history_of
from models_catalog.models import TimelineEvent

from .base import public_page
from .past import readable_as_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public_page(parameters=["kind"])
@readable_as_of
def timeline(request: HttpRequest) -> HttpResponse:
    everything = TimelineEvent.objects.listed().newest_first().with_facts()
    asked = request.GET.get("kind", "")
    kind = TimelineEvent.Kind(asked) if asked in TimelineEvent.Kind.values else None
    events = list(everything.filter(kind=kind) if kind else everything)
    context = {
        "kind": kind,
        "unknown_kind": bool(asked) and kind is None,
        "kinds": [
            Choice("All", ".", kind is None),
            *(Choice(str(k.label), f"?kind={k.value}", k == kind) for k in TimelineEvent.Kind),
        ],
        "years": [(year, list(of_year)) for year, of_year in groupby(events, key=lambda e: e.happened_on.year)],
        "events": events,
        "chart": events_chart(events),
    }
    return render(request, "models_catalog/timeline.html", context)


@public_page
@readable_as_of
def event(request: HttpRequest, slug: str) -> HttpResponse:
    listed = TimelineEvent.objects.listed()
    event = get_object_or_404(listed.for_its_page(), slug=slug)
    order = list(listed.newest_first().only("slug", "title", "happened_on"))
    place = next(index for index, other in enumerate(order) if other.pk == event.pk)
    context = {
        "event": event,
        "history": history_of(event),
        "earlier": order[place + 1] if place + 1 < len(order) else None,
        "later": order[place - 1] if place else None,
    }
    return render(request, "models_catalog/event.html", context)
