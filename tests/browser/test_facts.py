"""Where a fact comes from, in a browser: beside the fact, without script, and on paper."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import localdate

from models_catalog.templatetags.facts import letters
from tests.factories import make_citation, make_correction, make_release, make_source
from tests.pages import DESKTOP, PHONE, RULES

pytestmark = pytest.mark.django_db(transaction=True)

RELEASE = "/models/llama-9/"
CONTEXT = "#fact-context-tokens"


@pytest.fixture
def site(live_server) -> str:
    """A release with two sources: its model card was changed today, so that what rests on it is due."""
    release = make_release(slug="llama-9", name="Llama 9", context_tokens=131_072, languages=["English"])
    card = make_source(slug="card", title="Llama 9 model card", changed_on=localdate())
    registry = make_source(slug="registry", title="The registry")
    checked = localdate() - timedelta(days=1)
    make_citation(release=release, field="context_tokens", source=card, locator="Context length", checked_on=checked)
    make_citation(release=release, field="context_tokens", source=registry, locator="max_seq_length")
    make_citation(release=release, field="released_on", source=registry, locator="README", status="disputed")
    make_citation(release=release, field="languages", source=card, locator="Languages", checked_on=checked)
    make_correction(slug="nine", release=release, field="context_tokens", wrong_value="8K")
    return live_server.url


@pytest.fixture
def release(page, site):
    page.goto(site + RELEASE)
    return page


def card(page):
    return page.locator(".fact-card:popover-open")


def mark(page):
    return page.locator(f"{CONTEXT} .fact__mark").first


def focused(page) -> str:
    return page.evaluate("document.activeElement.className")


def test_the_card_says_all_that_vouches_for_a_fact(release, complaints):
    mark(release).click()
    text = card(release).inner_text()
    for piece in (
        "Context window of Llama 9",
        "Llama 9 model card, Meta",
        "Context length",
        "Verified",
        "last checked on",
        "The document has changed since; due for a new check.",
        "Open the document",
        "Earlier shown as 8K",
        "What was corrected, and why",
    ):
        assert piece in text
    assert text.count("Open the document") == release.locator(f"{CONTEXT} .fact__mark").count()
    assert complaints == []


@pytest.mark.parametrize("key", ["Enter", " "])
def test_the_card_opens_from_the_keyboard_and_gives_the_focus_back(release, key):
    mark(release).focus()
    release.keyboard.press(key)
    assert focused(release) == "fact-card"
    assert mark(release).get_attribute("aria-expanded") == "true"
    release.keyboard.press("Tab")
    assert release.evaluate("document.activeElement.textContent") == "Llama 9 model card"
    release.keyboard.press("Escape")
    assert card(release).count() == 0
    assert focused(release).startswith("fact__mark")
    assert mark(release).get_attribute("aria-expanded") == "false"


def test_the_keyboard_goes_on_after_the_fact_and_the_card_closes(release):
    mark(release).focus()
    release.keyboard.press("Enter")
    for _ in range(card(release).locator("a").count() + 1):
        release.keyboard.press("Tab")
    assert card(release).count() == 0
    # The second mark of the same fact is the next stop of the page.
    assert release.evaluate("document.activeElement.closest('dd')?.id") == CONTEXT[1:]


def test_a_screen_reader_hears_a_button_and_a_dialog_with_a_name(release):
    button = release.get_by_role("button", name="2a, due for a new check: source for context window of Llama 9")
    assert button.inner_text() in button.get_attribute("aria-label")
    button.click()
    assert release.get_by_role("dialog", name="Context window of Llama 9").is_visible()


def test_a_press_elsewhere_or_on_the_mark_closes_the_card(release):
    mark(release).click()
    release.mouse.click(5, 500)
    assert card(release).count() == 0
    mark(release).click()
    assert card(release).count() == 1
    mark(release).click()
    assert card(release).count() == 0


def test_one_card_is_open_at_a_time(release):
    mark(release).click()
    release.locator("#fact-released-on .fact__mark").first.click()
    assert card(release).count() == 1
    assert "Release date of Llama 9" in card(release).inner_text()
    assert release.locator("[aria-expanded=true]").count() == 1


def test_a_card_repeats_no_id(release):
    mark(release).click()
    ids = release.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_open_card_breaks_no_rule_of_accessibility_and_fits_the_screen(open_context, site, size, theme):
    page = open_context(viewport=size, color_scheme=theme, bypass_csp=True).new_page()
    page.goto(site + RELEASE)
    mark(page).click()
    broken = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert {rule["id"]: [node["html"] for node in rule["nodes"]] for rule in broken} == {}
    box = card(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]


def test_what_is_due_is_told_by_shape_not_by_color_alone(release):
    drawn = "e => getComputedStyle(e, '::after').borderRadius"
    assert mark(release).evaluate(drawn) == "50%"
    assert release.locator(".fact__mark:not(.fact__mark--due)").first.evaluate(drawn) != "50%"


def test_a_wrong_value_is_struck_through_beside_the_fact(release):
    was = release.locator(f"{CONTEXT} .fact__was")
    assert was.inner_text() == "Corrected, was 8K"
    assert was.locator("s").evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"


def test_without_script_a_mark_is_a_link_to_the_source(open_context, site):
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(site + RELEASE)
    link = mark(page)
    assert link.get_attribute("role") is None
    note = page.locator(link.get_attribute("href"))
    link.click()
    assert page.url.endswith(link.get_attribute("href"))
    assert "Context length. Verified, last checked on" in note.inner_text()
    document = page.locator(".fact-source", has=note)
    document.get_by_role("link", name="Llama 9 model card").click()
    assert page.url.endswith("/sources/card/")


def test_paper_has_a_numbered_footnote_for_every_mark(open_context, site):
    page = open_context(viewport={"width": 720, "height": 1000}).new_page()
    page.emulate_media(media="print")
    page.goto(site + RELEASE)
    footnotes = page.evaluate(
        """() => [...document.querySelectorAll(".fact__mark")].map((mark) => {
          const note = document.querySelector(mark.hash);
          const source = note.closest(".fact-source");
          const place = (e) => [...e.parentNode.children].indexOf(e);
          return { mark: mark.textContent, number: place(source) + 1, letter: place(note),
                   isShown: note.checkVisibility(), text: source.innerText.replace(/\\s+/g, " ") };
        })"""
    )
    assert len(footnotes) == 4
    for note in footnotes:
        assert note["mark"].rstrip("?") == f"{note['number']}{letters(note['letter'] + 1)}"
        assert note["isShown"]
        assert re.search(r"(Verified|Disputed|Unverified), last checked on \w+ \d+, \d{4}", note["text"])
    address = page.locator(".fact-source__open").first
    shown = address.evaluate("e => getComputedStyle(e, '::after').content")
    assert address.get_attribute("href") in shown
    mark(page).click()
    assert not page.locator(".fact-card").is_visible()
