"""The draft as readers will see it, beside its form; and the links by which it is shared."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from editorial import previews
from editorial.models import Edition, FactUse, PreviewLink
from editorial.prose import MAX_CHARACTERS
from models_catalog.models import RecordedChange
from tests.factories import (
    LONG_AGO,
    make_citation,
    make_edition,
    make_image,
    make_live_article,
    make_release,
    make_term,
    make_user,
)
from tests.llamahub.admin.entries import address, filled_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return make_user("Editor", username="ed")


@pytest.fixture
def client(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def draft():
    return make_edition(title="A saved title", body="Saved words.")


def preview_of(edition, *, pane=True):
    return reverse("admin:editorial_edition_preview", args=[edition.pk]) + ("?in=pane" if pane else "")


def post(client, edition, *, pane=True, **typed):
    fields = {"title": "T", "standfirst": "S.", "body": "B.", "as_of": "2026-11-24", "image": "", "change_note": ""}
    return client.post(preview_of(edition, pane=pane), {**fields, **typed})


class TestWhatIsTyped:
    def test_is_shown_with_the_page_of_the_article(self, client, draft):
        html = post(
            client, draft, title="Typed title", standfirst="Typed standfirst.", body="## Typed"
        ).content.decode()
        assert "<h1>Typed title</h1>" in html
        assert "Typed standfirst." in html
        assert '<h2 id="typed">Typed</h2>' in html
        assert "Saved" not in html

    def test_is_what_readers_get_when_it_is_saved_and_approved(self, client, draft):
        """The same page, less what its head tells to machines and the way to its past."""
        release = make_release(slug="scout", context_tokens=10_000_000)
        make_citation(release=release, field="context_tokens")
        make_term(term="Window")
        draft.article.releases.add(release)
        image = make_image()
        typed = {
            "title": "Typed & “quoted”",
            "standfirst": "In short.",
            "body": f"## First\n\nA window is {{{{ scout.context_tokens }}}}.[^1]\n\n{image.markdown}\n\n[^1]: A note.",
            "as_of": "2026-11-24",
        }
        Edition.objects.filter(pk=draft.pk).update(publish_at=LONG_AGO)
        shown = post(client, draft, **typed, image=image.pk).content.decode()
        Edition.objects.filter(pk=draft.pk).update(**typed, image=image, status=Edition.Status.APPROVED)
        public = Client().get(draft.get_absolute_url()).content.decode()

        def seen(html):
            body = html.partition("<body>")[2]
            form, end = '<form class="read-as-of"', "</form>"
            before, found, after = body.partition(form)
            return "".join((before, after.partition(end)[2] if found else "")).split()

        assert seen(shown) == seen(public)
        for kind in ("fact__mark", "/glossary/#", "doc-noteref", image.fallback.url):
            assert kind in shown

    def test_is_saved_nowhere(self, client, draft):
        make_release(slug="scout", context_tokens=10_000_000)
        changes = RecordedChange.objects.count()
        before = Edition.objects.filter(pk=draft.pk).values().get()
        assert post(client, draft, body="{{ scout.context_tokens }}").status_code == 200
        assert Edition.objects.filter(pk=draft.pk).values().get() == before
        assert (RecordedChange.objects.count(), FactUse.objects.count(), LogEntry.objects.count()) == (changes, 0, 0)

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"title": ""}, "Title: "),
            ({"title": "x" * 121}, "Title: "),
            ({"as_of": "2026-02-31"}, "Facts as of: "),
            ({"body": "{{ no-such-thing.context_tokens }}"}, "Body: Line 1: “{{ no-such-thing.context_tokens }}”"),
            ({"body": ">" * 40 + " deep"}, "nested more than"),
            ({"body": "x" * (MAX_CHARACTERS + 1)}, f"at most {MAX_CHARACTERS:,} can be published"),
            ({"image": "999999"}, "Image: "),
        ],
    )
    def test_that_cannot_be_shown_is_answered_with_why(self, client, draft, typed, said):
        in_pane, in_tab = post(client, draft, **typed), post(client, draft, pane=False, **typed)
        for response in (in_pane, in_tab):
            assert "data-problem" in response.content.decode()
            assert said in response.content.decode()
        assert (in_pane.status_code, in_tab.status_code) == (200, 422)

    def test_a_megabyte_is_shown_in_a_moment(self, client, draft):
        body = ("A sentence of ordinary words, and one more. " * 20 + "\n\n") * 1_130
        assert 990_000 < len(body) < MAX_CHARACTERS
        started = time.process_time()
        response = post(client, draft, body=body)
        assert response.status_code == 200
        assert b"data-problem" not in response.content
        assert time.process_time() - started < 5

    def test_a_text_far_too_long_is_refused_in_a_moment(self, client, draft):
        started = time.process_time()
        assert b"data-problem" in post(client, draft, body="[" * (2 * MAX_CHARACTERS)).content
        assert time.process_time() - started < 2

    @pytest.mark.parametrize(
        "marker", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)"]
    )
    def test_is_shown_as_text_wherever_it_stands(self, client, draft, marker):
        html = post(client, draft, title=marker, standfirst=marker, body=marker, change_note=marker).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        broken = post(client, draft, body="{{ " + marker + ".x }}").content.decode()
        assert "<script>alert" not in broken
        assert "<img src=x" not in broken

    def test_of_an_edition_that_was_approved_is_refused(self, client, draft):
        Edition.objects.filter(pk=draft.pk).update(
            status=Edition.Status.APPROVED, publish_at=timezone.now() + timedelta(days=1)
        )
        assert post(client, draft).status_code == 403
        assert b"Saved words" in client.get(preview_of(draft)).content

    def test_needs_the_token_of_a_form(self, editor, draft):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(editor)
        assert post(strict, draft).status_code == 403
        token = strict.get(preview_of(draft, pane=False) + "?as=json").json()["token"]
        assert post(strict, draft, csrfmiddlewaretoken=token).status_code == 200


class TestThePane:
    def test_can_be_framed_by_our_own_pages_and_runs_nothing(self, client, draft):
        for response in (client.get(preview_of(draft)), post(client, draft), post(client, draft, title="")):
            policy = response["Content-Security-Policy"]
            assert response["X-Frame-Options"] == "SAMEORIGIN"
            assert "frame-ancestors 'self'" in policy
            assert policy.endswith("sandbox allow-same-origin")
            assert "script-src" not in policy
            assert "default-src 'none'" in policy
            assert "form-action 'none'" in policy
            assert b"<script" not in response.content

    def test_is_the_only_answer_that_can_be_framed(self, client, draft):
        page = client.get(address(Edition, "change", draft.pk))
        for response in (
            page,
            client.get(preview_of(draft, pane=False)),
            post(client, draft, pane=False),
            client.get("/preview/none/"),
            Client().get(preview_of(draft)),
            client.get(reverse("admin:editorial_edition_preview", args=[999_999]) + "?in=pane"),
        ):
            assert response["X-Frame-Options"] == "DENY"
            assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert "frame-src 'self'" in page["Content-Security-Policy"]
        assert "frame-src" not in client.get("/")["Content-Security-Policy"]

    @pytest.mark.parametrize("pane", [True, False])
    def test_is_kept_and_found_by_nobody(self, client, draft, pane):
        for response in (
            client.get(preview_of(draft, pane=pane)),
            post(client, draft, pane=pane),
            post(client, draft, pane=pane, title=""),
        ):
            assert "no-store" in response["Cache-Control"]
            assert "private" in response["Cache-Control"]
            assert response["X-Robots-Tag"] == "noindex, nofollow"
            assert 'rel="canonical"' not in response.content.decode()

    def test_costs_no_more_queries_for_many_facts_than_for_one(self, client, draft, django_assert_num_queries):
        slugs = [make_release(slug=f"release-{letter}", context_tokens=8192).slug for letter in "abcdefgh"]
        one, *more = (f"{{{{ {slug}.context_tokens }}}}" for slug in slugs)
        with CaptureQueriesContext(connection) as queries:
            assert b"8,192" in post(client, draft, body=one).content
        with django_assert_num_queries(len(queries)):
            assert post(client, draft, body=" ".join([one, *more])).content.count(b"8,192") >= len(slugs)


class TestTheForm:
    def test_without_script_sends_what_is_typed_to_a_tab(self, client, draft):
        page = client.get(address(Edition, "change", draft.pk)).content.decode()
        assert f'formaction="{preview_of(draft, pane=False)}" formtarget="_blank"' in page
        typed = filled_in(client.get(address(Edition, "change", draft.pk)), Edition)
        shown = client.post(preview_of(draft, pane=False), {**typed, "title": "Typed"}).content.decode()
        assert "<h1>Typed</h1>" in shown
        assert "nothing is saved by looking at it" in shown

    def test_of_what_readers_see_has_no_preview(self, client):
        public = make_live_article().editions.get()
        page = client.get(address(Edition, "change", public.pk)).content.decode()
        assert 'id="preview"' not in page
        assert 'id="sharing"' not in page
        assert client.get(preview_of(public))["Location"] == public.get_absolute_url()


class TestSharing:
    @staticmethod
    def step(client, edition, name, **typed):
        return client.post(reverse(f"admin:editorial_edition_{name}", args=[edition.pk]), typed, follow=True)

    def test_makes_a_link_that_works_and_logs_it(self, client, draft, editor):
        page = self.step(client, draft, "share", period="7").content.decode()
        link = PreviewLink.objects.get()
        assert (link.edition, link.made_by) == (draft, editor)
        assert previews.address_of(link) in page
        assert "made by ed" in page
        assert b"Saved words" in Client().get(previews.address_of(link)).content
        logged = LogEntry.objects.get()
        assert (logged.user, logged.object_id) == (editor, str(draft.pk))
        assert logged.change_message.startswith("Made a link to the draft that works until")
        assert link.key.hex not in logged.change_message

    @pytest.mark.parametrize("period", ["", "0", "-1", "365", "week", "7.0"])
    def test_works_for_an_offered_time_only(self, client, draft, period):
        assert "Choose from the list" in self.step(client, draft, "share", period=period).content.decode()
        assert not PreviewLink.objects.exists()

    def test_offers_a_week(self, client, draft):
        assert (
            '<option value="7" selected>a week</option>'
            in client.get(address(Edition, "change", draft.pk)).content.decode()
        )

    def test_revokes_every_link_and_logs_it(self, client, draft):
        for _ in range(2):
            self.step(client, draft, "share", period="1")
        addresses = [previews.address_of(link) for link in PreviewLink.objects.all()]
        page = self.step(client, draft, "revoke_links").content.decode()
        assert "Revoked 2 links" in page
        assert [Client().get(each).status_code for each in addresses] == [404, 404]
        assert LogEntry.objects.first().change_message.startswith("Revoked 2 links")

    def test_lists_no_link_that_has_ended(self, client, draft):
        self.step(client, draft, "share", period="1")
        PreviewLink.objects.update(
            made_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(days=1)
        )
        assert (
            "/preview/"
            not in client.get(address(Edition, "change", draft.pk)).content.decode().partition('id="sharing"')[2]
        )

    def test_of_what_is_public_says_what_to_do_instead(self, client):
        public = make_live_article().editions.get()
        page = self.step(client, public, "share", period="7").content.decode()
        assert "send them the address of the article" in page

    def test_changes_nothing_of_the_draft(self, client, draft):
        changes = RecordedChange.objects.count()
        self.step(client, draft, "share", period="7")
        self.step(client, draft, "revoke_links")
        assert RecordedChange.objects.count() == changes

    def test_links_lead_to_the_address_of_the_site(self, client, draft, settings):
        settings.SITE_URL = "https://llamahub.example"
        assert "https://llamahub.example/preview/" in self.step(client, draft, "share", period="7").content.decode()
