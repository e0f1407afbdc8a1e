"""From draft to review to approval: who hands what to whom, and what they say about it."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from editorial import publishing
from editorial.models import Article, Edition, HubSettings, ReviewComment
from tests.factories import make_edition, make_hub, make_live_article, make_user
from tests.llamahub.admin.entries import address, filled_in

pytestmark = pytest.mark.django_db

DRAFT, IN_REVIEW, APPROVED = Edition.Status.DRAFT, Edition.Status.IN_REVIEW, Edition.Status.APPROVED


@pytest.fixture
def author():
    return make_user("Editor", username="ann")


@pytest.fixture
def publisher():
    return make_user("Publisher", username="pat")


@pytest.fixture
def draft(author):
    return make_edition(title="The draft", created_by=author)


def save(client, edition, **typed):
    url = address(Edition, "change", edition.pk)
    return client.post(url, {**filled_in(client.get(url), Edition), **typed}, follow=True)


def step(client, edition, name, **typed):
    return client.post(reverse(f"admin:editorial_edition_{name}", args=[edition.pk]), typed, follow=True)


class TestTheRules:
    def test_a_draft_goes_to_a_named_reviewer(self, draft, author, publisher):
        edition = publishing.submit(edition=draft, reviewer=publisher, by=author)
        assert (edition.status, edition.reviewer) == (IN_REVIEW, publisher)

    def test_or_to_whoever_has_time(self, draft, author):
        assert publishing.submit(edition=draft, reviewer=None, by=author).reviewer is None

    def test_a_reviewer_must_be_able_to_approve_it(self, draft, author):
        with pytest.raises(publishing.NotPossible, match="cannot approve this draft"):
            publishing.submit(edition=draft, reviewer=make_user("Editor"), by=author)

    def test_only_drafts_are_submitted(self, draft, author):
        publishing.submit(edition=draft, reviewer=None, by=author)
        with pytest.raises(publishing.NotPossible, match="Only a draft"):
            publishing.submit(edition=draft, reviewer=None, by=author)

    def test_sending_back_says_why(self, draft, author, publisher):
        publishing.submit(edition=draft, reviewer=publisher, by=author)
        with pytest.raises(ValidationError):
            publishing.send_back(edition=draft, text=" ", by=publisher)
        draft.refresh_from_db()
        assert draft.status == IN_REVIEW
        assert publishing.send_back(edition=draft, text="Name the source.", by=publisher).status == DRAFT
        assert ReviewComment.objects.open().get().text == "Name the source."

    def test_an_editor_sends_nothing_back(self, draft, author):
        publishing.submit(edition=draft, reviewer=None, by=author)
        with pytest.raises(PermissionDenied):
            publishing.send_back(edition=draft, text="No.", by=author)

    def test_comments_belong_to_open_editions(self, draft, publisher):
        publishing.approve(edition=draft, at=None, by=publisher)
        draft.refresh_from_db()
        with pytest.raises(publishing.NotPossible):
            publishing.comment(edition=draft, text="Too late.", by=publisher)

    def test_a_comment_is_no_article(self, draft, publisher):
        with pytest.raises(publishing.NotPossible, match="at most 4,000 characters"):
            publishing.comment(edition=draft, text="y" * 30_000, by=publisher)

    def test_settling_a_comment_keeps_who_did(self, draft, author, publisher):
        remark = publishing.comment(edition=draft, text="Shorter.", by=publisher)
        assert publishing.resolve(remark=remark, by=author).resolved_by == author
        assert publishing.resolve(remark=remark, by=publisher).resolved_by == author

    def test_nobody_approves_their_own_draft(self, publisher):
        own = make_edition(created_by=publisher)
        with pytest.raises(PermissionDenied, match="their own draft"):
            publishing.approve(edition=own, at=None, by=publisher)
        own.refresh_from_db()
        assert own.status == DRAFT

    def test_unless_the_site_says_so(self, publisher):
        make_hub()
        HubSettings.objects.update(may_approve_own=True)
        own = make_edition(created_by=publisher)
        assert publishing.approve(edition=own, at=None, by=publisher).is_public

    def test_an_administrator_is_no_exception(self, admin_user):
        with pytest.raises(PermissionDenied):
            publishing.approve(edition=make_edition(created_by=admin_user), at=None, by=admin_user)

    def test_the_account_of_a_reviewer_can_be_deleted(self, draft, author, publisher):
        publishing.submit(edition=draft, reviewer=publisher, by=author)
        publishing.approve(edition=draft, at=None, by=publisher)
        publisher.delete()
        draft.refresh_from_db()
        assert (draft.status, draft.reviewer) == (APPROVED, None)


class TestRetiring:
    def test_readers_are_sent_to_another_page(self, client, publisher):
        article = make_live_article(slug="old")
        make_live_article(slug="new")
        publishing.withdraw(article=article, moved_to="/articles/new/", by=publisher)
        response = client.get("/articles/old/")
        assert (response.status_code, response["Location"]) == (301, "/articles/new/")

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example/", "articles/new/", "/articles/old/"]
    )
    def test_but_not_off_the_site_nor_in_a_circle(self, publisher, elsewhere):
        article = make_live_article(slug="old")
        with pytest.raises(ValidationError):
            publishing.withdraw(article=article, moved_to=elsewhere, by=publisher)
        assert Article.objects.live().get() == article

    def test_bringing_it_back_ends_that(self, client, publisher):
        article = make_live_article(slug="old")
        publishing.withdraw(article=article, moved_to="/models/", by=publisher)
        publishing.restore(article=article, by=publisher)
        assert client.get("/articles/old/").status_code == 200


class TestInTheAdmin:
    def test_an_author_saves_and_sends_to_a_reviewer(self, client, draft, author, publisher):
        client.force_login(author)
        page = save(client, draft, title="Better", send_to=publisher.pk, _submit="1").content.decode()
        draft.refresh_from_db()
        assert (draft.title, draft.status, draft.reviewer) == ("Better", IN_REVIEW, publisher)
        assert "Sent “Better” to review, to pat." in page

    def test_a_reviewer_that_is_not_on_the_list_is_refused_and_the_text_is_saved(self, client, draft, author):
        client.force_login(author)
        page = save(client, draft, title="Better", send_to=author.pk, _submit="1").content.decode()
        draft.refresh_from_db()
        assert (draft.title, draft.status) == ("Better", DRAFT)
        assert "choose a reviewer from the list" in page

    def test_what_waits_is_on_the_reviewers_start_page(self, client, draft, author, publisher):
        publishing.submit(edition=draft, reviewer=publisher, by=author)
        client.force_login(publisher)
        panels = {panel.title: panel for panel in client.get("/admin/").context["panels"]}
        assert [task.text for task in panels["Waiting for your review"].tasks] == ["The draft"]
        client.force_login(make_user("Publisher"))
        panels = {panel.title: panel for panel in client.get("/admin/").context["panels"]}
        assert panels["Waiting for your review"].tasks == []

    def test_a_reviewer_comments_and_sends_back_and_the_author_settles(self, client, draft, author, publisher):
        publishing.submit(edition=draft, reviewer=publisher, by=author)
        client.force_login(publisher)
        assert "Added your comment" in step(client, draft, "comment", text="<b>Name</b> the source.").content.decode()
        assert "Sent the draft back" in step(client, draft, "send_back", text="And a date.").content.decode()
        client.force_login(author)
        page = client.get(address(Edition, "change", draft.pk)).content.decode()
        assert "&lt;b&gt;Name&lt;/b&gt; the source." in page
        step(client, draft, "resolve", comment=ReviewComment.objects.first().pk)
        assert [c.text for c in ReviewComment.objects.open()] == ["And a date."]

    def test_an_empty_comment_is_refused_in_words(self, client, draft, author):
        client.force_login(author)
        step(client, draft, "comment", text="   ")
        assert not ReviewComment.objects.exists()

    @pytest.mark.parametrize("name", ["comment", "send_back", "resolve"])
    def test_the_steps_are_posts_and_need_rights(self, client, draft, name):
        url = reverse(f"admin:editorial_edition_{name}", args=[draft.pk])
        assert client.post(url).status_code == 302  # to the sign-in
        client.force_login(make_user())
        assert client.post(url, {"text": "x"}).status_code == 403
        client.force_login(make_user("Publisher"))
        assert client.get(url).status_code == 405
        assert not ReviewComment.objects.exists()

    def test_a_publisher_finds_no_way_to_approve_their_own_draft(self, client, publisher):
        own = make_edition(created_by=publisher)
        client.force_login(publisher)
        assert "Save and approve" not in client.get(address(Edition, "change", own.pk)).content.decode()
        url = address(Edition, "change", own.pk)
        assert client.post(url, {**filled_in(client.get(url), Edition), "_approve": "1"}).status_code == 403
        own.refresh_from_db()
        assert own.status == DRAFT

    def test_withdrawing_asks_where_readers_go(self, client, publisher):
        article = make_live_article(slug="old")
        client.force_login(publisher)
        url = reverse("admin:editorial_article_withdraw", args=[article.pk])
        assert "Send readers to another page" in client.get(url).content.decode()
        page = client.post(url, {"moved_to": "//evil.example"}, follow=True).content.decode()
        assert "Begin with one slash" in page
        client.post(url, {"moved_to": "/models/"})
        article.refresh_from_db()
        assert article.moved_to == "/models/"
        assert article.withdrawn_at <= timezone.now()
