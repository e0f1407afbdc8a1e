"""License rules say one thing for each question and license, and say why."""

from datetime import date

import pytest
from django.db import IntegrityError

from models_catalog.models import License, LicenseRule
from tests.factories import make_license, make_rule

pytestmark = pytest.mark.django_db


def test_one_rule_for_a_use_case_and_a_license():
    rule = make_rule()
    with pytest.raises(IntegrityError, match="one_rule_per_use_case_and_license"):
        make_rule(use_case=rule.use_case, license=rule.license)


def test_anything_but_allowed_states_its_conditions():
    with pytest.raises(IntegrityError, match="rule_states_its_conditions"):
        make_rule(verdict=LicenseRule.Verdict.PROHIBITED, conditions="")


def test_a_verdict_names_its_clause():
    with pytest.raises(IntegrityError, match="rule_names_its_clause"):
        make_rule(clause="")


def test_silence_needs_no_clause():
    assert make_rule(verdict=LicenseRule.Verdict.NOT_COVERED, conditions="The text is silent.", clause="").pk


def test_a_license_address_leaves_the_checker_alone():
    with pytest.raises(IntegrityError, match="license_address_is_not_reserved"):
        make_license(slug="check")


def test_the_newest_license_is_the_latest_version():
    make_license(effective_on=date(2023, 7, 18))
    newest = make_license(effective_on=date(2025, 4, 5))
    assert License.objects.newest() == newest
    assert License.objects.oldest_first().last() == newest
