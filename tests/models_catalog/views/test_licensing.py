"""The license pages: the newest in short, the matrix, one version and what it changed."""

from datetime import date

import pytest

from tests.factories import make_citation, make_license, make_release, make_rule, make_use_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions():
    old = make_license(
        slug="old", version="2", name="Old License", effective_on=date(2023, 7, 18), user_threshold=700_000_000
    )
    new = make_license(
        slug="new",
        version="3.1",
        name="New License",
        effective_on=date(2024, 7, 23),
        user_threshold=700_000_000,
        display_text="Built with Llama",
    )
    outputs = make_use_case(slug="outputs", question="May I train on outputs?", position=2, is_headline=True)
    sell = make_use_case(slug="sell", question="May I sell it?", position=1)
    make_rule(license=old, use_case=outputs, verdict="prohibited", conditions="No.", clause="§1.b.v")
    rule = make_rule(license=new, use_case=outputs, verdict="conditions", conditions="Name it Llama.", clause="§1.b.i")
    make_citation(license_rule=rule, field="verdict", locator="Section 1.b.i")
    make_rule(license=new, use_case=sell)
    return old, new


def test_the_matrix_has_a_row_for_each_question_and_a_column_for_each_version(client, versions):
    matrix = client.get("/licensing/").context["matrix"]
    assert [row.use_case.slug for row in matrix] == ["sell", "outputs"]
    assert [[rule.verdict if rule else None for _, rule in row.cells] for row in matrix] == [
        [None, "allowed"],
        ["prohibited", "conditions"],
    ]


def test_a_verdict_is_told_by_word_and_shape(client, versions):
    html = client.get("/licensing/").content.decode()
    assert "Prohibited" in html
    assert "verdict--prohibited" in html
    assert "verdict__shape" in html
    assert "not assessed" in html


def test_the_newest_license_comes_in_short(client, versions):
    context = client.get("/licensing/").context
    assert context["newest"].slug == "new"
    assert [rule.use_case.slug for rule in context["headlines"]] == ["outputs"]


def test_a_license_shows_its_terms_its_rules_and_its_releases(client, versions):
    make_release(name="Llama Under It", license=versions[1])
    html = client.get("/licensing/new/").content.decode()
    for piece in ("700 million", "Built with Llama", "Name it Llama.", "§1.b.i", "Section 1.b.i", "Llama Under It"):
        assert piece in html


def test_a_rule_is_an_address_on_the_page_of_its_license(client, versions):
    assert 'id="outputs"' in client.get("/licensing/new/").content.decode()


def test_a_license_says_what_it_changed(client, versions):
    differences = {d.label: (d.before.text, d.now.text) for d in client.get("/licensing/new/").context["differences"]}
    assert differences == {
        "text to display": ("not stated", "Built with Llama"),
        "May I train on outputs?": ("Prohibited", "Allowed with conditions"),
    }


def test_the_first_license_changed_nothing(client, versions):
    assert client.get("/licensing/old/").context["differences"] == []
