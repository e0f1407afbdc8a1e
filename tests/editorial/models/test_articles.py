"""What readers see is the newest approved edition whose time has come."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from editorial.models import Article, Edition
from tests.factories import make_article, make_edition, make_live_article, make_user

pytestmark = pytest.mark.django_db

APPROVED = Edition.Status.APPROVED


def hours(n):
    return timezone.now() + timedelta(hours=n)


def test_a_draft_is_not_live():
    make_edition()
    assert not Article.objects.live().exists()


def test_a_scheduled_edition_goes_live_by_the_clock():
    edition = make_edition(status=APPROVED, publish_at=hours(1))
    assert not Edition.objects.live().exists()
    assert list(Edition.objects.live(at=edition.publish_at)) == [edition]
    assert list(Edition.objects.live(at=edition.publish_at - timedelta(microseconds=1))) == []


def test_the_newest_public_edition_is_the_one_that_readers_see():
    article = make_article()
    first = make_edition(article=article, status=APPROVED, publish_at=hours(-2))
    second = make_edition(article=article, status=APPROVED, publish_at=hours(-1))
    make_edition(article=article, status=APPROVED, publish_at=hours(1))
    assert list(Edition.objects.live()) == [second]
    assert list(Edition.objects.live(at=hours(-1.5))) == [first]


def test_the_live_edition_stays_while_a_new_draft_is_written():
    article = make_live_article()
    make_edition(article=article)
    assert [edition.number for edition in Edition.objects.live()] == [1]


def test_a_withdrawn_article_is_not_live_but_was():
    article = make_live_article(withdrawn_at=hours(-1))
    assert not Article.objects.live().exists()
    assert list(Article.objects.live(at=hours(-2))) == [article]


def test_an_article_has_one_open_draft():
    article = make_article()
    make_edition(article=article)
    with pytest.raises(IntegrityError, match="one_open_draft_per_article"):
        make_edition(article=article, status=Edition.Status.IN_REVIEW)


def test_approval_needs_a_time():
    with pytest.raises(IntegrityError, match="approved_edition_has_a_publish_time"):
        make_edition(status=APPROVED, publish_at=None)


@pytest.mark.parametrize(
    "change",
    [
        lambda edition: Edition.objects.filter(pk=edition.pk).update(title="Another"),
        lambda edition: Edition.objects.filter(pk=edition.pk).update(publish_at=hours(5)),
        lambda edition: Edition.objects.filter(pk=edition.pk).update(status="draft"),
        lambda edition: edition.delete(),
        lambda edition: edition.article.delete(),
    ],
    ids=["text", "time", "status", "delete", "delete its article"],
)
def test_a_published_edition_never_changes(change):
    edition = make_edition(status=APPROVED, publish_at=hours(-1))
    with pytest.raises(IntegrityError, match="is published and never changes"), transaction.atomic():
        change(edition)


def test_a_published_edition_survives_the_account_that_made_it():
    user = make_user()
    edition = make_edition(status=APPROVED, publish_at=hours(-1), created_by=user, approved_by=user)
    user.delete()
    edition.refresh_from_db()
    assert edition.created_by is None


def test_the_text_of_a_scheduled_edition_stands_but_its_time_may_move():
    edition = make_edition(status=APPROVED, publish_at=hours(1))
    Edition.objects.filter(pk=edition.pk).update(publish_at=hours(2))
    with pytest.raises(IntegrityError, match="take it back to draft"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(body="Something else.")
    Edition.objects.filter(pk=edition.pk).update(status=Edition.Status.DRAFT, body="Something else.")
