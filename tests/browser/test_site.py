"""The readers’ site in a browser: accessible, steady, readable without script, and easy on the line."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders

from tests import shipped_content
from tests.pages import DESKTOP, NOT_FOUND, PAGES, PHONE, RULES

pytestmark = pytest.mark.django_db(transaction=True)

HUB_BUDGET = 60 * 1024


@pytest.fixture
def site(live_server) -> str:
    shipped_content.load()
    return live_server.url


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_breaks_a_rule_of_accessibility(open_context, site, size, theme):
    page = open_context(viewport=size, color_scheme=theme, bypass_csp=True).new_page()
    found = {}
    for url in [*PAGES.values(), NOT_FOUND]:
        page.goto(site + url)
        for broken in Axe().run(page, options={"runOnly": RULES}).response["violations"]:
            found[url, broken["id"]] = [node["html"] for node in broken["nodes"]][:3]
    assert not found


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_is_wider_than_the_screen(open_context, site, width):
    page = open_context(viewport={"width": width, "height": 800}).new_page()
    for url in PAGES.values():
        page.goto(site + url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url


def test_nothing_moves_while_a_page_loads(open_context, site):
    page = open_context(viewport=PHONE).new_page()
    page.add_init_script(
        "window.moved = 0;"
        "new PerformanceObserver(list => { for (const e of list.getEntries()) moved += e.value })"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    for url in PAGES.values():
        page.goto(site + url, wait_until="networkidle")
        assert page.evaluate("moved") == 0, url


def test_everything_can_be_read_and_reached_without_script(open_context, site):
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(site)
    assert not page.locator(".theme-switch").is_visible()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Articles").click()
    page.locator(".article-item__title a").first.click()
    assert page.get_by_role("navigation", name="On this page").is_visible()


def test_the_first_stop_of_the_keyboard_skips_to_the_content(open_context, site):
    page = open_context(viewport=DESKTOP).new_page()
    page.goto(site)
    page.keyboard.press("Tab")
    assert page.locator(".skip-link").is_visible()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def background(page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_theme_follows_the_system_until_the_reader_chooses(open_context, site):
    page = open_context(viewport=DESKTOP, color_scheme="light").new_page()
    page.goto(f"{site}/about/")
    light = background(page)
    page.get_by_role("button", name="Switch to the dark theme").click()
    dark = background(page)
    assert dark != light
    page.goto(f"{site}/notices/")
    assert background(page) == dark
    page.get_by_role("button", name="Switch to the light theme").click()
    assert background(page) == light
    assert page.evaluate("localStorage.theme") is None  # back to the system’s: nothing to remember


def test_a_remembered_theme_is_there_before_the_first_paint(open_context, site):
    page = open_context(viewport=DESKTOP, color_scheme="light").new_page()
    page.add_init_script(
        "localStorage.theme = 'dark';"
        "new MutationObserver((_, o) => { if (document.body) { window.atBody = document.documentElement.dataset.theme;"
        " o.disconnect() } }).observe(document, { childList: true, subtree: true });"
    )
    page.goto(f"{site}/about/")
    assert page.evaluate("atBody") == "dark"


def test_paper_shows_the_text_and_its_sources_and_nothing_to_press(open_context, site):
    page = open_context(viewport={"width": 720, "height": 1000}, color_scheme="dark").new_page()
    page.emulate_media(media="print")
    page.goto(site)
    assert not page.locator(".site-header").is_visible()
    assert page.locator(".fact-sources").is_visible()
    assert background(page) == "rgb(255, 255, 255)"
    assert page.evaluate("document.documentElement.scrollWidth") <= 720


def test_the_hub_with_its_styles_and_scripts_is_small(client):
    shipped_content.load()
    html = client.get("/").content
    files = set(re.findall(rb'(?:href|src)="/static/([^"]+\.(?:css|js))"', html))
    parts = [html, *(Path(finders.find(name.decode())).read_bytes() for name in files)]
    assert len(files) > 5
    assert sum(len(gzip.compress(part)) for part in parts) <= HUB_BUDGET
