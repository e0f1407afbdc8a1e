"""A step is taken with what its page showed: with what has changed since, nothing is done, and it says who changed what."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from editorial import publishing
from editorial.models import Article, Edition, ReviewComment
from models_catalog.models import RecordedChange, Release
from tests.factories import make_edition, make_live_article, make_release, make_user
from tests.llamahub.admin.entries import address, filled_in

pytestmark = pytest.mark.django_db
DRAFT, IN_REVIEW, APPROVED = Edition.Status.DRAFT, Edition.Status.IN_REVIEW, Edition.Status.APPROVED


@pytest.fixture
def ann(client):
    client.force_login(make_user("Publisher", username="ann"))
    return client


@pytest.fixture
def draft():
    return make_edition(title="The draft", created_by=make_user("Editor", username="eve"))


def versions_in(response):
    """What the page’s forms say that it showed; every form says the same."""
    found = set(re.findall(r'name="_versions" value="([^"]*)"', response.content.decode()))
    assert len(found) == 1
    return found.pop()


def bens_change(entry, **fields):
    """Somebody else changes it, in the admin."""
    ben = Client()
    ben.force_login(make_user("Publisher", username="ben"))
    url = address(type(entry), "change", entry.pk)
    assert ben.post(url, {**filled_in(ben.get(url), type(entry)), **fields}).status_code == 302


def step(client, name, entry, versions, **form):
    model = type(entry)._meta.model_name
    url = reverse(f"admin:editorial_{model}_{name}", args=[entry.pk])
    return client.post(url, {"_versions": versions, **form}, follow=True).content.decode()


def page(client, entry, kind="change"):
    return client.get(address(type(entry), kind, entry.pk))


@pytest.mark.parametrize(("button", "words"), [("_approve", "not approved"), ("_submit", "not sent")])
def test_nobody_approves_or_sends_what_they_have_not_read(ann, draft, button, words):
    url = address(Edition, "change", draft.pk)
    form = filled_in(ann.get(url), Edition)
    bens_change(draft, body="Ben’s words.")
    said = ann.post(url, {**form, "title": "Ann’s title", button: "1"}, follow=True).content.decode()
    draft.refresh_from_db()
    assert f"saved but {words}" in said
    assert "ben changed body on" in said
    # Ann’s own words are saved beside Ben’s; what the step would have done is not done.
    assert (draft.status, draft.title, draft.body) == (DRAFT, "Ann’s title", "Ben’s words.")


def test_having_read_it_they_do(ann, draft):
    url = address(Edition, "change", draft.pk)
    form = filled_in(ann.get(url), Edition)
    bens_change(draft, body="Ben’s words.")
    again = ann.post(url, {**form, "_approve": "1"}, follow=True)
    ann.post(url, {**filled_in(again, Edition), "_approve": "1"})
    draft.refresh_from_db()
    assert draft.status == APPROVED


def test_scheduling_minds_them_too(ann, draft):
    url = address(Edition, "change", draft.pk)
    form = filled_in(ann.get(url), Edition)
    bens_change(draft, body="Ben’s words.")
    later = timezone.now() + timedelta(days=1)
    when = {"publish_at_0": later.strftime("%Y-%m-%d"), "publish_at_1": "12:00:00"}
    ann.post(url, {**form, **when, "_approve": "1"})
    assert not Edition.objects.scheduled().exists()


def test_sending_back_is_refused(ann, draft):
    publishing.submit(edition=draft, reviewer=None, by=draft.created_by)
    versions = versions_in(page(ann, draft))
    bens_change(draft, title="Better already")
    said = step(ann, "send_back", draft, versions, text="The title is dull.")
    draft.refresh_from_db()
    assert "Nothing was done" in said
    assert "ben changed title on" in said
    assert "You wrote: “The title is dull.”" in said
    assert draft.status == IN_REVIEW
    assert not ReviewComment.objects.exists()


def test_taking_back_is_refused(ann, draft):
    publishing.approve(edition=draft, at=timezone.now() + timedelta(days=1), by=make_user("Publisher"))
    versions = versions_in(page(ann, draft))
    publishing.take_back(edition=draft, by=make_user("Publisher"))
    publishing.approve(edition=draft, at=timezone.now() + timedelta(days=9), by=make_user("Publisher"))
    said = step(ann, "take_back", draft, versions)
    draft.refresh_from_db()
    assert "Nothing was done" in said
    assert draft.status == APPROVED


def test_retiring_is_refused(ann):
    article = make_live_article(slug="old")
    url = reverse("admin:editorial_article_withdraw", args=[article.pk])
    versions = versions_in(ann.get(url))
    bens_change(article, slug="new")
    said = step(ann, "withdraw", article, versions)
    article.refresh_from_db()
    assert "ben changed" in said
    assert article.withdrawn_at is None


def test_retiring_is_refused_when_a_new_edition_went_out_meanwhile(ann):
    article = make_live_article()
    draft = publishing.start_draft(article=article, by=make_user("Publisher"))
    versions = versions_in(ann.get(reverse("admin:editorial_article_withdraw", args=[article.pk])))
    publishing.approve(edition=draft, at=None, by=make_user("Publisher"))
    assert "Nothing was done" in step(ann, "withdraw", article, versions)
    assert Article.objects.live().filter(pk=article.pk).exists()


def test_bringing_a_retired_article_back_is_refused(ann):
    article = make_live_article()
    publishing.withdraw(article=article, by=make_user("Publisher"))
    versions = versions_in(page(ann, article))
    publishing.restore(article=article, by=make_user("Publisher"))
    publishing.withdraw(article=article, moved_to="/models/", by=make_user("Publisher"))
    assert "Nothing was done" in step(ann, "restore", article, versions)
    assert not Article.objects.live().filter(pk=article.pk).exists()


def test_a_comment_is_no_step_and_always_welcome(ann, draft):
    versions = versions_in(page(ann, draft))
    bens_change(draft, title="Better already")
    assert "Added your comment." in step(ann, "comment", draft, versions, text="Dull.")


def test_reverting_is_refused(ann):
    release = make_release(summary="First.")
    release.summary = "Second."
    release.save()
    change = RecordedChange.objects.of(release).first()
    versions = versions_in(ann.get(address(RecordedChange, "change", change.pk)))
    bens_change(release, context_tokens="4096")
    url = reverse("admin:models_catalog_recordedchange_undo", args=[change.pk])
    said = ann.post(url, {"_versions": versions}, follow=True).content.decode()
    release.refresh_from_db()
    assert "Nothing was done" in said
    assert release.summary == "Second."


def test_deleting_is_refused(ann):
    release = make_release()
    versions = versions_in(page(ann, release, "delete"))
    bens_change(release, summary="Worth keeping.")
    said = ann.post(address(Release, "delete", release.pk), {"post": "yes", "_versions": versions}, follow=True)
    assert "ben changed summary on" in said.content.decode()
    assert Release.objects.filter(pk=release.pk).exists()


def test_deleting_many_is_refused(ann):
    releases = [make_release() for _ in range(3)]
    form = {"action": "delete_selected", "_selected_action": [str(each.pk) for each in releases]}
    versions = versions_in(ann.post(address(Release, "changelist"), form))
    bens_change(releases[1], summary="Worth keeping.")
    said = ann.post(address(Release, "changelist"), {**form, "post": "yes", "_versions": versions}, follow=True)
    assert "ben changed summary on" in said.content.decode()
    assert Release.objects.count() == 3


def test_with_nothing_changed_every_step_is_taken(ann, draft):
    publishing.submit(edition=draft, reviewer=None, by=draft.created_by)
    step(ann, "send_back", draft, versions_in(page(ann, draft)), text="More, please.")
    draft.refresh_from_db()
    assert draft.status == DRAFT
    release = make_release()
    versions = versions_in(page(ann, release, "delete"))
    ann.post(address(Release, "delete", release.pk), {"post": "yes", "_versions": versions})
    assert not Release.objects.exists()
