"""Citations and corrections point at exactly what they are about."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError

from models_catalog.models import Citation, Correction, Source
from tests.factories import (
    CHECKED,
    make_citation,
    make_correction,
    make_license,
    make_release,
    make_rule,
    make_source,
    make_variant,
)

pytestmark = pytest.mark.django_db


def test_a_citation_needs_a_target():
    with pytest.raises(IntegrityError, match="citation_has_exactly_one_target"):
        make_citation(field="context_tokens")


def test_a_citation_has_no_second_target():
    with pytest.raises(IntegrityError, match="citation_"):
        make_citation(release=make_release(), license=make_license(), field="summary")


def test_a_citation_names_a_field_that_its_target_has():
    with pytest.raises(IntegrityError, match="citation_field_belongs_to_its_target"):
        make_citation(release=make_release(), field="user_threshold")


def test_the_form_lists_the_fields_that_can_be_cited():
    citation = Citation(release=make_release(), field="colour", source=make_source(), checked_on=CHECKED)
    with pytest.raises(ValidationError, match="Choose one of: released_on"):
        citation.full_clean()


def test_the_same_place_is_cited_once():
    first = make_citation(release=make_release(), field="context_tokens")
    with pytest.raises(IntegrityError, match="one_citation_per_fact_source_and_place"):
        make_citation(release=first.release, field="context_tokens", source=first.source, locator=first.locator)


def test_a_source_that_facts_rest_on_cannot_be_deleted():
    citation = make_citation(release=make_release(), field="context_tokens")
    with pytest.raises(ProtectedError):
        citation.source.delete()


@pytest.mark.parametrize("target", ["release", "variant", "license", "license_rule"])
def test_a_citation_is_found_again_by_its_natural_key(target):
    made = {
        "release": (make_release, "context_tokens"),
        "variant": (make_variant, "layers"),
        "license": (make_license, "user_threshold"),
        "license_rule": (make_rule, "verdict"),
    }
    make, field = made[target]
    citation = make_citation(**{target: make()}, field=field)
    assert Citation.objects.get_by_natural_key(*citation.natural_key()) == citation
    assert citation.target_kind == target


def test_a_correction_may_be_about_prose_or_about_one_fact_but_not_two():
    assert make_correction().target is None
    assert make_correction(release=make_release(), field="context_tokens").target is not None
    with pytest.raises(IntegrityError, match="correction_"):
        make_correction(release=make_release(), license=make_license())


def test_newest_corrections_come_first():
    old = make_correction(published_on=CHECKED.replace(year=2025))
    new = make_correction()
    assert list(Correction.objects.newest_first()) == [new, old]


def test_sources_know_how_many_facts_rest_on_them():
    citation = make_citation(release=make_release(), field="context_tokens")
    assert Source.objects.with_fact_counts().get(pk=citation.source.pk).fact_count == 1


def test_sources_never_read_count_as_unchecked():
    unread = make_source(last_checked_on=None)
    make_source()
    assert list(Source.objects.unchecked_since(CHECKED)) == [unread]
