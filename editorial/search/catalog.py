"""What can be found of the catalogue: its names, its summaries, its facts as readers see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q

from models_catalog import formatting
from models_catalog.facts import FACTS, fetched
from models_catalog.models import (
    Content,
    Correction,
    DeploymentOption,
    KeyFigure,
    License,
    LicenseRule,
    Provider,
    Release,
    Source,
    TimelineEvent,
    UseCase,
    Variant,
)

from .drafts import AT_ONCE, Draft, lines

if TYPE_CHECKING:
    from collections.abc import Iterator


def _facts(obj: Content, *left_out: str) -> str:
    """Every stated fact as readers see it: “context window: 10M. release date: April 5, 2025.”"""
    written = ((spec.label, spec.write(obj)) for name, spec in FACTS[type(obj)].items() if name not in left_out)
    return " ".join(f"{label}: {value.text.removesuffix('.')}." for label, value in written if value)


def releases(only: Q) -> Iterator[Draft]:
    listed = Release.objects.listed().filter(only).newest_first().select_related("license")
    listed = listed.prefetch_related("variants", Prefetch("based_on", Release.objects.listed()))
    for release in listed.iterator(AT_ONCE):
        sizes = dict.fromkeys(variant.size_label for variant in fetched(release, "variants"))
        yield Draft(
            object_id=release.pk,
            title=release.name,
            label=release.get_branch_display(),
            summary=release.summary,
            text=lines(_facts(release, "summary"), f"sizes: {', '.join(sizes)}." if sizes else ""),
            url=release.get_absolute_url(),
            date=release.released_on,
            date_precision=release.date_precision,
        )


def checkpoints(only: Q) -> Iterator[Draft]:
    listed = Variant.objects.listed().filter(only).select_related("release")
    listed = listed.order_by("-release__released_on", "release", "parameters_total", "slug")
    for variant in listed.iterator(AT_ONCE):
        yield Draft(
            object_id=variant.pk,
            title=variant.name,
            names=(variant.repository_id.rpartition("/")[2], variant.repository_id),
            label=f"{variant.get_kind_display()} checkpoint",
            summary=f"{variant.size_label} checkpoint of {variant.release.name}.",
            text=lines(variant.repository_id, _facts(variant, "repository_id")),
            url=variant.get_absolute_url(),
            date=variant.release.released_on,
            date_precision=variant.release.date_precision,
        )


def events(only: Q) -> Iterator[Draft]:
    for event in TimelineEvent.objects.listed().filter(only).newest_first().iterator(AT_ONCE):
        yield Draft(
            object_id=event.pk,
            title=event.title,
            label=event.get_kind_display(),
            summary=event.summary,
            url=event.get_absolute_url(),
            date=event.happened_on,
            date_precision=event.date_precision,
        )


def licenses(only: Q) -> Iterator[Draft]:
    for license in License.objects.filter(only).oldest_first().reverse():
        yield Draft(
            object_id=license.pk,
            title=license.name,
            names=(f"Llama {license.version} license", f"license {license.version}"),
            label=f"Version {license.version}",
            summary=license.summary,
            text=_facts(license, "summary"),
            url=license.get_absolute_url(),
            date=license.effective_on,
            date_precision=license.date_precision,
        )


def use_cases(only: Q) -> Iterator[Draft]:
    rules = Prefetch("rules", LicenseRule.objects.with_subjects().order_by("-license__effective_on"))
    for use_case in UseCase.objects.filter(only).prefetch_related(rules):
        answers = (
            f"Llama {rule.license.version}: {rule.get_verdict_display().lower()}. {rule.conditions} {rule.clause}"
            for rule in fetched(use_case, "rules")
        )
        yield Draft(
            object_id=use_case.pk,
            title=use_case.question,
            names=(use_case.label,),
            summary=use_case.explanation,
            text=lines(*answers),
            url=use_case.get_absolute_url(),
        )


def figures(only: Q) -> Iterator[Draft]:
    for figure in KeyFigure.objects.filter(only):
        value = formatting.amount(figure.value, figure.qualifier)
        yield Draft(
            object_id=figure.pk,
            title=figure.label,
            summary=f"{value.text} {figure.unit}. {figure.measures}",
            text=value.exact,
            url=figure.get_absolute_url(),
            date=figure.as_of,
        )


def options(only: Q) -> Iterator[Draft]:
    for option in DeploymentOption.objects.filter(only):
        yield Draft(
            object_id=option.pk,
            title=option.name,
            summary=option.summary,
            text=option.conditions,
            url=option.get_absolute_url(),
        )


def providers(only: Q) -> Iterator[Draft]:
    served = Prefetch("releases", Release.objects.listed().newest_first())
    for provider in Provider.objects.filter(only).select_related("option").prefetch_related(served):
        releases = [release.name for release in provider.releases.all()]
        yield Draft(
            object_id=provider.pk,
            title=provider.name,
            label=provider.option.name,
            summary=provider.note,
            text=f"Serves {formatting.in_words(releases)}." if releases else "",
            url=provider.get_absolute_url(),
        )


def sources(only: Q) -> Iterator[Draft]:
    for source in Source.objects.filter(only).order_by("-published_on", "slug").iterator(AT_ONCE):
        yield Draft(
            object_id=source.pk,
            title=source.title,
            label=source.get_kind_display().capitalize(),
            summary=lines(f"{source.get_kind_display().capitalize()}, {source.publisher}.", source.note),
            text=source.url.removeprefix("https://").removeprefix("www."),
            url=source.get_absolute_url(),
            date=source.published_on,
        )


def corrections(only: Q) -> Iterator[Draft]:
    for correction in Correction.objects.listed().filter(only).newest_first():
        yield Draft(
            object_id=correction.pk,
            title=f"Corrected: {correction.what_we_said}",
            summary=correction.what_is_right,
            text=lines(correction.why, correction.wrong_value),
            url=correction.get_absolute_url(),
            date=correction.published_on,
        )
