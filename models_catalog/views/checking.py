"""The license checker: a form, its answer as a page, and the same as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Prefetch
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
from models_catalog.models import Citation, Correction, Got, License, LicenseRule, Release, UseCase

from .base import public_page
from .past import readable_as_of

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from models_catalog.checker import Answer, Comparison, Question

HTML, JSON = "text/html", "application/json"
# What other pages link to the form with.
STARTING_WITH = FOR_RELEASE, FOR_LICENSE = "for_release", "for_license"

Answered = tuple["Answer", list["Answer"], list["Comparison"]]


def _with_sources(rows: QuerySet[Any]) -> QuerySet[Any]:
    """As ``with_facts``, in one query fewer a relation: this page shows many rows that share few sources."""
    return rows.prefetch_related(
        Prefetch("citations", Citation.objects.for_reading()),
        Prefetch("corrections", Correction.objects.select_related("source")),
    )


def _options() -> Options:
    return Options.of(
        list(_with_sources(License.objects.oldest_first())),
        list(Release.objects.listed().newest_first()),
        list(UseCase.objects.activities()),
    )


def _answer(form: CheckForm, question: Question) -> Answered | None:
    """The answer and those of all versions; None if the form now says what is missing."""
    options = form.options
    rules = list(_with_sources(LicenseRule.objects.for_check([activity.slug for activity in question.activities])))
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
    options = _options()
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


# Answers are made for who asks; the empty form is everyone’s.
@public_page(never_kept_with=[*PARAMETERS, *STARTING_WITH], by_accept=True)
@readable_as_of
def license_check(request: HttpRequest) -> HttpResponse:
    """A page, or JSON for whoever prefers it."""
    response = _respond(request, as_json=request.get_preferred_type([HTML, JSON]) == JSON)
    patch_vary_headers(response, ["Accept"])
    return response


@public_page(never_kept_with=[*PARAMETERS, *STARTING_WITH])
@readable_as_of
def license_check_json(request: HttpRequest) -> HttpResponse:
    return _respond(request, as_json=True)
