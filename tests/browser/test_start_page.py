"""What needs doing, and the calendar: every entry one click from its form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from editorial.models import Edition
from models_catalog.models import Release
from tests.factories import make_edition, make_live_article, make_release, make_user
from tests.llamahub.admin.entries import address, make_citation
from tests.pages import DESKTOP, PHONE, RULES

from .test_admin import page, pytestmark  # noqa: F401


@pytest.fixture
def newsroom():
    """Something for every panel. Scheduled in the middle of a month to come, where it stands in every zone."""
    ed = User.objects.filter(username="ed").first()
    ann = make_user("Editor", username="ann")
    make_edition(title="My own draft", created_by=ed)
    make_edition(title="To be read", created_by=ann, status=Edition.Status.IN_REVIEW, reviewer=ed)
    at = (timezone.now() + timedelta(days=45)).replace(day=15, hour=12, minute=0)
    make_edition(title="Out soon", status=Edition.Status.APPROVED, publish_at=at)
    make_live_article(edition={"title": "On its way out"}, withdrawn_at=at + timedelta(hours=1))
    make_citation(status="unverified")
    make_release(name="Changed last of all")
    return at


def panel(page, title):  # noqa: F811
    return page.locator(f".needs-doing__panel:has(h3:text-is('{title}'))")


def test_each_task_is_one_click_from_its_form(page, live_server, newsroom):  # noqa: F811
    for title, text in (
        ("Waiting for your review", "To be read"),
        ("Drafts in hand", "My own draft"),
        ("Scheduled next", "Out soon"),
    ):
        page.goto(f"{live_server.url}/admin/")
        panel(page, title).locator(f"a:has-text('{text}')").click()
        expect(page.locator("#content")).to_contain_text(text)
        assert page.url.endswith("/change/")
    page.goto(f"{live_server.url}/admin/")
    panel(page, "Changed last").locator("a:has-text('Changed last of all')").click()
    assert page.url == live_server.url + address(Release, "history", Release.objects.get(name="Changed last of all").pk)
    page.goto(f"{live_server.url}/admin/")
    wrong = panel(page, "Wrong in the content")
    expect(wrong).to_contain_text("has no source")
    wrong.locator("li a").first.click()
    assert page.url.endswith("/change/")
    assert page.complaints == []


def test_the_calendar_leads_to_what_goes_out_by_keyboard(page, live_server, newsroom):  # noqa: F811
    page.goto(f"{live_server.url}/admin/")
    page.click("a:text-is('Calendar') >> nth=0")
    while page.locator("h1").inner_text() != f"Calendar: {newsroom:%B %Y}":
        page.click("a[rel=next]")
    assert f"month={newsroom:%Y-%m}" in page.url
    entry = page.locator(".calendar-entry a:has-text('Out soon')")
    entry.focus()
    page.keyboard.press("Tab")
    expect(page.locator(".calendar-entry a:has-text('On its way out')")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/")
    expect(page.locator("#content h2").first).to_contain_text("Out soon")
    # The wrong way: a month that does not exist.
    page.goto(f"{live_server.url}/admin/calendar/?month=2026-13")
    expect(page.locator(".errornote")).to_contain_text("no month of this calendar")
    assert page.complaints == []


def test_on_a_phone_the_month_is_a_list_of_the_days_on_which_something_happens(page, live_server, newsroom):  # noqa: F811
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/admin/calendar/?month={newsroom:%Y-%m}")
    expect(page.locator(".calendar-day:visible")).to_have_count(1)
    expect(page.locator(".calendar-day:visible")).to_contain_text(f"{newsroom:%A, %B} 15")


def test_staff_without_rights_are_told_of_no_task(open_context, live_server, newsroom):
    make_user(username="new")
    new = open_context(viewport=DESKTOP).new_page()
    new.goto(f"{live_server.url}/admin/login/")
    new.fill("#id_username", "new")
    new.fill("#id_password", "secret")
    new.click("[type=submit]")
    new.wait_for_url("**/admin/")
    expect(new.locator(".needs-doing")).to_have_count(0)
    assert new.goto(f"{live_server.url}/admin/calendar/").status == 403


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_start_page_and_the_calendar_are_accessible(page, live_server, newsroom, size, scheme):  # noqa: F811
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    for where, part in (
        (reverse("admin:index"), ".needs-doing"),
        (f"{reverse('admin:calendar')}?month={newsroom:%Y-%m}", "#content"),
        (reverse("admin:calendar_day", args=[f"{timezone.localdate():%Y-%m-%d}"]), "#content"),
    ):
        page.goto(live_server.url + where)
        found = Axe().run(page, context=part, options={"runOnly": RULES})
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
