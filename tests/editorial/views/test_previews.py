"""Drafts for someone with a link: what the link opens, until when, and what it never gives away."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from editorial import previews, publishing
from editorial.models import Edition, PreviewLink, PreviewPeriod
from llamahub.logs import JSONFormatter
from tests.factories import make_article, make_edition, make_image, make_live_article, make_release, make_user

from .pages import Page

pytestmark = pytest.mark.django_db

APPROVED = Edition.Status.APPROVED
UNKNOWN = "/preview/there-is-no-such-link/"


@pytest.fixture
def editor():
    return make_user("Editor", username="quillfeather", first_name="Edda")


@pytest.fixture
def draft():
    return make_edition(article=make_article(slug="the-article"), title="The draft", body="First words of the draft.")


@pytest.fixture
def share(draft, editor):
    def make(edition=draft, period=PreviewPeriod.WEEK, by=editor):
        link = previews.share(edition=edition, period=period, by=by)
        return link, previews.address_of(link)

    return make


def without_id(response) -> bytes:
    return response.content.replace(response["X-Request-ID"].encode(), b"")


def like_any_unknown_address(response, client) -> bool:
    unknown = client.get("/articles/there-is-no-such-article/")
    mine, theirs = (
        {k: v for k, v in answer.headers.items() if k not in {"X-Request-ID"}} for answer in (response, unknown)
    )
    return (response.status_code, without_id(response), mine) == (404, without_id(unknown), theirs)


class TestALink:
    def test_shows_the_draft_with_the_page_of_the_article(self, client, draft, share):
        html = client.get(share()[1]).content.decode()
        assert "First words of the draft." in html
        assert 'class="prose"' in html
        assert "This text is not published" in html

    def test_shows_the_draft_as_it_is_now(self, client, draft, share):
        address = share()[1]
        draft.body = "Second words."
        draft.save()
        html = client.get(address).content.decode()
        assert "Second words." in html
        assert "First words" not in html

    def test_says_until_when_it_works_and_not_who_shared_it(self, client, share):
        link, address = share()
        page = client.get(address)
        assert f"{link.expires_at:%B %-d, %Y, %H:%M} UTC" in page.content.decode()
        for name in ("quillfeather", "Edda"):
            assert name not in page.content.decode() + str(page.headers)

    @pytest.mark.parametrize("period", PreviewPeriod)
    def test_works_for_as_long_as_was_chosen(self, client, share, period):
        link, address = share(period=period)
        assert abs(link.expires_at - timezone.now() - timedelta(days=period.value)) < timedelta(minutes=1)
        assert client.get(address).status_code == 200

    def test_shows_what_is_in_review_or_scheduled_too(self, client, draft, share):
        address = share()[1]
        for change in (
            {"status": Edition.Status.IN_REVIEW},
            {"status": APPROVED, "publish_at": timezone.now() + timedelta(days=1)},
        ):
            Edition.objects.filter(pk=draft.pk).update(**change)
            assert "First words" in client.get(address).content.decode()

    def test_leads_to_the_article_once_it_is_public(self, client, draft, share):
        address = share()[1]
        publishing.approve(edition=draft, at=None, by=make_user("Publisher"))
        response = client.get(address)
        assert (response.status_code, response["Location"]) == (302, "/articles/the-article/")
        assert response["Cache-Control"] == "private, no-store"

    def test_shows_a_new_edition_of_a_live_article_with_its_history(self, client, share):
        article = make_live_article(edition={"title": "What readers see"})
        draft = make_edition(article=article, title="What comes next", change_note="A number was put right.")
        html = client.get(share(draft)[1]).content.decode()
        for words in ("What comes next", "A number was put right.", "Edition 2", "Edition 1", "Updated"):
            assert words in html
        assert "What readers see" not in html

    def test_shows_nothing_of_the_catalog_that_readers_may_not_see(self, client, draft, share):
        hidden = make_release(slug="hidden-one", name="Llama Hidden", context_tokens=54_321, is_listed=False)
        draft.article.releases.add(hidden)
        Edition.objects.filter(pk=draft.pk).update(body="It reads {{ hidden-one.context_tokens | exact }}.")
        html = client.get(share()[1]).content.decode()
        assert "54,321" not in html
        assert "Llama Hidden" not in html
        assert "not available" in html

    def test_costs_as_many_queries_for_one_link_as_for_many(self, client, share, django_assert_num_queries):
        address = share()[1]
        client.get(address)
        with django_assert_num_queries(4):
            client.get(address)
        for _ in range(5):
            share()
        with django_assert_num_queries(4):
            client.get(address)


class TestAnEndedLink:
    @pytest.fixture
    def ended(self, client, share):
        def after(step):
            link, address = share()
            step(link)
            return client.get(address)

        return after

    @staticmethod
    def expire(link):
        PreviewLink.objects.filter(pk=link.pk).update(
            made_at=timezone.now() - timedelta(days=8), expires_at=timezone.now() - timedelta(seconds=1)
        )

    def test_opens_nothing_and_tells_only_that_it_is_over(self, ended, editor):
        """The same words whether it expired, was revoked or its draft deleted: those are the newsroom’s own affairs."""
        pages = [
            ended(self.expire),
            ended(lambda link: previews.revoke(edition=link.edition, by=editor)),
            ended(lambda link: link.edition.delete()),
        ]
        assert {page.status_code for page in pages} == {404}
        assert len({without_id(page) for page in pages}) == 1
        assert "This link no longer works" in pages[0].content.decode()
        assert "draft" not in Page(pages[0].content.decode()).title.lower()
        assert b"First words" not in pages[0].content
        assert {page["Cache-Control"] for page in pages} == {"private, no-store"}

    def test_comes_to_life_by_no_other_link(self, client, share, draft, editor):
        old = share()[1]
        previews.revoke(edition=draft, by=editor)
        assert client.get(share()[1]).status_code == 200
        assert client.get(old).status_code == 404

    def test_leaves_those_of_other_drafts_alone(self, client, share, draft, editor):
        other = share(make_edition())[1]
        previews.revoke(edition=draft, by=editor)
        assert client.get(other).status_code == 200


class TestWhatIsNoLink:
    def test_is_as_unknown_as_any_mistyped_address(self, client):
        assert like_any_unknown_address(client.get(UNKNOWN), client)

    def test_so_is_every_change_of_a_character(self, client, share):
        link, address = share()
        token = previews.token_of(link)
        swap = {"a": "b"}
        for place in range(len(token)):
            forged = token[:place] + swap.get(token[place], "a") + token[place + 1 :]
            response = client.get(address.replace(token, forged))
            assert like_any_unknown_address(response, client), forged

    @pytest.mark.parametrize(
        "cut", [lambda t: t[:-1], lambda t: t + "=", lambda t: t.upper(), lambda t: t.split(":")[0]]
    )
    def test_so_is_what_was_cut_or_continued(self, client, share, cut):
        link, _ = share()
        assert like_any_unknown_address(client.get(f"/preview/{cut(previews.token_of(link))}/"), client)

    def test_so_are_signatures_made_for_something_else(self, client, share):
        link, _ = share()
        for forged in (
            signing.Signer().sign(link.key.hex),
            signing.Signer(salt="editorial.previews", key="another secret").sign(link.key.hex),
            signing.TimestampSigner(salt="editorial.previews").sign(link.key.hex),
            previews._signer.sign("no key"),
        ):
            assert like_any_unknown_address(client.get(f"/preview/{forged}/"), client), forged

    def test_asks_the_database_for_no_link(self, client, django_assert_num_queries):
        client.get(UNKNOWN)
        with django_assert_num_queries(1):  # for a redirect from an old address, as of every unknown one
            client.get(UNKNOWN)

    def test_a_key_that_was_signed_but_never_given_is_over(self, client):
        assert b"no longer works" in client.get(f"/preview/{previews._signer.sign(uuid4().hex)}/").content

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_a_link_can_only_be_read(self, client, share, method):
        assert getattr(client, method)(share()[1]).status_code == 405


class TestNobodyKeepsIt:
    @pytest.fixture
    def response(self, client, share):
        return client.get(share()[1])

    def test_no_cache(self, response):
        assert response["Cache-Control"] == "private, no-store"
        assert "ETag" not in response.headers
        assert "Last-Modified" not in response.headers

    def test_no_search_engine(self, client, response):
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert '<meta name="robots" content="noindex, nofollow">' in response.content.decode()
        assert "Disallow: /preview/" in client.get("/robots.txt").content.decode().splitlines()

    def test_no_card_elsewhere(self, response):
        html = response.content.decode()
        for machine in ('rel="canonical"', 'property="og:', 'name="twitter:', 'property="article:'):
            assert machine not in html

    def test_no_cookie_even_for_an_editor(self, client, share, editor):
        assert not client.get(share()[1]).cookies
        client.force_login(editor)
        response = client.get(share()[1])
        assert not response.cookies

    def test_the_token_stands_nowhere_in_the_page_and_is_sent_to_nobody(self, client, share):
        link, address = share()
        response = client.get(address)
        token = previews.token_of(link)
        assert token not in response.content.decode()
        assert link.key.hex not in response.content.decode()
        assert response["Referrer-Policy"] == "no-referrer"
        assert not [target for target in Page(response.content.decode()).links if target.startswith("?")]

    def test_nor_in_the_log(self, client, share, caplog):
        link, address = share()
        with caplog.at_level("INFO", "llamahub.requests"):
            client.get(address)
            client.get(UNKNOWN)
        assert caplog.records
        for record in caplog.records:
            assert link.key.hex not in record.getMessage() + str(record.__dict__)
        assert "/preview/…/" in caplog.records[0].getMessage()

    def test_nor_in_the_log_of_a_failure(self, share, caplog, monkeypatch):
        monkeypatch.setattr("editorial.views.previews.article_page", lambda *arguments, **options: 1 / 0)
        link, address = share()
        assert Client(raise_request_exception=False).get(address).status_code == 500
        lines = [JSONFormatter().format(record) for record in caplog.records]
        assert any("ZeroDivisionError" in line for line in lines)
        assert not any(previews.token_of(link) in line for line in lines)

    def test_no_frame_of_another_page(self, response):
        assert response["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]

    def test_a_picture_is_shown_and_its_share_card_is_not(self, client, share):
        draft = make_edition(image=make_image())
        html = client.get(share(draft)[1]).content.decode()
        assert draft.image.fallback.url in html
        assert draft.image.share.url not in html


class TestWhoMayShare:
    def test_nobody_without_the_right_to_change_editions(self, draft):
        for someone in (make_user(), make_user("Editor", is_active=False)):
            assert not previews.may_share(someone, draft)
            with pytest.raises(PermissionDenied):
                previews.share(edition=draft, period=PreviewPeriod.DAY, by=someone)
            with pytest.raises(PermissionDenied):
                previews.revoke(edition=draft, by=someone)
        assert not PreviewLink.objects.exists()

    def test_what_is_public_needs_no_link(self, editor):
        public = make_live_article().editions.get()
        assert not previews.may_share(editor, public)
        with pytest.raises(publishing.NotPossible, match="Readers see this edition already"):
            previews.share(edition=public, period=PreviewPeriod.DAY, by=editor)

    def test_the_account_that_made_a_link_may_go(self, client, share, editor):
        address = share()[1]
        editor.delete()
        assert client.get(address).status_code == 200

    def test_the_database_takes_no_link_that_never_works(self, draft):
        with pytest.raises(IntegrityError, match="preview_link_expires_after_it_is_made"), transaction.atomic():
            PreviewLink.objects.create(edition=draft, expires_at=timezone.now() - timedelta(days=1))
