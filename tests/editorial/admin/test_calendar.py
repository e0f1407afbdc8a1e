"""The calendar: what goes out, leaves and falls due, by month and by day."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from editorial.models import Article, Edition
from llamahub.accounts import preferences
from models_catalog import history
from models_catalog.models import Citation
from tests.factories import (
    make_check_interval,
    make_edition,
    make_live_article,
    make_release,
    make_user,
)
from tests.llamahub.admin.entries import address, make_citation

pytestmark = pytest.mark.django_db

APPROVED = Edition.Status.APPROVED
URL = "/admin/calendar/"


@pytest.fixture
def editor(client):
    user = make_user("Editor")
    client.force_login(user)
    return user


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shown(client, url=URL, **query):
    return client.get(url, query).content.decode()


def cell(page, day):
    """The cell of one day, by the link to its page."""
    return page.partition(f'href="/admin/calendar/{day}/">')[2].partition("</td>")[0]


class TestMonth:
    def test_a_scheduled_edition_stands_on_its_day_one_click_from_its_form(self, client, editor):
        edition = make_edition(title="Winter guide", status=APPROVED, publish_at=at("2126-12-24T09:30"))
        day = cell(shown(client, month="2126-12"), "2126-12-24")
        assert f'href="{address(Edition, "change", edition.pk)}"' in day
        assert "Goes out 09:30" in day
        assert "Winter guide" in day

    def test_its_day_is_the_editors(self, client, editor):
        preferences.choose_time_zone(user=editor, name="Asia/Tokyo")
        make_edition(title="Winter guide", status=APPROVED, publish_at=at("2126-12-31T20:00"))
        assert "Winter guide" in cell(shown(client, month="2127-01"), "2127-01-01")
        assert "Days and times are those of Asia/Tokyo" in shown(client, month="2127-01")

    def test_what_went_out_and_what_is_only_wished_for_say_so(self, client, editor):
        make_edition(title="Gone out", status=APPROVED, publish_at=at("2026-05-05T10:00"))
        make_edition(title="Wished for", publish_at=at("2026-05-06T11:00"))
        page = shown(client, month="2026-05")
        assert "Went out 10:00" in cell(page, "2026-05-05")
        assert "Draft, for 11:00" in cell(page, "2026-05-06")

    def test_a_planned_withdrawal_leads_to_the_article(self, client, editor):
        article = make_live_article(withdrawn_at=at("2126-12-24T09:30"), edition={"title": "Old advice"})
        day = cell(shown(client, month="2126-12"), "2126-12-24")
        assert f'href="{address(Article, "change", article.pk)}"' in day
        assert "Leaves 09:30" in day
        assert "Old advice" in day

    def test_facts_falling_due_are_counted(self, client, editor):
        make_check_interval(about="release", days=30)
        for day in (1, 1, 2):
            make_citation(checked_on=f"2126-05-0{day}")
        page = shown(client, month="2126-05")
        assert "2 facts due" in cell(page, "2126-05-31")
        assert "1 fact due" in cell(shown(client, month="2126-06"), "2126-06-01")

    def test_an_empty_month_says_what_would_stand_there(self, client, editor):
        assert "Nothing goes out or falls due in May 2126" in shown(client, month="2126-05")

    def test_months_are_links_that_can_be_shared(self, client, editor):
        page = shown(client, month="2026-12")
        assert 'href="?month=2026-11"' in page
        assert 'href="?month=2027-01"' in page
        assert "This month" in shown(client, month="2126-05")
        assert "This month" not in shown(client)

    @pytest.mark.parametrize(
        "month", ["2026-13", "x", "2026-00", "99999-01", "2026-1", "0001-01", "2026-12-01", "2026-é1"]
    )
    def test_nonsense_is_said_and_answered_with_this_month(self, client, editor, month):
        page = shown(client, month=month)
        assert "is no month of this calendar" in page
        assert "calendar-day--today" in page

    def test_the_calendar_ends_where_it_says(self, client, editor):
        assert 'rel="prev"' not in shown(client, month="2000-01")
        assert 'rel="next"' not in shown(client, month="2199-12")

    def test_hostile_titles_are_text(self, client, editor):
        make_edition(title="<script>alert(1)</script>", status=APPROVED, publish_at=at("2026-05-05T10:00"))
        assert "<script>alert" not in shown(client, month="2026-05")

    def test_it_costs_the_same_however_much_there_is(self, client, editor):
        def queries():
            client.get(URL, {"month": "2126-05"})
            with CaptureQueriesContext(connection) as captured:
                client.get(URL, {"month": "2126-05"})
            return len(captured)

        def fill():
            make_edition(status=APPROVED, publish_at=at("2126-05-05T10:00"))
            make_live_article(withdrawn_at=at("2126-05-06T10:00"))
            make_citation(checked_on="2126-04-20")

        make_check_interval(about="release", days=30)
        fill()
        few = queries()
        for _ in range(8):
            fill()
        assert queries() == few
        assert few <= 12


class TestDay:
    def test_it_lists_what_changed_for_readers(self, client, editor):
        release = make_release(name="Llama 9", context_tokens=8192)
        with history.attributed(who="ada", why="The card was revised."):
            release.context_tokens = 131_072
            release.save()
        today = timezone.localdate().isoformat()
        page = shown(client, f"{URL}{today}/")
        assert "Llama 9: context window" in page
        assert "8K" in page
        assert "128K" in page
        assert "The card was revised." in page
        assert "Added: 1 release" in page

    def test_an_edition_that_went_out_leads_to_what_it_changed(self, client, editor):
        edition = make_edition(title="Guide", status=APPROVED, publish_at=at("2026-05-05T10:00"))
        page = shown(client, f"{URL}2026-05-05/")
        assert reverse("admin:editorial_edition_for_readers", args=[edition.pk]) in page

    def test_what_readers_never_saw_is_no_change_for_them(self, client, editor):
        release = make_release(name="Hidden", is_listed=False, context_tokens=8192)
        release.context_tokens = 131_072
        release.save()
        assert "Hidden" not in shown(client, f"{URL}{timezone.localdate().isoformat()}/")

    def test_facts_due_lead_to_their_citations(self, client, editor):
        make_check_interval(about="release", days=30)
        citation = make_citation(checked_on="2126-05-01")
        page = shown(client, f"{URL}2126-05-31/")
        assert f'href="{address(Citation, "change", citation.pk)}"' in page

    @pytest.mark.parametrize("day", ["2026-02-30", "x", "1999-12-31", "2200-01-01", "20260101", "2026-W01-1"])
    def test_a_day_that_is_none_is_not_found(self, client, editor, day):
        assert client.get(f"{URL}{day}/").status_code == 404

    def test_the_first_and_the_last_day_have_one_neighbor(self, client, editor):
        assert 'rel="prev"' not in shown(client, f"{URL}2000-01-01/")
        assert 'rel="next"' not in shown(client, f"{URL}2199-12-31/")

    def test_a_day_whose_midnight_the_clocks_skip_begins_after_it(self, client, editor):
        preferences.choose_time_zone(user=editor, name="America/Santiago")
        make_edition(title="Before", status=APPROVED, publish_at=at("2027-09-05T03:59"))
        make_edition(title="After", status=APPROVED, publish_at=at("2027-09-05T04:00"))
        page = shown(client, f"{URL}2027-09-05/")
        assert "After" in page
        assert "Before" not in page.partition("<h2>")[2]

    def test_it_costs_the_same_however_much_there_is(self, client, editor):
        url = f"{URL}{timezone.localdate().isoformat()}/"

        def queries():
            client.get(url)
            with CaptureQueriesContext(connection) as captured:
                client.get(url)
            return len(captured)

        def fill():
            citation = make_citation()
            citation.release.context_tokens = 131_072
            citation.release.save()
            make_live_article(edition={"publish_at": timezone.now() - timedelta(seconds=1)})

        fill()
        few = queries()
        for _ in range(5):
            fill()
        assert queries() == few
        assert few <= 20


@pytest.mark.parametrize("url", [URL, f"{URL}2026-05-05/"])
def test_it_is_for_those_who_may_see_editions_and_only_to_read(client, url):
    assert client.get(url).status_code == 302
    client.force_login(make_user())
    assert client.get(url).status_code == 403
    client.force_login(make_user("Editor"))
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 405


def test_the_start_page_and_the_list_of_editions_lead_there(client, editor):
    assert f'href="{URL}"' in shown(client, reverse("admin:index"))
    assert f'href="{URL}"' in shown(client, address(Edition, "changelist"))
