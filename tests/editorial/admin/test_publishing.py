"""The steps of publishing, as functions and as an editor takes them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from editorial import publishing
from editorial.models import Article, Edition
from tests.factories import make_article, make_author, make_edition, make_live_article, make_topic, make_user
from tests.llamahub.admin.entries import address, errors_of, filled_in

pytestmark = pytest.mark.django_db

APPROVED, DRAFT = Edition.Status.APPROVED, Edition.Status.DRAFT


@pytest.fixture
def publisher():
    return make_user("Publisher")


@pytest.fixture
def editor():
    return make_user("Editor")


def soon():
    return timezone.now() + timedelta(hours=1)


def text_of(edition):
    return {field: getattr(edition, field) for field in ("title", "standfirst", "body", "as_of", "image_id")}


def test_a_draft_starts_as_a_copy_of_the_newest(editor):
    article = make_live_article()
    draft = publishing.start_draft(article=article, by=editor)
    assert (draft.number, draft.status, draft.created_by) == (2, DRAFT, editor)
    assert text_of(draft) == text_of(article.editions.get(number=1))
    assert draft.change_note == ""
    assert draft.publish_at is None


def test_starting_twice_gives_the_same_draft(editor):
    article = make_live_article()
    assert publishing.start_draft(article=article, by=editor) == publishing.start_draft(article=article, by=editor)


def test_approving_without_a_time_puts_it_before_readers_now(publisher):
    edition = publishing.approve(edition=make_edition(), at=None, by=publisher)
    assert edition.is_public
    assert edition.approved_by == publisher
    assert Article.objects.live().get() == edition.article


def test_approving_for_later_schedules_it(publisher):
    at = soon()
    edition = publishing.approve(edition=make_edition(), at=at, by=publisher)
    assert (edition.publish_at, edition.is_public) == (at, False)


def test_a_later_edition_cannot_be_dated_back(publisher, editor):
    article = make_live_article()
    draft = publishing.start_draft(article=article, by=editor)
    edition = publishing.approve(edition=draft, at=timezone.now() - timedelta(days=100), by=publisher)
    assert timezone.now() - edition.publish_at < timedelta(minutes=1)


def test_approving_twice_is_refused(publisher):
    edition = publishing.approve(edition=make_edition(), at=None, by=publisher)
    with pytest.raises(publishing.NotPossible, match="approved already"):
        publishing.approve(edition=edition, at=None, by=publisher)


def test_a_scheduled_edition_can_be_taken_back(publisher):
    edition = publishing.approve(edition=make_edition(), at=soon(), by=publisher)
    assert publishing.take_back(edition=edition, by=publisher).status == DRAFT


def test_a_public_edition_cannot_be_taken_back(publisher):
    edition = publishing.approve(edition=make_edition(), at=None, by=publisher)
    with pytest.raises(publishing.NotPossible, match="never changes"):
        publishing.take_back(edition=edition, by=publisher)


def test_taking_back_beside_another_draft_is_refused(publisher, editor):
    edition = publishing.approve(edition=make_edition(), at=soon(), by=publisher)
    publishing.start_draft(article=edition.article, by=editor)
    with pytest.raises(publishing.NotPossible, match="another open draft"):
        publishing.take_back(edition=edition, by=publisher)


def test_withdrawing_and_bringing_back(publisher):
    article = make_live_article()
    publishing.withdraw(article=article, by=publisher)
    assert not Article.objects.live().exists()
    with pytest.raises(publishing.NotPossible):
        publishing.withdraw(article=article, by=publisher)
    publishing.restore(article=article, by=publisher)
    assert Article.objects.live().exists()
    with pytest.raises(publishing.NotPossible):
        publishing.restore(article=article, by=publisher)


@pytest.mark.parametrize(
    "step",
    [
        lambda article, by: publishing.approve(edition=article.editions.first(), at=None, by=by),
        lambda article, by: publishing.take_back(edition=article.editions.first(), by=by),
        lambda article, by: publishing.withdraw(article=article, by=by),
        lambda article, by: publishing.restore(article=article, by=by),
    ],
    ids=["approve", "take back", "withdraw", "bring back"],
)
def test_an_editor_may_not(editor, step):
    with pytest.raises(PermissionDenied):
        step(make_edition().article, editor)


# --- In the admin -----------------------------------------------------------------------------------------------------


def test_an_article_is_written_in_one_form(client, editor):
    client.force_login(editor)
    form = filled_in(client.get(address(Article, "add")), Article)
    typed = {
        "slug": "a-guide",
        "topic": make_topic().pk,
        "authors": [make_author().pk],
        "editions-0-title": "A guide",
        "editions-0-standfirst": "What to choose.",
        "editions-0-body": "## First\n\nText.",
    }
    response = client.post(address(Article, "add"), {**form, **typed})
    assert response.status_code == 302, errors_of(response)
    edition = Edition.objects.get()
    assert (edition.number, edition.status, edition.created_by, edition.as_of) == (
        1,
        DRAFT,
        editor,
        timezone.localdate(),
    )


def test_editing_the_text_is_editing_the_draft(client, editor):
    client.force_login(editor)
    article = make_live_article()
    url = address(Article, "change", article.pk)
    assert "Start a new edition" in client.get(url).content.decode()
    client.post(reverse("admin:editorial_article_start_draft", args=[article.pk]))
    form = filled_in(client.get(url), Article)
    assert client.post(url, {**form, "editions-0-body": "Rewritten."}).status_code == 302
    assert [edition.body for edition in article.editions.order_by("number")] == [
        "## A section\n\nSome text.",
        "Rewritten.",
    ]


def test_text_typed_into_a_draft_that_went_out_meanwhile_is_not_lost_in_silence(client, editor, publisher):
    client.force_login(editor)
    draft = make_edition()
    url = address(Article, "change", draft.article_id)
    form = filled_in(client.get(url), Article)
    publishing.approve(edition=draft, at=None, by=publisher)
    response = client.post(url, {**form, "editions-0-body": "Typed with care."})
    assert response.status_code == 200
    assert "Someone else" in str(errors_of(response))
    assert "Typed with care." in response.content.decode()


def test_save_and_approve_puts_the_saved_text_before_readers(client, publisher):
    client.force_login(publisher)
    draft = make_edition()
    url = address(Edition, "change", draft.pk)
    form = filled_in(client.get(url), Edition)
    response = client.post(url, {**form, "title": "Final", "_approve": "1"}, follow=True)
    assert "Readers see it now" in response.content.decode()
    draft.refresh_from_db()
    assert (draft.title, draft.is_public, draft.approved_by) == ("Final", True, publisher)


@pytest.mark.parametrize(
    ("at", "words"), [(timedelta(days=-1), "never changes"), (timedelta(days=1), "taken back to draft first")]
)
def test_an_approved_edition_is_shown_with_why_it_stands(client, publisher, at, words):
    client.force_login(publisher)
    edition = make_edition(status=APPROVED, publish_at=timezone.now() + at)
    url = address(Edition, "change", edition.pk)
    page = client.get(url).content.decode()
    assert words in page
    assert 'name="_save"' not in page
    assert client.post(url, {"title": "Forged", "body": "Forged", "_save": "1"}).status_code == 403
    edition.refresh_from_db()
    assert edition.title != "Forged"


def test_an_article_that_readers_saw_is_not_deleted_and_says_what_to_do(client, publisher):
    client.force_login(publisher)
    article = make_live_article()
    page = client.get(address(Article, "delete", article.pk)).content.decode()
    assert "cannot be deleted" in page
    assert "withdraw it" in page
    client.post(address(Article, "delete", article.pk), {"post": "yes"})
    assert Article.objects.filter(pk=article.pk).exists()


def test_an_article_never_seen_can_be_deleted(client, publisher):
    client.force_login(publisher)
    article = make_edition().article
    client.post(address(Article, "delete", article.pk), {"post": "yes"})
    assert not Article.objects.filter(pk=article.pk).exists()


def test_the_list_tells_where_each_article_stands(client, editor):
    client.force_login(editor)
    make_live_article()
    make_edition()
    make_edition(status=APPROVED, publish_at=soon())
    make_live_article(withdrawn_at=timezone.now() - timedelta(days=1))
    make_article()
    page = client.get(address(Article, "changelist")).content.decode()
    for words in ("Public since", "Not public yet", "Goes out", "Withdrawn"):
        assert words in page
    for standing in ("live", "scheduled", "draft", "withdrawn", "nonsense"):
        assert client.get(address(Article, "changelist"), {"standing": standing}).status_code == 200
