"""How long a fact may go unchecked: by kind, by field, and when its source changes."""

import json
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from llamahub.content import fixture
from models_catalog.models import FACT_MODELS, CheckInterval, Citation, FactKind
from tests.factories import (
    make_check_interval,
    make_citation,
    make_figure,
    make_release,
    make_source,
    make_variant,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def is_due(citation: Citation, today: date = TODAY) -> bool:
    return Citation.objects.due(today).filter(pk=citation.pk).exists()


def test_an_interval_can_be_set_for_every_kind_of_fact():
    assert set(FactKind.values) == set(FACT_MODELS)


def test_a_fact_is_due_when_the_interval_of_its_kind_is_over():
    make_check_interval(about="release", days=90)
    release = make_release()
    late = make_citation(release=release, field="context_tokens", checked_on=days_ago(90))
    early = make_citation(release=release, field="languages", checked_on=days_ago(89))
    assert is_due(late)
    assert not is_due(early)
    assert Citation.objects.with_due_day().get(pk=early.pk).due_on == TODAY + timedelta(days=1)


def test_the_interval_of_a_field_counts_before_that_of_its_kind():
    make_check_interval(about="release", days=30)
    make_check_interval(about="release", field="released_on", days=700)
    make_check_interval(about="release", field="status", days=7)
    release = make_release()
    due = {
        field: is_due(make_citation(release=release, field=field, checked_on=days_ago(10)))
        for field in ("released_on", "status", "languages")
    }
    assert due == {"released_on": False, "status": True, "languages": False}


def test_each_kind_of_entry_has_intervals_of_its_own():
    make_check_interval(about="key_figure", days=30)
    make_check_interval(about="variant", days=300)
    figure = make_citation(key_figure=make_figure(), field="value", checked_on=days_ago(100))
    variant = make_citation(variant=make_variant(), field="parameters_total", checked_on=days_ago(100))
    assert is_due(figure)
    assert not is_due(variant)


def test_a_kind_without_an_interval_is_never_due():
    make_check_interval(about="key_figure", days=30)
    citation = make_citation(release=make_release(), field="status", checked_on=date(2000, 1, 1))
    assert not is_due(citation)
    assert Citation.objects.with_due_day().get(pk=citation.pk).due_on is None


def test_what_was_checked_before_its_source_changed_is_due_from_that_day():
    make_check_interval(about="release", days=700)
    release = make_release()
    source = make_source(changed_on=TODAY)
    before = make_citation(release=release, field="status", source=source, checked_on=days_ago(1))
    after = make_citation(release=release, field="languages", source=source, checked_on=TODAY)
    assert is_due(before)
    assert not is_due(before, days_ago(1))
    assert not is_due(after)
    assert before.outlived_its_source
    assert not after.outlived_its_source


def test_a_changed_source_makes_due_also_what_has_no_interval():
    source = make_source(changed_on=TODAY)
    assert is_due(make_citation(release=make_release(), field="status", source=source, checked_on=days_ago(1)))


def test_the_longest_overdue_comes_first():
    make_check_interval(about="release", days=30)
    make_check_interval(about="key_figure", days=300)
    figure = make_citation(key_figure=make_figure(), field="value", checked_on=days_ago(310))
    release = make_citation(release=make_release(), field="status", checked_on=days_ago(200))
    assert list(Citation.objects.due(TODAY)) == [release, figure]
    assert list(Citation.objects.longest_due(TODAY, 1)) == [release]


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"days": 0}, "check_interval_is_between_a_day_and_ten_years"),
        ({"days": 4000}, "check_interval_is_between_a_day_and_ten_years"),
        ({"about": "imaginary"}, "check_interval_kind_is_known"),
        ({"about": "release", "field": "parameters_total"}, "check_interval_field_belongs_to_its_kind"),
        ({"about": "release", "field": "status"}, "one_check_interval_per_kind_of_fact"),
    ],
)
def test_the_database_refuses_an_interval_that_means_nothing(fields, constraint):
    make_check_interval(about="release", field="status")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CheckInterval.objects.create(**{"about": "variant", "days": 90, **fields})


def test_an_interval_says_what_it_is():
    assert str(make_check_interval(about="release", field="status", days=7)) == "releases: status: 7 days"
    assert str(make_check_interval(about="provider", field="", days=90)) == "providers: 90 days"


def test_a_wrong_number_of_days_is_explained():
    with pytest.raises(ValidationError, match="between 1 and 3,650"):
        CheckInterval(about="release", days=0).full_clean()


def rows() -> dict[tuple[str, str], int]:
    return {(interval.about, interval.field): interval.days for interval in CheckInterval.objects.all()}


def test_a_site_with_content_is_given_the_intervals_that_ship_and_an_empty_one_stays_empty():
    """An empty site loads them with its content, which is only ever loaded where there is none."""
    steps = ("0003_default_check_intervals", "0009_published_memory_is_checked")
    migrations = [import_module(f"models_catalog.migrations.{step}") for step in steps]
    for migration in migrations:
        migration.add_defaults(apps, connection.schema_editor())
    assert rows() == {}
    make_source()
    for migration in migrations:
        migration.add_defaults(apps, connection.schema_editor())
    shipped = json.loads(fixture(CheckInterval).read_text())
    assert rows() == {(e["fields"]["about"], e["fields"].get("field", "")): e["fields"]["days"] for e in shipped}


def test_what_editors_set_already_is_left_alone_by_the_defaults():
    make_source()
    make_check_interval(about="provider", field="", days=7)
    import_module("models_catalog.migrations.0003_default_check_intervals").add_defaults(
        apps, connection.schema_editor()
    )
    assert rows()["provider", ""] == 7
