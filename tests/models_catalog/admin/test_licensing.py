"""Licenses, use cases and rules as editors keep them."""

import pytest

from models_catalog.models import License, LicenseRule, UseCase
from tests.factories import make_activity, make_license, make_rule, make_use_case, make_user
from tests.llamahub.admin.entries import address, errors_of, filled_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def editor(client):
    client.force_login(make_user("Editor"))


def save(client, entry, **typed):
    url = address(type(entry), "change", entry.pk)
    response = client.post(url, {**filled_in(client.get(url), type(entry)), **typed})
    assert response.status_code == 302, errors_of(response)
    return client.get(response.url).content.decode()


def test_a_question_becomes_an_activity_of_the_checker(client):
    case = make_use_case(question="May I sing it?")
    save(client, case, role="activity", wording="Sing it", group="outputs")
    assert list(UseCase.objects.activities()) == [case]
    make_license()
    assert "Sing it" in client.get("/licensing/check/").content.decode()


def test_a_question_becomes_a_circumstance_that_spares_readers_another(client):
    large = make_use_case(role="circumstance", wording="You are large", only_users="above")
    case = make_use_case()
    save(client, case, role="circumstance", wording="You bought it", only_got="product", lifts=str(large.pk))
    case.refresh_from_db()
    assert (case.lifts, case.only_got) == (large, "product")


def test_a_whole_version_is_entered_in_the_grid_of_its_license(client):
    activities = [make_activity(), make_activity()]
    license = make_license()
    url = address(License, "change", license.pk)
    form = filled_in(client.get(url), License)
    for index in range(2):
        form |= {
            f"rules-{index}-verdict": "conditions",
            f"rules-{index}-conditions": "Mind.",
            f"rules-{index}-clause": "§1",
        }
    assert client.post(url, form).status_code == 302
    assert set(LicenseRule.objects.values_list("use_case", "verdict")) == {
        (activity.pk, "conditions") for activity in activities
    }


def test_advice_and_caveat_are_kept_with_the_rule(client):
    rule = make_rule()
    save(client, rule, next_step="Write to Meta.", caveat="Not everywhere.")
    rule.refresh_from_db()
    assert (rule.next_step, rule.caveat) == ("Write to Meta.", "Not everywhere.")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"display_text": "Built with It"}, {"display_text": "Made with It"}, "Show “Built with It”."),
        ({"name_prefix": "It"}, {"name_prefix": "That"}, "Begins with “It”."),
        ({"user_threshold": 700_000_000}, {"user_threshold": "800000000"}, "More than 700 million users."),
    ],
)
def test_an_editor_who_changes_a_term_learns_which_rules_repeat_the_old_one(client, before, after, said):
    license = make_license(**before)
    make_rule(license=license, conditions=said)
    make_rule(license=license, conditions="Something else.")
    page = save(client, license, **after)
    assert "The conditions of one rule still say" in page
    assert "still say" not in save(client, license, summary="Another summary.")
