"""What was, in the admin: comparing editions, an old text brought back, a changed fact taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from editorial.models import Edition
from models_catalog import history
from models_catalog.models import Release
from tests.factories import make_article, make_edition, make_release
from tests.llamahub.admin.entries import address
from tests.pages import DESKTOP, PHONE, RULES

from .test_admin import page, pytestmark  # noqa: F401


def hours_ago(n):
    return timezone.now() - timedelta(hours=n)


@pytest.fixture
def article():
    """Two editions that readers saw, and a fact in them that changed in between."""
    release = make_release(slug="llama-9", name="Llama 9", context_tokens=8192)
    article = make_article(slug="a-guide")
    body = "It reads {{ llama-9.context_tokens }}."
    for title, ago in (("It has 8 billion", 3), ("It has 70 billion", 0)):
        make_edition(article=article, title=title, body=body, status="approved", publish_at=hours_ago(ago))
        if ago:
            release.context_tokens = 131_072
            with history.attributed(who="ada", why="The card was revised."):
                release.save()
    return article


def test_two_editions_are_compared_and_the_old_one_comes_back_as_a_draft(page, live_server, article):  # noqa: F811
    first, second = article.editions.order_by("number")
    page.goto(live_server.url + address(Edition, "change", second.pk))
    page.click(".object-tools a:has-text('Compare')")
    expect(page.locator("del")).to_have_text("8")
    expect(page.locator("ins")).to_have_text("70")
    page.goto(live_server.url + address(Edition, "change", first.pk))
    page.click("button:has-text('Bring this text back')")
    expect(page.locator(".messagelist")).to_contain_text("Started a new draft with the text of edition 1")
    assert page.input_value("#id_title") == "It has 8 billion"
    # The wrong way: a second time, over the draft that is open now.
    page.goto(live_server.url + address(Edition, "change", first.pk))
    page.click("button:has-text('Bring this text back')")
    expect(page.locator(".messagelist")).to_contain_text("has an open draft")
    assert article.editions.count() == 3
    assert page.complaints == []


def test_what_a_publication_changed_for_readers_is_listed(page, live_server, article):  # noqa: F811
    page.goto(live_server.url + address(Edition, "change", article.editions.get(number=2).pk))
    page.click(".object-tools a:has-text('For readers')")
    expect(page.locator("ins")).to_have_text("70")
    expect(page.locator(".differences tbody tr")).to_have_text("Llama 9: context window8K128K")
    page.goto(live_server.url + reverse("admin:calendar"))
    page.click(".calendar-day--today .calendar-day__number")
    expect(page.locator(".differences tbody")).to_contain_text("The card was revised.")
    page.click("a:has-text('It has 70 billion (edition 2)')")
    expect(page.locator("h1")).to_have_text("What changes for readers")
    assert page.complaints == []


def test_a_fact_is_taken_back_by_a_new_change(page, live_server, article):  # noqa: F811
    release = Release.objects.get(slug="llama-9")
    page.goto(live_server.url + address(Release, "history", release.pk))
    undo = page.locator("a:has-text('to undo it')").first
    undo.click()
    page.click("button:has-text('Undo')")
    expect(page.locator(".messagelist")).to_contain_text("has the values again that it had before")
    release.refresh_from_db()
    assert release.context_tokens == 8192
    expect(page.locator(".recorded__change").first).to_contain_text("Undoes the change of")
    # The wrong way: the change that was undone cannot be undone again, since its value is no longer there.
    page.locator(".recorded__change summary").nth(1).click()
    page.locator("a:has-text('to undo it')").nth(1).click()
    page.click("button:has-text('Undo')")
    expect(page.locator(".messagelist")).to_contain_text("Nothing was changed")
    assert page.complaints == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_history_are_accessible(page, live_server, article, size, scheme):  # noqa: F811
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    second = article.editions.get(number=2)
    for name in ("for_readers", "compare"):
        page.goto(live_server.url + reverse(f"admin:editorial_edition_{name}", args=[second.pk]))
        found = Axe().run(page, context="#content", options={"runOnly": RULES})
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
