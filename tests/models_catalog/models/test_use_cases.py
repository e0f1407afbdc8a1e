"""A use case is a question, an activity or a circumstance, and never half of one."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError

from models_catalog.models import LicenseRule, UseCase
from tests.factories import make_activity, make_circumstance, make_license, make_rule, make_use_case

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"role": "verdict", "wording": "Judge it"}, "use_case_role_is_known"),
        ({"only_place": "moon"}, "use_case_circumstances_are_known"),
        ({"only_who": "robot"}, "use_case_circumstances_are_known"),
        ({"role": "activity", "group": "use"}, "use_case_has_words_for_the_checker"),
        ({"role": "circumstance", "only_who": "person"}, "use_case_has_words_for_the_checker"),
        ({"wording": "Do it"}, "use_case_has_words_for_the_checker"),
        ({"role": "activity", "wording": "Do it"}, "activity_has_a_group"),
        ({"role": "activity", "wording": "Do it", "group": "none"}, "activity_has_a_group"),
        ({"group": "use"}, "activity_has_a_group"),
        ({"by_end_user": True}, "only_activities_are_done"),
        ({"role": "circumstance", "wording": "You are"}, "circumstance_says_whom_it_concerns"),
    ],
)
def test_a_use_case_that_cannot_be_is_refused(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        make_use_case(**fields)


def test_only_a_circumstance_lifts_another():
    large = make_circumstance(only_users="above")
    with pytest.raises(IntegrityError, match="only_circumstances_lift_another"):
        make_activity(lifts=large)


def test_a_circumstance_does_not_lift_itself():
    large = make_circumstance(only_users="above")
    large.lifts = large
    with pytest.raises(ValidationError, match="and not itself"):
        large.full_clean()
    with pytest.raises(IntegrityError, match="only_circumstances_lift_another"):
        large.save()


def test_what_another_circumstance_lifts_is_not_deleted_under_it():
    large = make_circumstance(only_users="above")
    make_circumstance(only_got="product", lifts=large)
    with pytest.raises(ProtectedError):
        large.delete()


def test_two_activities_are_told_apart_by_their_words():
    make_activity(wording="Sell it")
    with pytest.raises(IntegrityError, match="wordings_are_told_apart"):
        make_activity(wording="Sell it")


def test_questions_of_the_matrix_all_have_no_words():
    make_use_case()
    make_use_case()
    assert UseCase.objects.activities().count() == 0


def test_the_checker_weighs_what_was_asked_and_every_circumstance():
    license = make_license()
    asked, other, circumstance = make_activity(), make_activity(), make_circumstance(only_who="person")
    question = make_use_case()
    for case in (asked, other, circumstance, question):
        make_rule(license=license, use_case=case)
    weighed = {rule.use_case for rule in LicenseRule.objects.for_check([asked.slug, question.slug])}
    assert weighed == {asked, circumstance}


@pytest.mark.parametrize(
    ("effective_on", "threshold", "month"),
    [
        ("2023-07-18", 7, "2023-06-01"),
        ("2025-01-31", 7, "2024-12-01"),
        ("2024-03-01", 7, "2024-02-01"),
        ("2024-03-01", None, "None"),
    ],
)
def test_the_month_that_counts_is_the_calendar_month_before_the_version(effective_on, threshold, month):
    license = make_license(effective_on=effective_on, user_threshold=threshold)
    license.refresh_from_db()
    assert str(license.counted_month) == month


def test_a_caveat_belongs_to_the_conditions_in_general():
    rule = make_rule(conditions="Show the line.", caveat="Not in the Union.")
    assert rule.general_conditions == "Show the line. Not in the Union."
    assert make_rule(conditions="", caveat="").general_conditions == ""
