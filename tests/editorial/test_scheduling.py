"""Editions and withdrawals by the database’s clock: never early, in whatever zone the time was meant."""

import time
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from editorial import publishing
from editorial.models import Article, Edition
from models_catalog import zones
from tests.factories import make_edition, make_hub, make_live_article, make_user
from tests.llamahub.admin.entries import address
from tests.models_catalog.test_zones import CHANGES

pytestmark = pytest.mark.django_db

APPROVED = Edition.Status.APPROVED
SECOND = timedelta(seconds=1)
TURNS = ("2026-12-31T23:59:59", "2027-01-01T00:00:00", "2028-02-29T23:59:59")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due_times():
    """A second before, at and after both changes of the clocks; the turn of the year and the leap day, everywhere."""
    for name, (forward, _, back, _) in CHANGES.items():
        for change in (utc(forward), utc(back)):
            yield from ((name, change + n * SECOND) for n in (-1, 0, 1))
        yield from ((name, zones.place(datetime.fromisoformat(turn), zones.zone(name))) for turn in TURNS)


def test_nothing_is_a_second_early_or_late_at_any_change_of_the_clocks():
    for name, due in due_times():
        edition = make_edition(status=APPROVED, publish_at=due)
        live = Edition.objects.filter(pk=edition.pk)
        assert not live.live(due - SECOND).exists(), (name, due)
        assert live.live(due).exists(), (name, due)
        assert live.live(due + SECOND).exists(), (name, due)


def test_nothing_leaves_a_second_early_or_late_either():
    for name, due in due_times():
        article = make_live_article(withdrawn_at=due, edition={"publish_at": utc("2026-01-01T00:00")})
        mine = Article.objects.filter(pk=article.pk)
        assert mine.live(due - SECOND).exists(), (name, due)
        assert not mine.live(due).exists(), (name, due)


def database_now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def test_the_databases_clock_decides_whatever_that_of_the_process_says(client):
    make_hub()
    due = database_now() + timedelta(seconds=2)
    article = make_edition(status=APPROVED, publish_at=due).article
    with mock.patch.object(timezone, "now", return_value=due + timedelta(days=1)):
        assert client.get(article.get_absolute_url()).status_code == 404
    while database_now() < due:
        time.sleep(0.05)
    with mock.patch.object(timezone, "now", return_value=due - timedelta(days=1)):
        assert client.get(article.get_absolute_url()).status_code == 200


def test_readers_see_the_sites_day_and_editors_change_nothing_about_it(client):
    """Half past eleven in the evening in New York is the next day in Greenwich."""
    make_hub(time_zone="America/New_York")
    article = make_live_article(edition={"publish_at": utc("2026-05-06T03:30")})
    url = article.get_absolute_url()
    assert "May 5, 2026" in client.get(url).content.decode()
    client.force_login(make_user("Editor"))
    client.post(reverse("admin:time_zone"), {"time_zone": "Asia/Tokyo"})
    assert "May 5, 2026" in client.get(url).content.decode()
    assert "May 6, 2026, 12:30 Tokyo time" in client.get(address(Article, "changelist")).content.decode()


class TestWithdrawing:
    @pytest.fixture
    def publisher(self, client):
        user = make_user("Publisher")
        client.force_login(user)
        return user

    def withdraw(self, client, article, **typed):
        url = reverse("admin:editorial_article_withdraw", args=[article.pk])
        return client.post(url, typed, follow=True).content.decode()

    def test_it_can_be_planned_and_called_off(self, client, publisher):
        article = make_live_article()
        page = self.withdraw(client, article, at_0="2126-12-01", at_1="09:30")
        assert "from Dec. 1, 2126, 09:30 UTC on, its address answers “gone”" in page
        assert "Call the withdrawal off" in page
        article.refresh_from_db()
        assert article.withdrawn_at == utc("2126-12-01T09:30")
        assert Article.objects.live().exists()
        client.post(reverse("admin:editorial_article_restore", args=[article.pk]))
        article.refresh_from_db()
        assert article.withdrawn_at is None

    def test_a_time_that_cannot_be_withdraws_nothing(self, client, publisher):
        client.post(reverse("admin:time_zone"), {"time_zone": "Europe/Berlin"})
        article = make_live_article()
        page = self.withdraw(client, article, at_0="2027-03-28", at_1="02:30")
        assert "does not exist in Europe/Berlin" in page
        article.refresh_from_db()
        assert article.withdrawn_at is None

    def test_the_past_stays_as_it_was(self, publisher):
        article = publishing.withdraw(article=make_live_article(), at=utc("2020-01-01T00:00"), by=publisher)
        assert timezone.now() - article.withdrawn_at < timedelta(minutes=1)
