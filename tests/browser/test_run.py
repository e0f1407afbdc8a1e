"""What it takes to run a model, on a phone and without script."""

import pytest

from tests import shipped_content
from tests.pages import DESKTOP, PHONE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(live_server) -> str:
    shipped_content.load()
    return live_server.url


def test_a_reader_with_a_phone_and_no_script_finds_out_what_a_model_takes(open_context, site):
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(f"{site}/models/llama-4-scout/")
    page.get_by_role("link", name="What it takes to run Llama 4 Scout Instruct").click()
    assert page.get_by_role("heading", name="What Llama 4 Scout Instruct takes").is_visible()
    page.get_by_label("Context, in tokens").fill("1000000")
    page.get_by_label("Cache kept at").first.select_option("8")
    page.get_by_role("button", name="Work it out").click()
    assert "context=1000000" in page.url
    assert page.get_by_text("For a context of 1,000,000 tokens and a cache at 8 bits").is_visible()
    server = page.locator(".data--machines tr", has_text="Server with eight accelerators")
    assert server.get_by_text("Fits", exact=True).first.is_visible()
    # A card: the machine's name above, each format's name beside what it says.
    label = server.locator("td[data-label='16-bit']").evaluate("cell => getComputedStyle(cell, '::before').content")
    assert label == '"16-bit"'
    assert page.locator(".data--machines thead").bounding_box()["height"] <= 1


def test_a_reader_says_what_memory_there_is_and_sees_what_fits(open_context, site):
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(f"{site}/run/#fits")
    page.get_by_label("Memory of one device, in GB").fill("8")
    page.get_by_role("button", name="Show what fits").click()
    assert page.get_by_role("heading", name="What fits in 8 GB").is_visible()
    row = page.locator(".data--fits tr", has_text="Llama 3.2 1B Instruct").first
    assert row.get_by_text("whole window").first.is_visible()
    assert page.locator(".data--fits .nothing").first.is_hidden()


def test_a_mistake_is_told_beside_the_form_which_keeps_what_was_typed(open_context, site):
    page = open_context(viewport=DESKTOP).new_page()
    page.goto(f"{site}/run/?checkpoint=llama-2-7b-chat&context=100000")
    assert page.get_by_role("alert").get_by_text("from 1 to 4,096").is_visible()
    assert page.get_by_label("Context, in tokens").input_value() == "100000"
    page.get_by_role("link", name="Ask with 4,096 instead").click()
    assert page.get_by_role("heading", name="What Llama 2 7B Chat takes").is_visible()


def test_paper_shows_the_grid_and_no_form(open_context, site):
    page = open_context(viewport={"width": 720, "height": 1000}).new_page()
    page.emulate_media(media="print")
    page.goto(f"{site}/run/?checkpoint=llama-4-scout-17b-16e-instruct")
    assert not page.locator(".ask").first.is_visible()
    assert page.locator(".data--machines").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
