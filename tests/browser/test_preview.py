"""The preview beside the form, and links for guests, in a real browser: as editors and guests use them, and wrongly."""

# ruff: noqa: F811 - a test asks for a fixture by its name

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from editorial import publishing
from editorial.models import Edition, PreviewLink
from llamahub.accounts.models import Session
from tests.factories import make_article, make_edition, make_image, make_release, make_user
from tests.llamahub.admin.entries import address
from tests.pages import DESKTOP, PHONE, RULES

from .test_admin import page, pytestmark  # noqa: F401
from .test_prose_xss import BATCH, Arena, arena  # noqa: F401

SHOWN = "#preview iframe:not(.preview__frame--next)"
# The page may be slow to come where many tests run at once.
expect.set_options(timeout=15_000)
OPENER = ".preview-button >> nth=0"


def sign_in(visitor, live_server, name):
    visitor.goto(live_server.url + reverse("admin:login"))
    visitor.fill("#id_username", name)
    visitor.fill("#id_password", "secret")
    visitor.click("[type=submit]")
    visitor.wait_for_url("**/admin/")


@pytest.fixture
def edition():
    release = make_release(slug="llama-4-scout", name="Llama 4 Scout", context_tokens=10_000_000)
    article = make_article(slug="windows")
    article.releases.add(release)
    paragraphs = "\n\n".join(f"Paragraph {n} of a text that is long enough to be scrolled." for n in range(60))
    return make_edition(article=article, title="On windows", body=f"## Start\n\n{paragraphs}\n\n## End")


@pytest.fixture
def form(page, live_server, edition):
    """The edition’s form, signed in as an editor who may publish, with the preview open."""
    page.goto(live_server.url + address(Edition, "change", edition.pk))
    page.click(OPENER)
    page.wait_for_selector(SHOWN)
    return page


def pane(page):
    return page.frame_locator(SHOWN)


def scroll(page, to=None) -> float:
    script = "([selector, to]) => { const w = document.querySelector(selector).contentWindow; "
    script += "if (to !== null) w.scrollTo({ top: to, behavior: 'instant' }); return w.scrollY; }"
    return page.evaluate(script, [SHOWN, to])


class TestBesideTheForm:
    def test_what_is_typed_appears_without_a_reload_and_the_pane_stays_where_it_was(self, form):
        form.evaluate("window.here = true")
        scroll(form, 700)
        form.focus("#id_body")
        form.keyboard.press("Control+Home")
        form.keyboard.type("Typed words about {{ llama-4-scout.context_tokens }}.\n\n")
        expect(pane(form).locator(".prose")).to_contain_text("Typed words about 10M tokens")
        expect(pane(form).locator(".prose .fact__value").first).to_be_attached()
        assert abs(scroll(form) - 700) < 2
        assert form.evaluate("window.here") is True
        assert form.evaluate("document.activeElement.id") == "id_body"
        assert form.locator("#preview iframe").count() == 1
        form.fill("#id_title", "On every window")
        expect(pane(form).locator("h1")).to_have_text("On every window")
        assert form.complaints == []

    def test_a_picture_chosen_from_the_list_appears(self, form):
        image = make_image(alt="A llama at a window")
        form.click(".field-image .select2-selection")
        form.keyboard.type("llama")
        form.click(".select2-results__option:has-text('A llama at a window')")
        expect(pane(form).locator(".article__image img")).to_have_attribute("alt", image.alt)

    def test_it_has_the_width_of_a_phone_or_of_a_desktop_made_smaller_to_fit(self, form):
        frame = form.locator(SHOWN)
        stage = form.locator(".preview__stage").bounding_box()
        assert form.evaluate("document.querySelector('#preview iframe').clientWidth") == 1280
        assert frame.bounding_box()["width"] == pytest.approx(stage["width"], abs=2)
        form.click("[data-width='390']")
        assert form.evaluate("document.querySelector('#preview iframe').clientWidth") == 390
        assert frame.bounding_box()["width"] == pytest.approx(390, abs=1)
        expect(form.locator("[data-width='390']")).to_have_attribute("aria-pressed", "true")
        assert frame.bounding_box()["y"] + frame.bounding_box()["height"] <= DESKTOP["height"] + 1

    def test_whether_it_is_open_and_how_wide_is_remembered(self, form):
        form.click("[data-width='390']")
        form.reload()
        form.wait_for_selector(SHOWN)
        expect(form.locator(OPENER)).to_have_attribute("aria-expanded", "true")
        assert form.evaluate("document.querySelector('#preview iframe').clientWidth") == 390
        form.click("[data-close]")
        expect(form.locator("#preview")).to_be_hidden()
        form.reload()
        expect(form.locator(OPENER)).to_have_attribute("aria-expanded", "false")
        expect(form.locator("#preview")).to_be_hidden()

    def test_a_mistake_is_named_and_the_last_good_page_stays(self, form):
        form.fill("#id_title", "A good title")
        expect(pane(form).locator("h1")).to_have_text("A good title")
        form.fill("#id_body", "Its window is {{ llama-5-scout.context_tokens }}.")
        expect(form.locator("#preview [role=status]")).to_contain_text(
            "Did you mean “{{ llama-4-scout.context_tokens }}”"
        )
        expect(pane(form).locator("h1")).to_have_text("A good title")
        expect(pane(form).locator(".prose")).to_contain_text("Paragraph 1")
        form.fill("#id_body", "Its window is {{ llama-4-scout.context_tokens }}.")
        expect(pane(form).locator(".prose")).to_contain_text("Its window is 10M tokens")
        expect(form.locator("#preview [role=status]")).to_be_empty()
        assert form.complaints == []

    def test_a_text_that_is_too_long_is_refused_in_words(self, form):
        form.evaluate("document.getElementById('id_body').value = 'x '.repeat(500001)")
        expect(form.locator("#preview [role=status]")).to_contain_text("at most 1,000,000 can be published")

    def test_a_link_on_the_page_opens_in_a_tab_of_its_own(self, form):
        form.fill("#id_body", "[All models](/models/)\n\n## Below")
        expect(pane(form).locator(".prose a")).to_have_text("All models")
        with form.context.expect_page() as opened:
            pane(form).locator(".prose a").click()
        assert opened.value.url.endswith("/models/")
        expect(pane(form).locator("h1")).to_have_text("On windows")

    def test_a_session_that_ends_while_writing_loses_nothing(self, form, live_server, edition):
        Session.objects.all().delete()
        form.fill("#id_title", "Typed after the end")
        expect(form.locator("#preview [role=status]")).to_contain_text("You are signed out")
        assert form.input_value("#id_title") == "Typed after the end"
        expect(pane(form).locator("h1")).to_have_text("On windows")
        with form.context.expect_page() as opened:
            form.click("#preview [role=status] a")
        again = opened.value
        again.fill("#id_username", "ed")
        again.fill("#id_password", "secret")
        again.click("[type=submit]")
        again.wait_for_url("**/admin/")
        again.close()
        form.bring_to_front()
        form.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(pane(form).locator("h1")).to_have_text("Typed after the end")
        # The form itself knows of the new session: what was typed can be saved.
        form.click("input[name=_continue] >> nth=0")
        expect(form.locator(".messagelist")).to_contain_text("was changed successfully")
        edition.refresh_from_db()
        assert edition.title == "Typed after the end"

    def test_a_connection_that_fails_is_named_and_tried_again(self, form):
        form.context.set_offline(True)
        form.fill("#id_title", "Typed offline")
        expect(form.locator("#preview [role=status]")).to_contain_text("could not be fetched")
        form.context.set_offline(False)
        form.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(pane(form).locator("h1")).to_have_text("Typed offline")
        expect(form.locator("#preview [role=status]")).to_be_empty()

    def test_a_draft_that_was_approved_meanwhile_says_so(self, form, edition):
        publishing.approve(edition=edition, at=None, by=make_user("Publisher"))
        form.fill("#id_title", "Too late")
        expect(form.locator("#preview [role=status]")).to_contain_text("can no longer be changed")
        assert form.input_value("#id_title") == "Too late"

    def test_on_a_phone_it_is_a_view_of_its_own(self, page, live_server, edition):
        page.set_viewport_size(PHONE)
        page.goto(live_server.url + address(Edition, "change", edition.pk))
        page.fill("#id_title", "Typed on a phone")
        page.click(OPENER)
        expect(pane(page).locator("h1")).to_have_text("Typed on a phone")
        assert page.locator("#preview").bounding_box()["width"] == PHONE["width"]
        assert page.evaluate("document.activeElement.closest('#preview') !== null")
        page.keyboard.press("Escape")
        expect(page.locator("#preview")).to_be_hidden()
        expect(page.locator(OPENER)).to_be_focused()
        # A page that begins with its preview in front of it would be no form.
        page.reload()
        expect(page.locator("#preview")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0

    def test_beside_it_the_form_keeps_its_room(self, form):
        assert form.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        edge = form.locator("#preview").bounding_box()["x"]
        for field in ("#id_title", "#id_standfirst", "#id_body", "#user-tools"):
            box = form.locator(field).bounding_box()
            assert box["x"] + box["width"] <= edge, field

    def test_a_scheduled_edition_shows_what_was_approved(self, page, live_server, edition):
        publishing.approve(edition=edition, at=timezone.now() + timedelta(days=1), by=make_user("Publisher"))
        page.goto(live_server.url + address(Edition, "change", edition.pk))
        page.click("[data-preview] >> nth=0")
        expect(pane(page).locator("h1")).to_have_text("On windows")


def test_without_script_the_button_opens_what_is_typed_in_a_tab(open_context, live_server, edition):
    make_user("Editor", username="plain")
    plain = open_context(java_script_enabled=False).new_page()
    sign_in(plain, live_server, "plain")
    plain.goto(live_server.url + address(Edition, "change", edition.pk))
    expect(plain.locator("#preview")).to_be_hidden()
    plain.fill("#id_title", "Typed without script")
    with plain.expect_popup() as opened:
        plain.click(OPENER)
    expect(opened.value.locator("h1")).to_have_text("Typed without script")
    expect(opened.value.locator(".preview-banner")).to_contain_text("nothing is saved")
    assert plain.input_value("#id_title") == "Typed without script"
    plain.fill("#id_title", "")
    with plain.expect_popup() as opened:
        plain.click(OPENER)
    expect(opened.value.locator("h1")).to_have_text("This cannot be shown yet")
    expect(opened.value.locator("main li")).to_contain_text("Title")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_everybody_can_use_it(open_context, live_server, edition, settings, size, scheme):
    settings.SITE_URL = live_server.url
    make_user("Editor", username="ann")
    visitor = open_context(viewport=size, color_scheme=scheme, bypass_csp=True).new_page()
    sign_in(visitor, live_server, "ann")
    visitor.goto(live_server.url + address(Edition, "change", edition.pk))
    options = {"runOnly": {"type": "tag", "values": RULES}, "iframes": False}
    found = {}

    def look(name, context):
        violations = Axe().run(visitor, context, options).response["violations"]
        found[name] = [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in violations]
        assert visitor.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

    visitor.click("text=Make a link")
    expect(visitor.locator(".sharing__address")).to_be_visible()
    look("sharing", "#sharing")
    link = visitor.input_value(".sharing__address")
    visitor.click(OPENER)
    visitor.wait_for_selector(SHOWN)
    visitor.fill("#id_title", "") if size is DESKTOP else None
    look("preview", "#preview")
    visitor.goto(link)
    look("draft", "html")
    PreviewLink.objects.all().delete()
    visitor.goto(link)
    look("over", "html")
    assert found == {"sharing": [], "preview": [], "draft": [], "over": []}
