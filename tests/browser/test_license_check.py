"""The license checker in a browser: by keyboard, on a phone, without script, on paper."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import shipped_content
from tests.pages import DESKTOP, PAGES, PHONE, RULES

pytestmark = pytest.mark.django_db(transaction=True)

MISTAKE = "/licensing/check/?release=llama-3-1&who=person&place=mars&users=-1&activity=image-input"


@pytest.fixture
def site(live_server) -> str:
    shipped_content.load()
    return live_server.url


def test_the_form_is_filled_in_and_sent_with_the_keyboard_alone(open_context, site):
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(f"{site}/models/llama-2/")
    page.get_by_role("link", name="Check what you may do").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/licensing/check/?for_release=llama-2")
    release = page.get_by_label("Release", exact=True)
    assert release.input_value() == "llama-2"
    release.focus()
    seen = []

    def focused() -> str:
        return page.locator(":focus").evaluate(
            "e => (e.name || '') + (e.type === 'radio' || e.type === 'checkbox' ? '=' + e.value : '')"
        )

    while (here := focused()) != "activity=outputs-for-other-models":
        seen.append(here)
        if here == "who=person":
            page.keyboard.press("ArrowDown")
        elif here == "place":
            page.keyboard.type("United States")
        elif here == "users":
            page.keyboard.type("25,000")
        page.keyboard.press("Tab")
        assert len(seen) < 60, seen
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**who=company**")
    assert [name for name in seen if "=" not in name and name] == ["release", "license", "model", "place", "users"]
    assert page.locator(".check-answer__overall").inner_text() == "Prohibited"
    assert "Versions 2 and 3:" in page.locator("#outputs-for-other-models").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_state_breaks_a_rule_of_accessibility(open_context, site, size, theme):
    page = open_context(viewport=size, color_scheme=theme, bypass_csp=True).new_page()
    for address in (PAGES["license checker"], PAGES["license check"], MISTAKE):
        page.goto(site + address)
        page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
        broken = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in broken] == []


def test_a_mistake_is_announced_and_leads_to_its_field(open_context, site):
    page = open_context(viewport=PHONE).new_page()
    page.goto(site + MISTAKE)
    alert = page.get_by_role("alert")
    assert "Nothing was checked." in alert.inner_text()
    alert.get_by_role("link", name="users").click()
    field = page.get_by_label("Monthly active users")
    assert field.input_value() == "-1"
    assert "whole number in digits" in field.evaluate(
        "e => e.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id).innerText).join(' ')"
    )


@pytest.mark.parametrize("address", ["/licensing/", PAGES["license check"], PAGES["comparison"]])
@pytest.mark.parametrize("width", [320, 390, 700])
def test_a_cell_that_became_a_line_says_which_column_it_was(open_context, site, width, address):
    page = open_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(site + address)
    # The label floats at the start of the cell; the padding keeps its place free.
    places = page.locator("td[data-label]").evaluate_all(
        "cells => cells.map(c => c.getBoundingClientRect().width - parseFloat(getComputedStyle(c).paddingLeft)"
        " > 100 && parseFloat(getComputedStyle(c).paddingLeft) > 80)"
    )
    assert places
    assert all(places)


def test_paper_has_the_answer_and_not_the_form(open_context, site):
    page = open_context(viewport={"width": 720, "height": 1000}).new_page()
    page.emulate_media(media="print")
    page.goto(site + PAGES["license check"])
    assert page.locator(".check-answer__overall").is_visible()
    assert not page.locator(".check-form").is_visible()
    assert page.locator(".runs").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
