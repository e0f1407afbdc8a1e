"""“Insert a fact”: the search, who may use it, and the page for those without script."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from editorial.live_facts.finding import SHOWN, find
from editorial.live_facts.validation import problems
from editorial.models import Edition, Notice
from tests.factories import (
    make_edition,
    make_event,
    make_figure,
    make_license,
    make_notice,
    make_release,
    make_rule,
    make_use_case,
    make_user,
    make_variant,
)
from tests.llamahub.admin.entries import address

pytestmark = pytest.mark.django_db

URL = "/admin/facts/"


def references(query: str) -> list[str]:
    return [each.reference for each in find(query)]


@pytest.fixture
def family():
    license = make_license(slug="llama-4", name="Llama 4 Community License Agreement", user_threshold=700_000_000)
    scout = make_release(slug="llama-4-scout", name="Llama 4 Scout", context_tokens=10_000_000, license=license)
    make_release(slug="llama-4", name="Llama 4", license=license)
    make_variant(slug="scout-16e", name="Llama 4 Scout 17B", release=scout)
    make_rule(license=license, use_case=make_use_case(slug="sell", label="Sell a product"))
    make_event(slug="launch", title="Llama 4 is released")
    make_figure(slug="people", label="Daily active people")


class TestSearch:
    def test_words_of_the_name_and_of_the_fact_find_it(self, family):
        assert references("scout context")[0] == "{{ llama-4-scout.context_tokens }}"

    @pytest.mark.parametrize(
        ("query", "reference"),
        [
            ("threshold", "{{ llama-4.user_threshold }}"),
            ("sell llama-4", "{{ sell/llama-4.verdict }}"),
            ("released date", "{{ launch.happened_on }}"),
            ("DAILY people", "{{ people.value }}"),
            ("17b parameters", "{{ scout-16e.parameters_total }}"),
        ],
    )
    def test_every_kind_is_found(self, family, query, reference):
        assert reference in references(query)

    def test_each_says_what_readers_would_read(self, family):
        [found] = [each for each in find("scout context") if each.reference == "{{ llama-4-scout.context_tokens }}"]
        assert found.text == "10M tokens"

    def test_a_name_that_two_entries_share_is_given_with_its_kind(self, family):
        assert "{{ license:llama-4.summary }}" in references("llama-4 summary")

    def test_what_is_found_may_be_inserted(self, family):
        for query in ("", "llama", "scout", "verdict"):
            assert all(problems(reference) == [] for reference in references(query))

    def test_what_readers_cannot_see_and_what_is_not_stated_is_not_offered(self):
        make_release(slug="hidden", name="Hidden", is_listed=False)
        make_release(slug="behemoth", name="Behemoth", context_tokens=None)
        assert references("hidden") == []
        assert references("behemoth context") == []

    @pytest.mark.parametrize("query", ["%", "_", "\\", "'; --", "\x00", "x" * 10_000, "a " * 5_000, "😀", "((("])
    def test_no_query_is_an_error(self, family, query):
        assert len(find(query)) <= SHOWN

    def test_the_cost_does_not_grow_with_the_catalogue(self, family):
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as captured:
                find("llama")
            counts.append(len(captured))
            for _ in range(60):
                make_release()
        assert counts[0] == counts[1]


class TestPage:
    def test_it_lists_facts_to_copy_without_script(self, client, family):
        client.force_login(make_user("Editor"))
        page = client.get(URL, {"q": "scout context"}).content.decode()
        assert "<code>{{ llama-4-scout.context_tokens }}</code>" in page
        assert "10M tokens" in page

    def test_it_answers_the_form_as_json(self, client, family):
        client.force_login(make_user("Editor"))
        response = client.get(URL, {"q": "scout context", "as": "json"})
        assert response["Content-Type"] == "application/json"
        assert response.json()["facts"][0] == {
            "reference": "{{ llama-4-scout.context_tokens }}",
            "kind": "release",
            "entry": "Llama 4 Scout",
            "label": "context window",
            "value": "10M tokens",
        }

    def test_it_is_not_for_everyone(self, client):
        assert client.get(URL).status_code == 302
        client.force_login(make_user())
        assert client.get(URL).status_code == 403
        assert client.get(URL, {"as": "json"}).status_code == 403

    def test_it_changes_nothing(self, client):
        client.force_login(make_user("Editor"))
        assert client.post(URL).status_code == 405

    def test_hostile_names_and_queries_are_text(self, client):
        make_release(slug="x", name="<img src=x onerror=alert(1)>")
        client.force_login(make_user("Editor"))
        page = client.get(URL, {"q": '<img"'}).content.decode()
        assert "<img src=x" not in page
        assert 'value="&lt;img&quot;"' in page

    @pytest.mark.parametrize("make", [make_edition, make_notice])
    def test_every_form_with_markdown_leads_there(self, client, make):
        row = make()
        client.force_login(make_user("Editor"))
        page = client.get(address(type(row), "change", row.pk)).content.decode()
        assert f'<a class="insert-fact" href="{reverse("admin:facts")}" target="_blank" data-for="id_body">' in page
        assert "admin_site/insert_fact.js" in page
        assert type(row) in {Edition, Notice}
