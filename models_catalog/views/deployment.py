"""What it takes to run the models, and who offers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse

from models_catalog import evidence
from models_catalog.facts import fact, fetched
from models_catalog.memory.published import checks
from models_catalog.memory.question import PARAMETERS, question, window_of
from models_catalog.memory.tables import fits, grid, needs
from models_catalog.models import DeploymentOption, Machine, PublishedMemory, Variant
from models_catalog.together import fetch, worded_once

from .base import named_in, public_page
from .past import readable_as_of

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

# Whose checkpoints are offered and weighed: the newest, which today are all.
RELEASES = 100
# What the memory follows from, as far as it is stated.
SHAPE_FACTS = (
    "parameters_total",
    "parameters_active",
    "experts",
    "quantization",
    "layers",
    "attention_heads",
    "kv_heads",
    "head_size",
    "vocabulary_size",
    "local_layers",
    "local_window",
    "context_tokens",
)


@worded_once
def _shown(*, checkpoint: str) -> tuple[QuerySet[Any], ...]:
    return (
        Variant.objects.of_newest_releases(RELEASES).newest_first(),
        Variant.objects.listed().newest_first().filter(slug=checkpoint),
        DeploymentOption.objects.with_served_releases(),
        PublishedMemory.objects.listed(),
        Machine.objects.all(),
    )


@public_page(parameters=PARAMETERS)
@readable_as_of
def run(request: HttpRequest) -> HttpResponse:
    newest, named, options, published, machines = shown = _shown(checkpoint=named_in(request.GET, "checkpoint"))
    fetch(*shown)
    # The one that is asked for is among them, however old it is.
    variants = list({variant.pk: variant for variant in [*newest, *named]}.values())
    asked = question(request.GET, variants)
    chosen = asked.variant
    evidence.attach(
        [
            *options,
            *(provider for option in options for provider in fetched(option, "providers")),
            *published,
            *([chosen, chosen.release] if chosen else []),
        ]
    )
    answered = chosen is not None and not asked.problems
    context = {
        "asked": asked,
        "variants": variants,
        "variant": chosen,
        "window": window_of(chosen) if chosen else None,
        "facts": [f for f in (fact(chosen, field) for field in SHAPE_FACTS) if f.is_stated] if chosen else [],
        "needs": needs(asked, chosen) if chosen and answered else None,
        "grid": grid(asked, chosen, list(machines)) if chosen and answered else None,
        "fits": fits(asked, variants) if not asked.problems else None,
        "checks": checks(list(published)),
        "options": options,
        "canonical_path": reverse("models_catalog:run") + asked.path,
    }
    return render(request, "models_catalog/run.html", context, status=400 if asked.problems else 200)
