"""A question that cannot be answered is told which parameter is wrong, with the value and the remedy."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from models_catalog.checker import PARAMETERS, CheckForm
from models_catalog.checker.asking import was_asked

pytestmark = pytest.mark.django_db

RIGHT = "release=llama-3-1&who=company&place=de&users=25000&got=model&activity=fine-tune"


def asked(shelf, query: str) -> CheckForm:
    form = CheckForm(QueryDict(query), shelf.options)
    form.is_valid()
    return form


def change(**parameters: str | None) -> str:
    query = QueryDict(RIGHT, mutable=True)
    for name, value in parameters.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return query.urlencode()


def test_a_right_question_is_understood(shelf):
    question = asked(shelf, RIGHT).question
    assert question.release.slug == "llama-3-1"
    assert question.license.slug == "llama-3-1"
    assert question.reader.place.name == "Germany"
    assert question.reader.users == 25_000
    assert [activity.slug for activity in question.activities] == ["fine-tune"]


@pytest.mark.parametrize(
    ("query", "parameter", "remedy"),
    [
        (change(release=None), "release", "Choose a release or a license"),
        (change(release="llama-9"), "release", "“llama-9”"),
        (change(release="llama-4-behemoth"), "release", "Choose one from the list"),
        (change(release=None, license="gpl"), "license", "“gpl”"),
        (change(license="llama-4"), "license", "Leave one of the two out"),
        (change(model="multimodal"), "model", "takes only text"),
        (change(model="audio"), "model", "“text” or “multimodal”"),
        (change(release="llama-4-scout", model="text"), "model", "takes images"),
        (change(who=None), "who", "“person” or “company”"),
        (change(who="robot"), "who", "“robot”"),
        (change(place=None), "place", "“de”"),
        (change(place="atlantis"), "place", "“atlantis”"),
        (change(place="DE"), "place", "the code of a country"),
        (change(users=None), "users", "0 if you have no product"),
        (change(users="many"), "users", "“many”"),
        (change(users="-1"), "users", "whole number in digits"),
        (change(users="1.5"), "users", "whole number in digits"),
        (change(users="٣٠٠"), "users", "whole number in digits"),
        (change(users="9" * 14), "users", "more than there are people"),
        (change(users="9" * 5000), "users", "whole number in digits"),
        (change(got="stolen"), "got", "“product”"),
        (change(activity=None), "activity", "at least one"),
        (change(activity="breathe"), "activity", "“breathe”"),
        (change(activity="sue-meta"), "activity", "no activity “sue-meta”"),
        (change(activity="above-user-threshold"), "activity", "no activity"),
        (change(activity="image-input"), "activity", "multimodal models only"),
        (change(who="person", activity="internal-use"), "activity", "company or other organization"),
        (RIGHT + "&who=person", "who", "Give it once"),
        (RIGHT + "&place=fr", "place", "Give it once"),
        (RIGHT + "&users=1", "users", "Give it once"),
        (RIGHT + "&release=llama-2", "release", "Give it once"),
        (RIGHT + "&activity=breathe", "activity", "“breathe”"),
    ],
)
def test_a_wrong_parameter_is_named_with_the_remedy(shelf, query, parameter, remedy):
    form = asked(shelf, query)
    assert form.question is None
    assert [name for name, _ in form.problems] == [parameter], form.problems
    assert remedy in form.problems[0][1]
    assert len(form.problems[0][1]) < 400


def test_everything_that_is_missing_is_named_at_once(shelf):
    assert [name for name, _ in asked(shelf, "got=model").problems] == ["release", "who", "place", "activity"]


def test_a_person_may_leave_out_the_users(shelf):
    assert asked(shelf, change(who="person", users=None)).question.reader.users == 0


@pytest.mark.parametrize(
    "written", ["700000000", "700,000,000", "700 000 000", "700_000_000", "700’000’000", " 700000000 "]
)
def test_a_number_may_be_grouped_as_people_do(shelf, written):
    assert asked(shelf, change(users=written)).question.reader.users == 700_000_000


def test_the_same_parameter_twice_with_the_same_value_is_no_mistake(shelf):
    assert asked(shelf, RIGHT + "&who=company&activity=fine-tune").question is not None


def test_a_question_has_one_canonical_form(shelf):
    shuffled = "utm_source=x&activity=quantize-and-reupload&activity=fine-tune&users=25,000&place=de&got=&who=company&release=llama-3-1&license=llama-3-1&model="
    canonical = "release=llama-3-1&who=company&place=de&users=25000&activity=fine-tune&activity=quantize-and-reupload"
    question = asked(shelf, shuffled).question
    assert question.query == canonical
    assert asked(shelf, canonical).question == question


def test_the_canonical_form_is_in_the_documented_order(shelf):
    question = asked(
        shelf, "activity=fine-tune&got=product&users=1&place=us&who=person&model=text&license=llama-3-2"
    ).question
    names = list(dict.fromkeys(pair.split("=")[0] for pair in question.query.split("&")))
    assert names == [name for name in PARAMETERS if name in names]
    assert names == ["license", "model", "who", "place", "users", "got", "activity"]


@pytest.mark.parametrize(
    ("query", "expected"), [("", False), ("release=&users=", False), ("utm=1", False), ("who=x", True)]
)
def test_an_address_asks_once_anything_is_filled_in(query, expected):
    assert was_asked(QueryDict(query)) is expected


def test_an_empty_activity_is_none(shelf):
    assert asked(shelf, change(activity="")).errors["activity"] == ["Choose at least one activity."]
