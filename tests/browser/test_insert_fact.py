"""Inserting a fact into a text, with nothing but the keyboard; and without script."""

import pytest

from editorial.models import Edition
from tests.factories import make_edition, make_release, make_user, make_variant
from tests.llamahub.admin.entries import address

from .test_admin import page, pytestmark  # noqa: F401


@pytest.fixture
def edition():
    release = make_release(slug="llama-4-scout", name="Llama 4 Scout", context_tokens=10_000_000)
    make_variant(slug="scout-16e", name="Llama 4 Scout 17B", release=release)
    return make_edition(body="Its window is , says the card.")


def test_a_fact_is_found_and_inserted_at_the_cursor_by_keyboard(page, live_server, edition):  # noqa: F811
    page.goto(live_server.url + address(Edition, "change", edition.pk))
    page.focus("#id_body")
    page.evaluate("document.getElementById('id_body').setSelectionRange(14, 14)")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Insert a fact…"
    page.keyboard.press("Enter")
    page.keyboard.type("scout context")
    page.wait_for_selector("dialog[open] [role=option]:has-text('10M tokens')")
    from playwright.sync_api import expect

    expect(page.locator("dialog [role=option]")).to_have_count(2)
    combobox = page.locator("dialog [role=combobox]")
    assert combobox.get_attribute("aria-activedescendant") == "insert-fact-0"
    page.keyboard.press("ArrowDown")
    assert combobox.get_attribute("aria-activedescendant") == "insert-fact-1"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.input_value("#id_body") == "Its window is {{ llama-4-scout.context_tokens }}, says the card."
    assert page.evaluate("document.activeElement.id") == "id_body"
    assert page.evaluate("document.activeElement.selectionStart") == 14 + len("{{ llama-4-scout.context_tokens }}")
    page.click("input[name=_save] >> nth=0")
    edition.refresh_from_db()
    assert [use.name for use in edition.fact_uses.all()] == ["llama-4-scout.context_tokens"]
    assert page.complaints == []


def test_escape_leaves_the_text_as_it_was(page, live_server, edition):  # noqa: F811
    page.goto(live_server.url + address(Edition, "change", edition.pk))
    page.click("a.insert-fact")
    page.wait_for_selector("dialog[open] [role=option]")
    page.keyboard.type("nothing is called this")
    page.wait_for_selector("dialog [role=status]:has-text('No stated fact matches')")
    page.keyboard.press("Enter")
    assert page.is_visible("dialog[open]")
    page.keyboard.press("Escape")
    assert page.input_value("#id_body") == edition.body
    assert page.evaluate("document.activeElement.id") == "id_body"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_search_fits_the_screen(page, live_server, edition, width):  # noqa: F811
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(live_server.url + address(Edition, "change", edition.pk))
    page.click("a.insert-fact")
    page.wait_for_selector("dialog[open] [role=option]")
    box = page.locator("dialog[open]").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_without_script_the_link_opens_the_facts_to_copy(open_context, live_server, edition):
    make_user("Editor", username="plain")
    plain = open_context(java_script_enabled=False).new_page()
    plain.goto(live_server.url + "/admin/login/")
    plain.fill("#id_username", "plain")
    plain.fill("#id_password", "secret")
    plain.click("[type=submit]")
    plain.goto(live_server.url + address(Edition, "change", edition.pk))
    with plain.expect_popup() as opened:
        plain.click("a.insert-fact")
    facts = opened.value
    facts.fill("#find-facts", "scout context")
    facts.click("input[value=Find]")
    assert facts.inner_text(".facts-found tbody tr >> nth=0 >> code") == "{{ llama-4-scout.context_tokens }}"
