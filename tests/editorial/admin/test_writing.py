"""The content check beside the form, and at the step that puts a text before readers."""

from datetime import timedelta
from time import process_time

import pytest
from django.contrib.redirects.models import Redirect
from django.urls import reverse
from django.utils import timezone

from editorial import publishing
from editorial.content_check.entries import check_entry
from editorial.live_facts.reading import length_of
from editorial.models import Article, Edition, HubSettings, Notice
from editorial.prose import reading_minutes, render
from tests.factories import (
    make_edition,
    make_hub,
    make_live_article,
    make_notice,
    make_release,
    make_style_rule,
    make_user,
)
from tests.llamahub.admin.entries import address, filled_in

pytestmark = pytest.mark.django_db

ERROR, WARNING = "A model that is open-source.", "See [the list](/old/)."
URL = "/admin/check-text/"


@pytest.fixture(autouse=True)
def house():
    make_style_rule(avoid="open-source", prefer="open-weight", because="The license sets limits.")
    Redirect.objects.create(site_id=1, old_path="/old/", new_path="/models/")


@pytest.fixture
def publisher():
    return make_user("Publisher", username="pat")


def keys_of(edition):
    return {finding.key for finding in check_entry(edition)}


class TestApproving:
    def test_a_text_with_an_error_goes_to_no_reader(self, publisher):
        edition = make_edition(body=ERROR)
        with pytest.raises(
            publishing.NotFit, match="1 error.*Body, line 1: “open-source”: write “open-weight”"
        ) as refused:
            publishing.approve(edition=edition, at=None, by=publisher)
        assert [each.line for each in refused.value.findings] == [1]
        edition.refresh_from_db()
        assert edition.status == Edition.Status.DRAFT

    def test_no_acknowledgment_helps_against_an_error(self, publisher):
        edition = make_edition(body=f"{ERROR} {WARNING}")
        with pytest.raises(publishing.NotPossible, match="put them right first"):
            publishing.approve(edition=edition, at=None, by=publisher, acknowledged=keys_of(edition))

    def test_nor_is_it_scheduled(self, publisher):
        with pytest.raises(publishing.NotFit):
            publishing.approve(edition=make_edition(body=ERROR), at=timezone.now() + timedelta(days=1), by=publisher)

    def test_a_warning_needs_someone_who_has_seen_it(self, publisher):
        edition = make_edition(body=WARNING)
        with pytest.raises(publishing.NotFit, match="1 warning. Look at them.*“/old/” sends readers on"):
            publishing.approve(edition=edition, at=None, by=publisher)
        approved = publishing.approve(edition=edition, at=None, by=publisher, acknowledged=keys_of(edition))
        assert approved.is_public

    def test_who_has_seen_one_warning_has_not_seen_another(self, publisher):
        seen = keys_of(make_edition(body=WARNING))
        Redirect.objects.create(site_id=1, old_path="/older/", new_path="/models/x/")
        edition = make_edition(body=f"{WARNING} [x](/older/)")
        with pytest.raises(publishing.NotFit, match="/models/x"):
            publishing.approve(edition=edition, at=None, by=publisher, acknowledged=seen)

    def test_the_headline_counts_too(self, publisher):
        with pytest.raises(publishing.NotFit, match="Title, line 1"):
            publishing.approve(edition=make_edition(title="Open-source"), at=None, by=publisher)

    def test_many_findings_are_named_in_part(self, publisher):
        body = "\n\n".join(f"[x](/no/{n}/)" for n in range(30))
        with pytest.raises(publishing.NotFit, match="And 25 more") as refused:
            publishing.approve(edition=make_edition(body=body), at=None, by=publisher)
        assert len(refused.value.message) < 1_500


class TestTheForm:
    def press(self, client, edition, **typed):
        url = address(Edition, "change", edition.pk)
        return client.post(url, {**filled_in(client.get(url), Edition), **typed}, follow=True)

    def test_what_is_wrong_stands_beside_the_text_and_the_button(self, client, publisher):
        client.force_login(publisher)
        page = client.get(address(Edition, "change", make_edition(body=f"{ERROR}\n\n{WARNING}").pk)).content.decode()
        assert "1 error and 1 warning" in page
        assert "“open-source”: write “open-weight”. The license sets limits." in page
        assert "Body, line 3" in page
        assert 'Cannot be approved yet: <a href="#writing-title">1 error</a>' in page

    def test_approving_an_error_saves_the_text_and_says_what_is_wrong(self, client, publisher):
        client.force_login(publisher)
        edition = make_edition()
        page = self.press(client, edition, body=ERROR, _approve="1").content.decode()
        edition.refresh_from_db()
        assert (edition.body, edition.status) == (ERROR, Edition.Status.DRAFT)
        assert "The draft is saved but not approved. The content check finds 1 error." in page

    def test_a_warning_needs_the_button_that_names_it(self, client, publisher):
        client.force_login(publisher)
        edition = make_edition()
        page = self.press(client, edition, body=WARNING, _approve="1").content.decode()
        edition.refresh_from_db()
        assert edition.status == Edition.Status.DRAFT
        keys = " ".join(keys_of(edition))
        assert f'name="_approve" value="{keys}" data-approve="in-spite">Save and approve in spite of 1 warning<' in page
        assert "Readers see it now" in self.press(client, edition, _approve=keys).content.decode()

    def test_that_button_does_not_answer_for_what_was_typed_after_it(self, client, publisher):
        client.force_login(publisher)
        edition = make_edition(body=WARNING)
        keys = " ".join(keys_of(edition))
        self.press(client, edition, body=f"{WARNING} [^note]\n\n[^note]: a\n[^other]: b", _approve=keys)
        edition.refresh_from_db()
        assert edition.status == Edition.Status.DRAFT

    def test_a_draft_with_errors_may_go_to_review_and_says_so(self, client):
        client.force_login(make_user("Editor"))
        edition = make_edition()
        page = self.press(client, edition, body=ERROR, _submit="1").content.decode()
        edition.refresh_from_db()
        assert edition.status == Edition.Status.IN_REVIEW
        assert "The content check finds 1 error: see beside the text." in page

    def test_a_form_that_comes_back_shows_what_is_wrong_with_what_was_typed(self, client, publisher):
        client.force_login(publisher)
        edition = make_edition()
        page = self.press(client, edition, title="", body=ERROR).content.decode()
        assert "Please correct the error below" in page
        assert "“open-source”: write “open-weight”" in page

    def test_an_article_shows_it_for_its_draft(self, client, publisher):
        client.force_login(publisher)
        draft = make_edition(body=ERROR)
        page = client.get(address(Article, "change", draft.article_id)).content.decode()
        assert 'data-prefix="editions-0-"' in page
        assert "“open-source”: write “open-weight”" in page
        assert "writing-panel" in client.get(address(Article, "add")).content.decode()
        live = make_live_article()
        assert "writing-panel" not in client.get(address(Article, "change", live.pk)).content.decode()

    @pytest.mark.parametrize("make", [make_notice, make_hub])
    def test_every_form_with_markdown_has_it(self, client, publisher, make):
        client.force_login(publisher)
        entry = make()
        assert "writing-panel" in client.get(address(type(entry), "change", entry.pk)).content.decode()
        assert {type(entry)} <= {Notice, HubSettings}

    def test_a_published_edition_has_none(self, client, publisher):
        client.force_login(publisher)
        edition = make_live_article().editions.get()
        assert "writing-panel" not in client.get(address(Edition, "change", edition.pk)).content.decode()


class TestChecking:
    @pytest.fixture
    def ask(self, client):
        client.force_login(make_user("Editor"))
        return lambda **typed: client.post(URL, {"kind": "edition", **typed})

    def test_it_answers_with_what_a_save_would_find(self, ask):
        edition = make_edition()
        answer = ask(key=edition.pk, title="T", body=f"a\r\n\r\n{ERROR} {WARNING}").json()
        edition.body = f"a\n\n{ERROR} {WARNING}"
        assert [(f["line"], f["message"]) for f in answer["findings"]] == [
            (f.line, f.message) for f in check_entry(edition)
        ]
        assert (answer["errors"], answer["warnings"], answer["counted"]) == (1, 1, "1 error and 1 warning")
        assert answer["findings"][0] | {"message": ""} == {
            "level": "error", "label": "Error", "field": "body", "line": 3, "place": "Body", "message": "",
        }  # fmt: skip

    def test_it_stores_nothing(self, ask):
        edition = make_edition(title="Kept")
        ask(key=edition.pk, title="Typed", body="Typed")
        edition.refresh_from_db()
        assert edition.title == "Kept"
        assert Edition.objects.count() == 1

    @pytest.mark.parametrize("kind", ["edition", "notice", "hub_section", "hub_settings"])
    def test_every_kind_of_text_can_be_new(self, ask, kind):
        assert ask(kind=kind, body="Text.", about="Text.").status_code == 200

    @pytest.mark.parametrize(
        ("typed", "status"),
        [({"key": "999999"}, 404), ({"key": "x"}, 404), ({"key": "9" * 30}, 404), ({"key": "²"}, 404),
         ({"kind": "user"}, 403), ({"kind": ""}, 403), ({"body": "{{ x.y }} [a](//[) \ud7ff"}, 200)],
    )  # fmt: skip
    def test_nonsense_is_answered(self, ask, typed, status):
        assert ask(**typed).status_code == status

    def test_a_text_beyond_the_limits_is_refused_at_once(self, ask):
        ask(body="a")
        started = process_time()
        response = ask(body="[" * 1_000_001)
        assert process_time() - started < 1
        assert response.status_code == 400
        [finding] = response.json()["findings"]
        assert "1,000,001 characters; at most 1,000,000" in finding["message"]

    @pytest.mark.parametrize(
        "piece", ["[x](/no/) ", "## a\n\n", "> ", "open-source. ", "[^a] ", "![](/a) ", "{{ a.b }} "]
    )
    def test_it_takes_time_in_proportion_to_the_text(self, ask, piece):
        def seconds(characters):
            started = process_time()
            ask(body=piece * (characters // len(piece)))
            return process_time() - started

        seconds(1_000)
        small = min(seconds(40_000) for _ in range(2))
        large = min(seconds(160_000) for _ in range(2))
        assert large < max(10 * small, 0.5)

    def test_a_custom_account_is_asked_for_the_right_kind(self, client):
        from django.contrib.auth.models import Permission

        user = make_user()
        user.user_permissions.set(Permission.objects.filter(codename="change_notice"))
        client.force_login(user)
        assert client.post(URL, {"kind": "notice", "body": "a"}).status_code == 200
        assert client.post(URL, {"kind": "edition", "body": "a"}).status_code == 403


class TestLength:
    def test_words_are_those_that_readers_see(self, client):
        make_release(slug="scout", context_tokens=10_000_000)
        edition = make_edition(
            body="## A *head*line\n\nIt takes {{ scout.context_tokens }}. ![not this](/static/a.png)[^n]\n\n[^n]: Note."
        )
        edition.refresh_from_db()
        assert length_of(edition).words == len(["A", "head", "line", "It", "takes", "10M", "tokens", "Note"])

    def test_the_page_says_the_same_minutes(self, client):
        article = make_live_article(edition={"body": "word " * 600})
        assert (
            f"{length_of(article.editions.get()).minutes} min read"
            in client.get(article.get_absolute_url()).content.decode()
        )

    @pytest.mark.parametrize(("words", "minutes"), [(0, 1), (115, 1), (344, 1), (345, 2), (575, 3), (2_300, 10)])
    def test_minutes_are_rounded_with_halves_up(self, words, minutes):
        assert reading_minutes(words) == minutes

    @pytest.mark.parametrize(
        ("text", "words"), [("snake_case", 2), ("_ a", 1), ("don’t", 2), ("10,000", 2), ("é 日本", 2)]
    )
    def test_a_word_is_a_run_of_letters_and_digits(self, text, words):
        assert render(text).words == words


def test_the_form_costs_the_same_however_large_the_site_is(client, publisher, django_assert_max_num_queries):
    client.force_login(publisher)
    edition = make_edition(body=f"{ERROR} {WARNING}")
    url = address(Edition, "change", edition.pk)
    client.get(url)
    with django_assert_max_num_queries(60):
        client.get(url)


def test_the_addresses_are_those_of_the_admin():
    assert reverse("admin:check-text") == URL
