"""What is inserted by search: facts, pictures, sources, pages; who may; and the pages for those without script."""

from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from editorial.content_check.links import Addresses
from editorial.inserting import KINDS, images, pages, sources
from editorial.live_facts.finding import SHOWN, find
from editorial.live_facts.validation import problems
from editorial.models import Edition, Image, Notice
from editorial.prose import render
from editorial.prose.writing import as_text
from editorial.search.index import rebuild
from tests.factories import (
    make_edition,
    make_event,
    make_figure,
    make_image,
    make_license,
    make_live_article,
    make_notice,
    make_release,
    make_rule,
    make_source,
    make_term,
    make_use_case,
    make_user,
    make_variant,
)
from tests.llamahub.admin.entries import address

pytestmark = pytest.mark.django_db

URL = "/admin/insert/fact/"


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
        assert response.json()["found"][0] == {
            "title": "10M tokens",
            "about": "context window of Llama 4 Scout (release)",
            "code": "{{ llama-4-scout.context_tokens }}",
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
        for kind in KINDS:
            url = reverse("admin:insert", args=[kind])
            assert f'<a class="insert" href="{url}" target="_blank" data-insert="{kind}" data-for="id_body">' in page
        assert "admin_site/writing/field.js" in page
        assert type(row) in {Edition, Notice}

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("query", ["", "%", "x" * 10_000, "((( ' \\ --", "😀", "a " * 500])
    def test_no_kind_fails_at_any_query(self, client, kind, query):
        client.force_login(make_user("Editor"))
        for form in ("", "json"):
            assert client.get(reverse("admin:insert", args=[kind]), {"q": query, "as": form}).status_code == 200

    def test_an_unknown_kind_is_not_found(self, client):
        client.force_login(make_user("Editor"))
        assert client.get("/admin/insert/nothing/").status_code == 404

    def test_uploading_is_offered_to_those_who_may_add_pictures(self, client):
        client.force_login(make_user("Editor"))
        url = reverse("admin:insert", args=["image"])
        assert client.get(url, {"as": "json"}).json()["upload"] == address(Image, "add")
        user = make_user()
        user.user_permissions.set(Permission.objects.filter(codename="change_notice"))
        client.force_login(user)
        assert client.get(url, {"as": "json"}).json()["upload"] == ""
        assert client.get(reverse("admin:insert", args=["source"]), {"as": "json"}).json()["upload"] == ""


class TestPictures:
    @pytest.mark.parametrize("query", ["context chart", "LLAMA", "ada", "windows.png", "windows"])
    def test_they_are_found_by_words_credit_and_name(self, query):
        make_image(alt="A chart of context windows", credit="Ada for LlamaHub", slug="windows.png")
        make_image(alt="Something else", credit="B", slug="other")
        found = images(query)
        assert [each.title for each in found][:1] == ["A chart of context windows"]

    def test_what_is_inserted_is_the_picture_with_its_words(self):
        image = make_image(alt="A [chart] of *x*")
        [found] = images("")
        assert found.code == f"![A \\[chart\\] of \\*x\\*]({image.address})"
        assert 'alt="A [chart] of *x*"' in render(found.code, pictures=Image.objects.in_texts(found.code)).html

    def test_the_newest_comes_first(self):
        make_image(alt="Old")
        make_image(alt="New")
        assert [each.title for each in images("")] == ["New", "Old"]


class TestSources:
    def test_they_are_found_by_title_and_publisher(self):
        make_source(title="Llama 4 model card", publisher="Meta", slug="card")
        make_source(title="A paper", publisher="Other", slug="paper")
        assert [each.title for each in sources("META card")] == ["Llama 4 model card"]

    def test_what_is_copied_is_the_footnote(self):
        make_source(title="Card [x]", slug="card")
        assert sources("card")[0].code == "[^card]: [Card \\[x\\]](/sources/card/)"


class TestPages:
    def test_what_readers_can_find_is_found(self):
        make_release(slug="llama-4-scout", name="Llama 4 Scout")
        make_release(slug="hidden", name="Llama Hidden", is_listed=False)
        make_term(slug="scouting", term="Scouting")
        make_live_article(slug="about-scout", edition={"title": "About Scout"})
        make_edition(title="A scout in the making")
        rebuild()
        found = {each.code for each in pages("scout")}
        assert "[Llama 4 Scout](/models/llama-4-scout/)" in found
        assert "[About Scout](/articles/about-scout/)" in found
        assert not any("making" in code or "hidden" in code for code in found)

    def test_a_slip_is_put_right(self):
        make_release(slug="maverick", name="Maverick")
        rebuild()
        assert [each.title for each in pages("mavrick ")] == ["Maverick"]

    def test_every_page_that_is_offered_passes_the_content_check(self, family):
        rebuild()
        assert len(pages("llama")) >= 4
        for each in pages("llama"):
            assert Addresses([each.parts["address"]]).problem(each.parts["address"]) is None


@pytest.mark.parametrize("words", ["a*b*", "[x](y)", "{{ a.b }}", "<b>", "a & b &amp; c", "~~x~~", "\\[", "`x`", "_a_"])
def test_words_stay_words_in_markdown(words):
    assert unescape(render(as_text(words)).html).strip() == f"<p>{words}</p>"
