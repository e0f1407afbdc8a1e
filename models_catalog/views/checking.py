"""The license checker: a form, its answer as a page, and the same as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from models_catalog.checker import (
    CheckForm,
    ModelMatters,
    Options,
    as_data,
    check,
    compare,
    errors_as_data,
)
from models_catalog.checker.asking import PARAMETERS, was_asked
from models_catalog.checker.weighing import STRICTNESS
from models_catalog.models import Got, License, LicenseRule, Release, UseCase
from models_catalog.together import fetch, worded_once

from .base import named_in, public_page
from .past import readable_as_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from django.db.models import QuerySet
    from django.http import HttpRequest, QueryDict

    from models_catalog.checker import Answer, Comparison, Question

# A longer list is none to choose from; others are asked about from their own pages.
OFFERED = 200
HTML, JSON = "text/html", "application/json"
# What other pages link to the form with.
STARTING_WITH = FOR_RELEASE, FOR_LICENSE = "for_release", "for_license"

Answered = tuple["Answer", list["Answer"], list["Comparison"]]


@worded_once
def _offered(*, named: Collection[str]) -> tuple[QuerySet[Any], ...]:
    listed = Release.objects.listed().newest_first()
    return (
        License.objects.oldest_first().with_facts(),
        listed[:OFFERED],
        listed.filter(slug__in=named),
        Release.objects.one_of_each_kind(),
        UseCase.objects.activities(),
    )


@worded_once
def _rules(*, activities: Collection[str]) -> tuple[QuerySet[LicenseRule]]:
    return (LicenseRule.objects.for_check(activities).with_evidence(),)


def _options(asked: QueryDict) -> Options:
    named = {named_in(asked, parameter) for parameter in ("release", FOR_RELEASE)}
    licenses, newest, chosen, licensed, activities = offered = _offered(named=named)
    fetch(*offered)
    # The one that is asked for is among them, however old it is.
    releases = list({release.pk: release for release in [*newest, *chosen]}.values())
    return Options.of(list(licenses), releases, list(activities), licensed)


def _answer(form: CheckForm, question: Question) -> Answered | None:
    """The answer and those of all versions; None if the form now says what is missing."""
    options = form.options
    (weighed,) = _rules(activities=[activity.slug for activity in question.activities])
    fetch(weighed)
    rules = list(weighed)
    try:
        answer = check(question.license, rules, question.activities, question.reader, question.model)
    except ModelMatters:
        form.add_error(
            "model",
            f"{question.license.name} covers text-only and multimodal models, and they are treated differently here. "
            "Choose a release, or say which kind of model it is about.",
        )
        return None
    models = options.models_for(question.model)
    return answer, *compare(options.licenses, rules, question.activities, question.reader, models)


def _respond(request: HttpRequest, *, as_json: bool) -> HttpResponse:
    asked = was_asked(request.GET)
    options = _options(request.GET)
    start = {
        "release": request.GET.get(FOR_RELEASE, ""),
        "license": request.GET.get(FOR_LICENSE, ""),
        "got": Got.MODEL.value,
    }
    form = CheckForm(request.GET if asked or as_json else None, options, initial=start)
    question = form.question if form.is_valid() else None
    answered = _answer(form, question) if question else None
    status = 200 if answered or not form.is_bound else 400
    if as_json:
        data = as_data(question, *answered[:2]) if question and answered else errors_as_data(form.problems)
        return JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})
    context: dict[str, Any] = {
        "form": form,
        "options": options,
        "verdicts": LicenseRule.Verdict,
        "strictness": list(reversed(STRICTNESS)),
    }
    if question and answered:
        answer, versions, rows = answered
        context |= {
            "question": question,
            "answer": answer,
            "versions": versions,
            "rows": list(zip(answer.activities, rows, strict=True)),
            "canonical_path": f"{reverse('models_catalog:license-check')}?{question.query}",
        }
    return render(request, "models_catalog/check.html", context, status=status)


@public_page(parameters=[*PARAMETERS, *STARTING_WITH], by_accept=True)
@readable_as_of
def license_check(request: HttpRequest) -> HttpResponse:
    """A page, or JSON for whoever prefers it."""
    response = _respond(request, as_json=request.get_preferred_type([HTML, JSON]) == JSON)
    patch_vary_headers(response, ["Accept"])
    return response


@public_page(parameters=[*PARAMETERS, *STARTING_WITH])
@readable_as_of
def license_check_json(request: HttpRequest) -> HttpResponse:
    return _respond(request, as_json=True)
