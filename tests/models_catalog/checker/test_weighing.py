"""Which rule wins, on rules made up for it; and what must hold for every question to the shipped content."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from models_catalog.checker import PLACES, ModelMatters, Reader, check
from models_catalog.checker.weighing import NEXT_STEPS, NOT_ASSESSED, STRICTNESS
from models_catalog.models import Got, LicenseRule, ModelKind, UseCase, Who
from tests.factories import make_activity, make_circumstance, make_citation, make_license, make_rule

pytestmark = pytest.mark.django_db

Verdict = LicenseRule.Verdict


@pytest.fixture
def license():
    return make_license(slug="made-up", version="x", user_threshold=1000)


def rule(license, use_case, verdict, **fields):
    return make_rule(
        **{"license": license, "use_case": use_case, "verdict": verdict, "conditions": f"{use_case.wording}.", **fields}
    )


def answer(license, *activities, model=ModelKind.TEXT, who=Who.COMPANY, place="us", users=0, got=Got.MODEL):
    rules = LicenseRule.objects.for_check([activity.slug for activity in activities])
    rules = list(rules.prefetch_related("citations__source", "corrections__source"))
    return check(license, rules, activities, Reader(who, PLACES[place], users, got), model)


def verdict(license, activity, **reader):
    return answer(license, activity, **reader).activities[0].verdict


@pytest.mark.parametrize("said", Verdict)
def test_without_circumstances_the_rule_is_the_answer(license, said):
    activity = make_activity()
    rule(license, activity, said)
    assert verdict(license, activity) == said


def test_no_rule_is_not_covered_and_says_that_nobody_has_assessed_it(license):
    [found] = answer(license, make_activity()).activities
    assert found.verdict == Verdict.NOT_COVERED
    assert found.conditions == NOT_ASSESSED
    assert found.clauses == found.citations == []


@pytest.mark.parametrize(("general", "circumstance"), list(product(Verdict, Verdict)))
def test_the_strictest_decides_and_silence_on_a_circumstance_changes_nothing(license, general, circumstance):
    activity, large = make_activity(), make_circumstance(only_users="above")
    rule(license, activity, general)
    rule(license, large, circumstance)
    assert verdict(license, activity, users=1000) == general
    expected = general
    if circumstance != Verdict.NOT_COVERED:
        expected = max(general, circumstance, key=STRICTNESS.index)
    assert verdict(license, activity, users=1001) == expected


@pytest.mark.parametrize(
    ("only", "true_of", "not_of"),
    [
        ({"only_who": "person"}, {"who": Who.PERSON}, {"who": Who.COMPANY}),
        ({"only_place": "eu"}, {"place": "de"}, {"place": "no"}),
        ({"only_place": "eea"}, {"place": "ch"}, {"place": "gb"}),
        ({"only_place": "eea"}, {"place": "fr"}, {"place": "us"}),
        ({"only_place": "outside_eu"}, {"place": "is"}, {"place": "eu"}),
        ({"only_model": "multimodal"}, {"model": ModelKind.MULTIMODAL}, {"model": ModelKind.TEXT}),
        ({"only_users": "above"}, {"users": 1001}, {"users": 1000}),
        ({"only_users": "within"}, {"users": 1000}, {"users": 1001}),
        ({"only_got": "product"}, {"got": Got.PRODUCT}, {"got": Got.MODEL}),
        ({"only_got": "model"}, {"got": Got.MODEL}, {"got": Got.PRODUCT}),
        (
            {"only_place": "eu", "only_model": "multimodal"},
            {"place": "de", "model": ModelKind.MULTIMODAL},
            {"place": "de", "model": ModelKind.TEXT},
        ),
    ],
)
def test_a_circumstance_counts_for_those_of_whom_all_of_it_is_true(license, only, true_of, not_of):
    activity = make_activity()
    rule(license, activity, Verdict.ALLOWED)
    rule(license, make_circumstance(**only), Verdict.PROHIBITED)
    assert verdict(license, activity, **true_of) == Verdict.PROHIBITED
    assert verdict(license, activity, **not_of) == Verdict.ALLOWED


def test_a_license_without_a_threshold_has_nobody_above_it(license):
    license.user_threshold = None
    license.save()
    activity = make_activity()
    rule(license, activity, Verdict.ALLOWED)
    rule(license, make_circumstance(only_users="above"), Verdict.ASK_META)
    assert verdict(license, activity, users=9_000_000_000) == Verdict.ALLOWED


def test_only_what_an_end_user_does_is_end_use(license):
    end_use, building = make_activity(by_end_user=True), make_activity()
    spared = make_circumstance(only_got="end_use")
    for activity in (end_use, building):
        rule(license, activity, Verdict.ALLOWED)
    rule(license, spared, Verdict.CONDITIONS)
    verdicts = [each.verdict for each in answer(license, end_use, building, got=Got.PRODUCT).activities]
    assert verdicts == [Verdict.CONDITIONS, Verdict.ALLOWED]


@pytest.mark.parametrize("says", Verdict)
def test_a_circumstance_is_lifted_only_by_one_that_the_license_allows(license, says):
    activity, large = make_activity(), make_circumstance(only_users="above")
    spared = make_circumstance(only_got="product", lifts=large)
    rule(license, activity, Verdict.ALLOWED)
    rule(license, large, Verdict.ASK_META)
    rule(license, spared, says)
    found = verdict(license, activity, users=1001, got=Got.PRODUCT)
    if says == Verdict.ALLOWED:
        assert found == Verdict.ALLOWED
    else:
        assert found in (Verdict.ASK_META, Verdict.PROHIBITED)
    assert verdict(license, activity, users=1001) == Verdict.ASK_META


def test_what_spares_nobody_anything_is_not_mentioned(license):
    activity, large = make_activity(), make_circumstance(only_users="above")
    rule(license, activity, Verdict.ALLOWED)
    rule(license, large, Verdict.ASK_META)
    rule(license, make_circumstance(only_got="product", lifts=large), Verdict.ALLOWED)
    assert answer(license, activity, users=1, got=Got.PRODUCT).circumstances == []
    assert len(answer(license, activity, users=1001, got=Got.PRODUCT).circumstances) == 1


def test_an_activity_that_needs_a_multimodal_model_is_about_one(license):
    images = make_activity(only_model="multimodal")
    rule(license, images, Verdict.ALLOWED)
    rule(license, make_circumstance(only_model="multimodal"), Verdict.PROHIBITED)
    assert verdict(license, images, model=ModelKind.TEXT) == Verdict.PROHIBITED


def test_the_conditions_and_clauses_are_those_of_the_rules_that_decide(license):
    activity, large = make_activity(), make_circumstance(only_users="above")
    rule(license, activity, Verdict.CONDITIONS, conditions="Show the line.", clause="§1.b.i; §1.b.iii")
    rule(license, large, Verdict.ASK_META, conditions="Ask first.", clause="§2", next_step="Write to Meta.")
    [small] = answer(license, activity).activities
    [big] = answer(license, activity, users=1001).activities
    assert (small.conditions, small.clauses) == ("Show the line.", ["§1.b.i", "§1.b.iii"])
    assert small.next_step == NEXT_STEPS[Verdict.CONDITIONS]
    assert (big.conditions, big.clauses, big.next_step) == ("Ask first.", ["§2"], "Write to Meta.")
    assert small.because_of_reader == ()
    assert [each.use_case for each in big.because_of_reader] == [large]


def test_conditions_add_up_where_nothing_stricter_stands_in_the_way(license):
    activity = make_activity()
    rule(license, activity, Verdict.ALLOWED, conditions="Go ahead.", clause="§1.a")
    abroad = rule(
        license, make_circumstance(only_place="eea"), Verdict.CONDITIONS, conditions="Tell them.", clause="§9"
    )
    make_citation(license_rule=abroad, field="verdict", locator="Section 9")
    rule(license, make_circumstance(only_got="model"), Verdict.ALLOWED, conditions="Go ahead.", clause="§1.a")
    [found] = answer(license, activity, place="no").activities
    assert found.verdict == Verdict.CONDITIONS
    assert found.conditions == "Go ahead. Tell them."
    assert found.clauses == ["§1.a", "§9"]
    assert [citation.locator for citation in found.citations] == ["Section 9"]


def test_rules_of_other_licenses_do_not_count(license):
    activity = make_activity()
    rule(license, activity, Verdict.ALLOWED)
    other = make_license()
    rule(other, activity, Verdict.PROHIBITED)
    rule(other, make_circumstance(only_got="model"), Verdict.PROHIBITED)
    assert verdict(license, activity) == Verdict.ALLOWED


def test_an_unknown_kind_of_model_is_asked_for_only_if_it_matters(license):
    activity = make_activity()
    rule(license, activity, Verdict.ALLOWED)
    rule(license, make_circumstance(only_place="eu", only_model="multimodal"), Verdict.PROHIBITED)
    assert verdict(license, activity, model=None, place="us") == Verdict.ALLOWED
    with pytest.raises(ModelMatters):
        answer(license, activity, model=None, place="de")


# --- what holds for every question to the shipped content ---

PEOPLE = ("person", "company")
PLACES_ASKED = ("de", "no", "us")
USERS = (0, 700_000_000, 700_000_001, 9_000_000_000)


def every_question(shelf):
    """Each release with every kind of reader; the readers' numbers of users vary inside."""
    for release, who, place, got in product(shelf.options.licensed, PEOPLE, PLACES_ASKED, Got):
        if got != Got.END_USE:
            yield release, {"who": who, "place": place, "got": got.value}


@pytest.fixture(scope="module")
def all_activities(shelf):
    return [activity.slug for activity in shelf.options.activities]


def severity(found) -> int:
    return STRICTNESS.index(found.verdict)


def test_more_users_never_make_anything_more_allowed(shelf, all_activities):
    asked = 0
    for release, reader in every_question(shelf):
        answers = [shelf.ask(release.slug, *all_activities, users=users, **reader) for users in USERS]
        for before, after in zip(answers, answers[1:], strict=False):
            for few, many in zip(before.activities, after.activities, strict=True):
                asked += 1
                assert severity(few) <= severity(many), (release, reader, few.use_case.slug)
    assert asked > 10_000


def test_a_circumstance_never_allows_what_the_rule_for_everyone_prohibits(shelf, all_activities):
    for release, reader in every_question(shelf):
        for found in shelf.ask(release.slug, *all_activities, users=9_000_000_000, **reader).activities:
            assert severity(found) >= STRICTNESS.index(Verdict(found.general.verdict))


def test_all_together_is_the_strictest_and_no_milder_for_being_more(shelf, all_activities):
    for release, reader in every_question(shelf):
        whole = shelf.ask(release.slug, *all_activities, **reader)
        assert whole.overall == max((each.verdict for each in whole.activities), key=STRICTNESS.index)
    for pair in combinations(all_activities, 2):
        both = shelf.ask("llama-3-2", *pair)
        for one in pair:
            assert STRICTNESS.index(both.overall) >= STRICTNESS.index(shelf.ask("llama-3-2", one).overall)


def test_the_order_of_the_activities_changes_no_verdict(shelf, all_activities):
    there = {each.use_case.slug: each.verdict for each in shelf.ask("llama-4-scout", *all_activities).activities}
    back = {each.use_case.slug: each.verdict for each in shelf.ask("llama-4-scout", *all_activities[::-1]).activities}
    assert there == back


def test_a_finished_product_is_never_treated_more_strictly_than_the_model(shelf, all_activities):
    for release, reader in every_question(shelf):
        if reader["got"] == "product":
            product_ = shelf.ask(release.slug, *all_activities, **reader, users=9_000_000_000)
            model = shelf.ask(release.slug, *all_activities, **{**reader, "got": "model"}, users=9_000_000_000)
            for with_product, with_model in zip(product_.activities, model.activities, strict=True):
                assert severity(with_product) <= severity(with_model)


def test_the_place_changes_no_verdict_on_a_text_model(shelf, all_activities):
    text = [release for release in shelf.options.licensed if not release.is_multimodal]
    assert len(text) >= 10
    activities = [name for name in all_activities if name != "image-input"]
    for release in text:
        answers = [shelf.ask(release.slug, *activities, place=place) for place in PLACES_ASKED]
        assert len({tuple(each.verdict for each in answer.activities) for answer in answers}) == 1, release


def test_every_answer_names_its_conditions_clause_source_and_next_step(shelf, all_activities):
    for release, reader in every_question(shelf):
        for found in shelf.ask(release.slug, *all_activities, users=700_000_001, **reader).activities:
            assert found.conditions
            assert found.next_step
            assert found.clauses or found.verdict == Verdict.NOT_COVERED
            assert found.citations, (release, found.use_case.slug)


def test_every_activity_and_circumstance_is_assessed_for_every_version(shelf, all_activities):
    every = {(rule.use_case.slug, rule.license.slug) for rule in shelf.rules}
    circumstances = {rule.use_case.slug for rule in shelf.rules if rule.use_case.role == UseCase.Role.CIRCUMSTANCE}
    assert len(circumstances) == 5
    expected = set(product({*all_activities, *circumstances}, [license.slug for license in shelf.options.licenses]))
    assert every == expected


def test_the_wording_of_the_rules_has_not_drifted_from_the_terms(shelf):
    """Numbers and names that rules repeat in prose are those of their license."""
    for rule_ in shelf.rules:
        license = rule_.license
        if rule_.use_case.slug == "above-user-threshold" and license.user_threshold:
            assert f"{license.user_threshold // 10**6} million" in rule_.conditions
            assert f"{license.counted_month:%B %Y}" in rule_.conditions
        for quoted in ("“Built with",):
            if quoted in rule_.conditions and license.display_text:
                assert f"“{license.display_text}”" in rule_.conditions, rule_
        if "begins with “" in rule_.conditions or "Begin the model’s name with “" in rule_.conditions:
            assert f"with “{license.name_prefix}”" in rule_.conditions, rule_
