"""The catalogue, one release, and releases side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.shortcuts import render

from models_catalog import paging, reading
from models_catalog.charts import context_chart, family_chart
from models_catalog.facts import Fact, fact, fetched
from models_catalog.filters import PARAMETERS, Order, selection
from models_catalog.history.changes import history_of
from models_catalog.models import Release, TimelineEvent, Variant
from models_catalog.paging import Listing
from models_catalog.reading import SHOWN
from models_catalog.sizes import sizes
from models_catalog.together import fetch, worded_once

from .base import one_or_404, public_page
from .past import readable_as_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

# What a release's page and a comparison show of it, in this order.
RELEASE_FACTS = (
    "released_on",
    "status",
    "architecture",
    "context_tokens",
    "pretraining_tokens",
    "knowledge_cutoff",
    "modalities_in",
    "modalities_out",
    "languages",
    "license",
    "based_on",
)
CHECKPOINT_FACTS = (
    "parameters_total",
    "parameters_active",
    "experts",
    "quantization",
    "context_tokens",
    "pretraining_tokens",
    "knowledge_cutoff",
    "repository_id",
)
SHAPE_FACTS = (
    "layers",
    "attention_heads",
    "kv_heads",
    "head_size",
    "vocabulary_size",
    "local_layers",
    "local_window",
)
# Worth a column only where a checkpoint differs from its release.
INHERITED_FACTS = frozenset({"context_tokens", "pretraining_tokens", "knowledge_cutoff"})

COMPARE_AT_LEAST, COMPARE_AT_MOST = 2, 4
# How many the form offers: a longer list is none to choose from. Others are compared from their own pages.
OFFERED = 200
PER_PAGE = 40


@public_page(parameters=[*PARAMETERS, *paging.PARAMETERS])
@readable_as_of
def models(request: HttpRequest) -> HttpResponse:
    selected = selection(request.GET)
    found = selected.among(Release.objects.listed())
    page = Listing(found.with_facts, selected.places, request.GET, PER_PAGE, selected.parameters())
    fetch(page.asked)
    releases = page.rows
    is_whole = page.is_first and not page.older
    context: dict[str, Any] = {
        "selected": selected,
        "page": page,
        "count": len(releases) if is_whole else found.count(),
        "releases": releases,
        "family": family_chart(releases),
        "contexts": context_chart(releases),
    }
    # In other orders the same releases are no pages of their own.
    if not page.is_first and selected.order == Order.NEWEST:
        context["canonical_path"] = f"{request.path}{page.here}"
    return render(request, "models_catalog/models.html", context)


@dataclass(frozen=True, slots=True)
class CheckpointTable:
    """Checkpoints by facts; a fact that none of them states has no column."""

    labels: list[str]
    rows: list[tuple[Variant, list[Fact]]]


def _checkpoints(variants: list[Variant], fields: tuple[str, ...]) -> CheckpointTable | None:
    shown = [field for field in fields if any(getattr(variant, field) for variant in variants)]
    if not shown:
        return None
    rows = [(variant, [fact(variant, field) for field in shown]) for variant in variants]
    return CheckpointTable([cell.label for cell in rows[0][1]], rows)


def _release_facts(release: Release, variants: list[Variant]) -> list[Fact]:
    """Leaves out what the release does not state but its checkpoints do, each for itself, and an empty “based on”."""
    facts = [fact(release, field) for field in RELEASE_FACTS]
    return [
        stated
        for stated in facts
        if stated.is_stated
        or not (
            stated.field == "based_on"
            or (stated.field in INHERITED_FACTS and any(getattr(variant, stated.field) for variant in variants))
        )
    ]


@worded_once
def _called(*, slug: str) -> tuple[QuerySet[Any], ...]:
    events = TimelineEvent.objects.listed().concerning(slug).newest_first().with_facts()
    return Release.objects.listed().filter(slug=slug).for_its_page(), events[: SHOWN + 1]


@public_page
@readable_as_of
def release(request: HttpRequest, slug: str) -> HttpResponse:
    found, events = _called(slug=slug)
    editions = reading.about(slug)
    fetch(found, events, *editions)
    release = one_or_404(found)
    variants = fetched(release, "variants")
    context = {
        "release": release,
        "facts": _release_facts(release, variants),
        "checkpoints": _checkpoints(variants, CHECKPOINT_FACTS),
        "shapes": _checkpoints(variants, SHAPE_FACTS),
        "events": list(events)[:SHOWN],
        "has_more_events": len(events) > SHOWN,
        "derivatives": release.derivatives.all(),
        "editions": [edition for of_an_app in editions for edition in of_an_app[:SHOWN]],
        "has_more_editions": any(len(of_an_app) > SHOWN for of_an_app in editions),
        "history": history_of(release),
    }
    return render(request, "models_catalog/release.html", context)


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    label: str
    cells: list[tuple[Release, Fact]]

    @property
    def differs(self) -> bool:
        return len({cell.text for _, cell in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class SizesRow:
    """The sizes of each release, which are several facts in one cell."""

    cells: list[tuple[Release, list[Variant]]]

    @property
    def differs(self) -> bool:
        return len({tuple(v.parameters_total for v in variants) for _, variants in self.cells}) > 1


def _asked(slugs: list[str], known: dict[str, Release]) -> tuple[list[Release], str]:
    """The releases to compare, in the order asked for; and what is wrong with the question."""
    releases = [known[slug] for slug in slugs if slug in known]
    if len(releases) < len(slugs):
        return releases[
            :COMPARE_AT_MOST
        ], "The address names a release that is not in the catalogue. Choose from the list."
    if len(releases) > COMPARE_AT_MOST:
        return releases[:COMPARE_AT_MOST], (
            f"At most {COMPARE_AT_MOST} releases fit side by side; these are the first {COMPARE_AT_MOST} that were asked for."
        )
    return releases, ""


@public_page(parameters=["r"])
@readable_as_of
def compare(request: HttpRequest) -> HttpResponse:
    listed = Release.objects.listed().newest_first()
    based_on = Prefetch("based_on", Release.objects.listed().oldest_first())
    slugs = list(dict.fromkeys(slug for slug in request.GET.getlist("r") if slug))[: COMPARE_AT_MOST * 2]
    named = listed.filter(slug__in=slugs).with_facts().prefetch_related(based_on)
    choices = listed[:OFFERED]
    fetch(choices, named)
    known = {release.slug: release for release in named}
    releases, problem = _asked(slugs, known)
    enough = len(releases) >= COMPARE_AT_LEAST
    cells = ([(release, fact(release, field)) for release in releases] for field in RELEASE_FACTS if enough)
    # A row that none of them fills compares nothing.
    rows = [ComparisonRow(row[0][1].label, row) for row in cells if any(cell.is_stated for _, cell in row)]
    chosen = [release.slug for release in releases]
    context = {
        # Those that are asked for are among them, however old they are.
        "choices": list({release.slug: release for release in [*choices, *releases]}.values()),
        "slots": [*chosen, *[""] * (COMPARE_AT_MOST - len(chosen))],
        "releases": releases if enough else [],
        "problem": problem,
        "needs_another": len(releases) == 1,
        "sizes": SizesRow([(release, sizes(release)) for release in releases]) if enough else None,
        "rows": rows,
    }
    return render(request, "models_catalog/compare.html", context, status=400 if problem else 200)
