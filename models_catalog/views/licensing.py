"""The license versions: side by side, and one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import render

from models_catalog.facts import Fact, fact
from models_catalog.history.changes import history_of
from models_catalog.models import License, LicenseRule, Release, UseCase
from models_catalog.together import ask, fetch

from .base import public_page
from .past import readable_as_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LICENSE_FACTS = (
    "effective_on",
    "licensor",
    "licensor_eea",
    "user_threshold",
    "threshold_measured",
    "display_text",
    "name_prefix",
    "notice_text",
    "governing_law",
)

# More than these are listed in the catalogue.
RELEASES = 60


@dataclass(frozen=True, slots=True)
class MatrixRow:
    use_case: UseCase
    cells: list[tuple[License, LicenseRule | None]]


@public_page
@readable_as_of
def licensing(request: HttpRequest) -> HttpResponse:
    versions = License.objects.oldest_first().with_facts()
    use_cases = UseCase.objects.prefetch_related(Prefetch("rules", LicenseRule.objects.with_facts()))
    fetch(versions, use_cases)
    licenses = list(versions)
    matrix = [
        MatrixRow(use_case, [(license, rules.get(license.pk)) for license in licenses])
        for use_case in use_cases
        if (rules := {rule.license_id: rule for rule in use_case.rules.all()})
    ]
    newest = licenses[-1] if licenses else None
    context = {
        "licenses": licenses,
        "newest": newest,
        "terms": [f for f in (fact(newest, field) for field in LICENSE_FACTS) if f.is_stated] if newest else [],
        "headlines": [row.cells[-1][1] for row in matrix if row.use_case.is_headline and row.cells[-1][1] is not None],
        "matrix": matrix,
        "verdicts": LicenseRule.Verdict,
    }
    return render(request, "models_catalog/licensing.html", context)


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version says otherwise than the one before it."""

    label: str
    before: Fact
    now: Fact
    anchor: str = ""


def _differences(before: License, now: License, rules: list[LicenseRule], old: list[LicenseRule]) -> list[Difference]:
    terms = [(fact(before, field), fact(now, field)) for field in LICENSE_FACTS if field != "effective_on"]
    found = [Difference(b.label, b, n) for b, n in terms if b.text != n.text]
    earlier = {rule.use_case_id: rule for rule in old}
    for rule in rules:
        previous = earlier.get(rule.use_case_id)
        if previous and previous.verdict != rule.verdict:
            found.append(
                Difference(rule.use_case.question, fact(previous, "verdict"), fact(rule, "verdict"), rule.use_case.slug)
            )
    return found


@public_page
@readable_as_of
def license(request: HttpRequest, slug: str) -> HttpResponse:
    everything = License.objects.oldest_first().with_facts()
    ask(everything)
    versions = list(everything)
    place = next((place for place, version in enumerate(versions) if version.slug == slug), None)
    if place is None:
        raise Http404
    license = versions[place]
    before = versions[place - 1] if place else None
    both = LicenseRule.objects.filter(license__in=[license, before] if before else [license]).with_facts()
    releases = Release.objects.listed().filter(license=license).oldest_first().with_facts()[: RELEASES + 1]
    fetch(everything, both, releases)
    rules = [rule for rule in both if rule.license_id == license.pk]
    context = {
        "license": license,
        "history": history_of(license),
        "before": before,
        "after": versions[place + 1] if place + 1 < len(versions) else None,
        "terms": [
            f for f in (fact(license, field) for field in LICENSE_FACTS) if f.is_stated or f.field != "licensor_eea"
        ],
        "rules": rules,
        "differences": _differences(before, license, rules, [rule for rule in both if rule not in rules])
        if before
        else [],
        "releases": releases[:RELEASES],
        "has_more_releases": len(releases) > RELEASES,
    }
    return render(request, "models_catalog/license.html", context)
