"""Searching in a browser: as one types, by keyboard alone, without script, on a phone."""

from __future__ import annotations

import pytest

from tests import shipped_content
from tests.pages import DESKTOP, PHONE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(live_server) -> str:
    shipped_content.load()
    return live_server.url


def test_results_follow_what_is_typed_without_a_new_page(page, complaints, site):
    page.goto(f"{site}/search/")
    page.evaluate("window.stayed = true")
    page.locator("#q").press_sequentially("llama 4 sco")
    page.locator("#found-release").wait_for()
    assert page.locator(".hit mark").first.is_visible()
    assert page.locator("#search-status").inner_text().endswith("found.")
    page.wait_for_url("**/search/?q=llama+4+sco")
    assert page.title().startswith("Search: llama 4 sco")
    page.select_option("select[name=kind]", "checkpoint")
    page.wait_for_url("**kind=checkpoint")
    page.locator("#q").fill("")
    page.wait_for_url("**/search/?kind=checkpoint")
    page.get_by_role("heading", name="What is searched").wait_for()
    assert page.evaluate("window.stayed")
    assert complaints == []


def test_the_last_thing_typed_wins_over_slower_answers(page, site):
    page.goto(f"{site}/search/")
    page.locator("#q").fill("maverick")
    page.locator("#q").fill("behemoth")
    page.wait_for_url("**q=behemoth")
    page.wait_for_timeout(600)
    assert page.url.endswith("q=behemoth")
    assert "Behemoth" in page.locator(".hit__title").first.inner_text()


def test_the_keyboard_alone_searches_and_follows_a_result(page, site):
    page.goto(f"{site}/about/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("llama 4 scout")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=llama+4+scout")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.hit__title') !== null"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/llama-4-scout/**")


def test_names_are_suggested_in_the_header(page, complaints, site):
    page.goto(f"{site}/about/")
    page.locator(".site-search__field").press_sequentially("llama 4 s")
    page.locator("#site-search-names option:first-child[value='Llama 4 Scout']").wait_for(state="attached")
    assert complaints == []


def test_a_slash_that_is_typed_is_a_slash(page, site):
    page.goto(f"{site}/search/")
    page.locator("#q").press_sequentially("meta-llama/Llama")
    assert page.locator("#q").input_value() == "meta-llama/Llama"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_everything_works_without_script(open_context, site, size):
    page = open_context(viewport=size, java_script_enabled=False).new_page()
    page.goto(f"{site}/about/")
    if size == PHONE:
        page.get_by_role("link", name="Search").click()
        page.locator("#q").fill("lamma")
        page.locator("#q").press("Enter")
    else:
        page.locator(".site-search__field").fill("lamma")
        page.locator(".site-search__field").press("Enter")
    page.locator(".search-meant a").click()
    page.wait_for_url("**/search/?q=llama")
    page.select_option("select[name=from]", "2023")
    page.get_by_role("button", name="Search").click()
    assert "from=2023" in page.url
    page.get_by_role("link", name="Everything in one list").click()
    page.get_by_role("link", name="Next results").click()
    assert "after=" in page.url
    assert page.locator(".hit").count() > 0


def test_the_header_fits_at_every_width(open_context, site):
    page = open_context(viewport=DESKTOP).new_page()
    page.goto(f"{site}/about/")
    for width in (320, 390, 700, 896, 1000, 1152, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        bar = page.locator(".site-header__bar").bounding_box()
        assert bar["height"] < 64, width
        shown = page.locator(".search-link:visible, .site-search:visible")
        assert shown.count() == 1, width
