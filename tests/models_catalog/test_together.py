"""Many querysets at the price of a few, with the same rows as alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db.models import Count, Model, QuerySet

from models_catalog.facts import fact
from models_catalog.models import (
    Citation,
    DeploymentOption,
    KeyFigure,
    License,
    LicenseRule,
    Provider,
    RecordedChange,
    Release,
    TimelineEvent,
    UseCase,
)
from models_catalog.together import ask, fetch
from tests.factories import (
    make_citation,
    make_event,
    make_figure,
    make_provider,
    make_release,
    make_rule,
    make_variant,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> None:
    """Two of each kind, joined with one another."""
    for number in (1, 2):
        release = make_release(name=f"Llama {number}", released_on=date(2020 + number, 1, 1))
        variant = make_variant(release=release)
        event = make_event(title=f"Event {number}")
        event.releases.add(release)
        provider = make_provider()
        provider.releases.add(*Release.objects.all())
        make_citation(release=release, field="context_tokens")
        make_citation(variant=variant, field="parameters_total")
        make_citation(event=event, field="happened_on")
        make_citation(key_figure=make_figure(label=f"Figure {number}"), field="value")
        make_rule()


def several() -> list[QuerySet[Any]]:
    return [
        Release.objects.listed().newest_first().with_facts(),
        TimelineEvent.objects.listed().newest_first().with_facts()[:1],
        DeploymentOption.objects.with_providers(),
        KeyFigure.objects.with_facts(),
        LicenseRule.objects.with_facts(),
    ]


def held(rows: Any) -> Any:
    """All that rows have, related rows included, in order."""
    if isinstance(rows, Model):
        columns = {field.attname: getattr(rows, field.attname) for field in rows._meta.concrete_fields}
        related = getattr(rows, "_prefetched_objects_cache", {})
        return type(rows), columns, {name: held(list(found)) for name, found in related.items()}
    return [held(row) for row in rows]


def test_the_rows_are_those_that_each_queryset_fetches_alone(world, django_assert_num_queries):
    together, alone = several(), several()
    fetch(*together)
    with django_assert_num_queries(0):
        shown = [held(queryset) for queryset in together]
    assert shown == [held(queryset) for queryset in alone]
    assert all(shown)


def test_a_statement_for_each_level_and_one_for_the_evidence(world, django_assert_num_queries):
    with django_assert_num_queries(4):  # lists; checkpoints, providers and releases; the providers' releases; evidence
        fetch(*several())


def test_facts_have_their_sources(world, django_assert_num_queries):
    events, figures = TimelineEvent.objects.with_facts(), KeyFigure.objects.with_facts()
    fetch(events, figures)
    with django_assert_num_queries(0):
        assert [c.source.title for event in events for c in fact(event, "happened_on").citations]
        assert [c.due_on for figure in figures for c in fact(figure, "value").citations]


def test_a_row_knows_the_entry_that_it_was_fetched_for(world, django_assert_num_queries):
    releases = Release.objects.with_facts()
    fetch(releases)
    with django_assert_num_queries(0):
        for release in releases:
            assert all(variant.release is release for variant in release.variants.all())


def test_a_queryset_that_is_evaluated_already_is_not_asked_again(world, django_assert_num_queries):
    releases = Release.objects.all()
    rows = list(releases)
    with django_assert_num_queries(1):
        fetch(releases, KeyFigure.objects.all())
    assert list(releases) == rows


def test_what_is_derived_from_a_fetched_queryset_asks_for_itself(world):
    releases, figures = Release.objects.newest_first(), KeyFigure.objects.all()
    ask(releases, figures)
    assert [release.name for release in releases] == ["Llama 2", "Llama 1"]
    assert [release.name for release in releases.filter(name="Llama 1")] == ["Llama 1"]
    assert [release.name for release in releases.reverse()] == ["Llama 1", "Llama 2"]


def test_values_counts_and_nothing_come_together_too(world, django_assert_num_queries):
    names = Release.objects.newest_first().values_list("name", flat=True)
    counted = License.objects.annotate(rules_count=Count("rules"))
    nothing = UseCase.objects.none()
    with django_assert_num_queries(1):
        ask(names, counted, nothing)
        assert list(names) == ["Llama 2", "Llama 1"]
        assert sum(license.rules_count for license in counted) == 2
        assert not nothing


def test_each_kind_of_value_is_read_back_as_it_was(world):
    release = make_release(
        name="Quoted “'\\\"% \N{BELL} 😀",
        pretraining_tokens=2**60,
        languages=["English", "a, b"],
        knowledge_cutoff=None,
    )
    figure = make_figure(value="3270000000.10")
    releases, figures = Release.objects.filter(pk=release.pk), KeyFigure.objects.filter(pk=figure.pk)
    ask(releases, figures)
    assert held(releases) == held(Release.objects.filter(pk=release.pk))
    assert str(figures[0].value) == "3270000000.10"


def test_what_json_cannot_carry_is_refused_by_name():
    with pytest.raises(TypeError, match=r"RecordedChange\.row is a JSONField"):
        ask(RecordedChange.objects.all(), Release.objects.all())


def test_a_path_that_leads_through_many_is_refused_by_name(world):
    with pytest.raises(ValueError, match="variants__citations"):
        fetch(Release.objects.prefetch_related("variants__citations"))


def test_entries_that_are_not_listed_stay_out(world):
    Release.objects.filter(name="Llama 2").update(is_listed=False)
    providers = Provider.objects.with_facts()
    fetch(providers, Citation.objects.none())
    assert {release.name for provider in providers for release in provider.releases.all()} == {"Llama 1"}
