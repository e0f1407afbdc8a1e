"""The evidence: documents, what rests on each, and what was put right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render

from models_catalog import facts, formatting, history, paging
from models_catalog.filters import Choice
from models_catalog.models import FACT_MODELS, Citation, Content, Correction, Release, Source
from models_catalog.paging import Listing
from models_catalog.together import fetch, worded_once

from .base import public_page
from .past import readable_as_of

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 300
# Facts of one source, each with all that its row says; and corrections that rest on it.
FACTS_PER_PAGE = 200


@public_page(parameters=["kind", *paging.PARAMETERS])
@readable_as_of
def sources(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("kind", "")
    chosen = Source.Kind(asked) if asked in Source.Kind.values else None
    counted = Source.objects.with_fact_counts()
    of_kind = counted.filter(kind=chosen) if chosen else counted
    page = Listing(of_kind.all, Source.BY_PUBLISHER, request.GET, PER_PAGE, kept={"kind": asked})
    groups = [(kind, found) for kind in Source.Kind if (found := [s for s in page.rows if s.kind == kind])]
    is_whole = page.is_first and not chosen and not page.older
    context: dict[str, Any] = {
        "groups": groups,
        "page": page,
        "kinds": []
        if is_whole
        else [
            Choice("All", ".", chosen is None),
            *(Choice(kind.label.capitalize(), f"?kind={kind}", kind == chosen) for kind in Source.Kind),
        ],
    }
    if not page.is_first:
        context["canonical_path"] = f"{request.path}{page.here}"
    return render(request, "models_catalog/sources.html", context)


@dataclass(frozen=True, slots=True)
class RestingFact:
    """One fact that rests on a source: what it is, where it is shown, and how it is cited."""

    target: Content
    subject: str
    label: str
    text: str
    url: str
    citation: Citation
    due_since: date | None


def _resting(citation: Citation, today: date) -> RestingFact | None:
    target = citation.target
    if target is None:
        return None
    due_on = facts.due_day(citation)
    spec = facts.FACTS[type(target)][citation.field]
    value = spec.write(target)
    return RestingFact(
        target=target,
        subject=facts.subject_of(target),
        label=spec.label,
        text=value.text if value else formatting.NOT_STATED,
        url=facts.address_of(target, citation.field),
        citation=citation,
        due_since=due_on if due_on and due_on <= today else None,
    )


def _resting_on(source: int) -> QuerySet[Citation]:
    return (
        Citation.objects.filter(source=source)
        .listed()
        .with_targets()
        .select_related("release__license")
        .with_due_day()
        .prefetch_related(
            Prefetch("release__based_on", Release.objects.listed().oldest_first()),
            Prefetch("provider__releases", Release.objects.listed().newest_first()),
        )
    )


@worded_once
def _beginning(*, source: int) -> tuple[QuerySet[Any], ...]:
    """The facts of the first page, and the corrections. To plan how a citation leads to any kind of entry takes longest."""
    return (
        Listing.beginning(_resting_on(source), Citation.AS_ENTERED, FACTS_PER_PAGE),
        Correction.objects.filter(source=source).listed().newest_first()[:FACTS_PER_PAGE],
    )


@public_page(parameters=paging.PARAMETERS)
@readable_as_of
def source(request: HttpRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source, slug=slug)
    first, corrections = _beginning(source=source.pk)
    resting_on = partial(_resting_on, source.pk)
    page = Listing(resting_on, Citation.AS_ENTERED, request.GET, FACTS_PER_PAGE, first=first)
    fetch(page.asked, corrections)
    today = history.today()
    resting = [found for citation in page.rows if (found := _resting(citation, today))]
    groups = []
    for model in FACT_MODELS.values():
        of_model = sorted((f for f in resting if type(f.target) is model), key=lambda f: (f.subject, f.label))
        if of_model:
            groups.append((model._meta.verbose_name_plural, of_model))
    context: dict[str, Any] = {
        "source": source,
        "page": page,
        # Counted where all are shown.
        "is_whole": page.is_first and not page.older,
        "groups": groups,
        "count": len(resting),
        "due": sum(1 for found in resting if found.due_since),
        "corrections": corrections if page.is_first else [],
    }
    if not page.is_first:
        context["canonical_path"] = f"{request.path}{page.here}"
    return render(request, "models_catalog/source.html", context)


def _all_corrections() -> QuerySet[Correction]:
    return Correction.objects.listed().with_targets()


@worded_once
def _newest_corrections() -> tuple[QuerySet[Correction]]:
    return (Listing.beginning(_all_corrections(), Correction.NEWEST_FIRST, PER_PAGE),)


@public_page(parameters=paging.PARAMETERS)
@readable_as_of
def corrections(request: HttpRequest) -> HttpResponse:
    (first,) = _newest_corrections()
    page = Listing(_all_corrections, Correction.NEWEST_FIRST, request.GET, PER_PAGE, first=first)
    context: dict[str, Any] = {"corrections": page.rows, "page": page}
    if not page.is_first:
        context["canonical_path"] = f"{request.path}{page.here}"
    return render(request, "models_catalog/corrections.html", context)
