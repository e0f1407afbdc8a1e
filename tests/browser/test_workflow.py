"""From the first draft to retirement, as an editor and a publisher take the steps; and the ways that are barred."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from editorial.models import Article, Edition
from llamahub.accounts import preferences
from tests.factories import make_author, make_edition, make_hub, make_live_article, make_topic, make_user
from tests.llamahub.admin.entries import address
from tests.pages import DESKTOP, PHONE, RULES

pytestmark = pytest.mark.django_db(transaction=True)

# Clocks in Berlin go forward on this day, from 02:00 to 03:00; and back on the other, from 03:00 to 02:00.
SKIPS, REPEATS = "2127-03-30", "2127-10-26"


@pytest.fixture
def people(open_context, live_server, complaints):
    """The pages of two people: an editor who works in Berlin, and a publisher."""
    make_hub(time_zone="America/New_York")
    ann = make_user("Editor", username="ann")
    make_user("Publisher", username="pat")
    preferences.choose_time_zone(user=ann, name="Europe/Berlin")

    def sign_in(name):
        page = open_context(viewport=DESKTOP).new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}/admin/login/")
        page.fill("#id_username", name)
        page.fill("#id_password", "secret")
        page.click("[type=submit]")
        page.wait_for_url("**/admin/")
        return page

    return sign_in("ann"), sign_in("pat")


def said(page):
    return page.locator(".messagelist")


def press(page, name):
    page.click(f"input[name={name}] >> nth=0")


def test_a_text_goes_from_draft_to_readers_and_is_retired(people, live_server, complaints):
    ann, pat = people
    make_topic(name="Running it")
    make_author(name="LlamaHub editors")
    make_live_article(slug="another-guide")

    # The editor writes and hands it to the publisher.
    ann.goto(live_server.url + address(Article, "add"))
    ann.fill("#id_slug", "a-guide")
    for field, text in (("topic", "Running"), ("authors", "LlamaHub")):
        ann.click(f".fieldBox.field-{field} .select2-selection")
        ann.keyboard.type(text)
        ann.click(f".select2-results__option:has-text('{text}')")
    ann.fill("#id_editions-0-title", "Choosing a checkpoint")
    ann.fill("#id_editions-0-standfirst", "What fits your machine.")
    ann.fill("#id_editions-0-body", "## Sizes\n\nBegin with the memory.")
    press(ann, "_save")
    expect(said(ann)).to_contain_text("was added successfully")
    draft = Edition.objects.get(title="Choosing a checkpoint")
    form = live_server.url + address(Edition, "change", draft.pk)
    ann.goto(form)
    expect(ann.locator("input[name=_approve]")).to_have_count(0)
    ann.select_option("#id_send_to", label="pat")
    press(ann, "_submit")
    expect(said(ann)).to_contain_text("to review, to pat")

    # The publisher finds it on the start page, comments and sends it back.
    pat.goto(f"{live_server.url}/admin/")
    pat.click(".needs-doing__panel:has-text('Waiting for your review') a:has-text('Choosing a checkpoint')")
    pat.fill("#review-text", "Name the smallest one.")
    pat.click("button:has-text('Send back to the author')")
    expect(said(pat)).to_contain_text("Sent the draft back")

    # The editor sees why, mends it, settles the comment and sends it again.
    ann.goto(form)
    expect(ann.locator(".review__comment")).to_contain_text("Name the smallest one.")
    ann.click("button:has-text('Settle')")
    expect(said(ann)).to_contain_text("Settled the comment")
    ann.fill("#id_body", "## Sizes\n\nBegin with the smallest one.")
    press(ann, "_submit")
    expect(said(ann)).to_contain_text("to whoever has time")

    # Approved for later, it is not public; taken back, it is a draft again; approved without a time, readers have it.
    pat.goto(form)
    pat.fill("#id_publish_at_0", "2127-01-05")
    pat.fill("#id_publish_at_1", "09:30")
    press(pat, "_approve")
    expect(said(pat)).to_contain_text("Readers will see it on Jan. 5, 2127, 09:30 New York time")
    readers = live_server.url + "/articles/a-guide/"
    assert pat.request.get(readers).status == 404
    pat.goto(form)
    pat.click("button:has-text('Take back to draft')")
    expect(said(pat)).to_contain_text("it is a draft again")
    pat.fill("#id_publish_at_0", "")
    pat.fill("#id_publish_at_1", "")
    press(pat, "_approve")
    expect(said(pat)).to_contain_text("Readers see it now")
    assert pat.request.get(readers).status == 200

    # Retired, it sends its readers on.
    pat.goto(live_server.url + address(Article, "change", draft.article_id))
    pat.click("a:has-text('Withdraw')")
    pat.fill("#id_moved_to", "/articles/another-guide/")
    pat.click("input[value='Withdraw the article']")
    expect(said(pat)).to_contain_text("readers are sent to another page")
    pat.goto(readers)
    assert pat.url.endswith("/articles/another-guide/")
    assert complaints == []


def test_nobody_approves_their_own_draft(people, live_server):
    from django.contrib.auth.models import User

    _, pat = people
    draft = make_edition(created_by=User.objects.get(username="pat"))
    pat.goto(live_server.url + address(Edition, "change", draft.pk))
    expect(pat.locator("input[name=_submit] >> nth=0")).to_be_visible()
    expect(pat.locator("input[name=_approve]")).to_have_count(0)


def test_a_time_that_the_clocks_skip_or_show_twice_is_told_while_typing_and_refused(people, live_server, complaints):
    ann, _ = people
    draft = make_edition()
    ann.goto(live_server.url + address(Edition, "change", draft.pk))
    lines, which = ann.locator(".moment__lines"), ann.locator(".moment__which")

    ann.fill("#id_publish_at_0", "2126-12-01")
    ann.fill("#id_publish_at_1", "09:30")
    expect(lines).to_contain_text("Site: Sun, Dec. 1, 2126, 03:30 in America/New_York (UTC−05:00)")
    expect(lines).to_contain_text("You: Sun, Dec. 1, 2126, 09:30 in Europe/Berlin (UTC+01:00)")
    typed = lines.inner_text()
    press(ann, "_continue")
    # The server writes the same words as the script.
    expect(lines).to_have_text(typed, use_inner_text=True)
    ann.select_option("select[name=publish_at_zone]", "America/New_York")
    expect(lines).to_contain_text("You: Sun, Dec. 1, 2126, 15:30 in Europe/Berlin (UTC+01:00)")

    ann.select_option("select[name=publish_at_zone]", "Europe/Berlin")
    ann.fill("#id_publish_at_0", SKIPS)
    ann.fill("#id_publish_at_1", "02:30")
    expect(lines).to_contain_text("There is no such time in Europe/Berlin")
    press(ann, "_continue")
    refused = ann.locator(".field-publish_at .errorlist")
    expect(refused).to_contain_text("01:59 (UTC+01:00) and 03:00 (UTC+02:00)")
    assert ann.input_value("#id_publish_at_1") == "02:30"

    ann.fill("#id_publish_at_0", REPEATS)
    expect(which).to_be_visible()
    press(ann, "_continue")
    expect(refused).to_contain_text("the first (UTC+02:00) or the second (UTC+01:00)")
    expect(which).to_be_visible()
    ann.select_option("select[name=publish_at_which]", "second")
    expect(lines).to_contain_text("You: Sun, Oct. 26, 2127, 02:30 in Europe/Berlin (UTC+01:00)")
    press(ann, "_continue")
    expect(said(ann)).to_contain_text("was changed successfully")
    draft.refresh_from_db()
    assert draft.publish_at.isoformat() == "2127-10-26T01:30:00+00:00"
    assert complaints == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_the_steps_are_accessible(people, live_server, size, scheme):
    ann, pat = people
    draft = make_edition()
    article = make_live_article()
    for page, where, part in (
        (ann, address(Edition, "change", draft.pk), ".moment"),
        (pat, f"/admin/editorial/article/{article.pk}/withdraw/", "#content"),
        (ann, "/admin/account/", "[aria-labelledby=zone-title]"),
    ):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.goto(live_server.url + where)
        found = Axe().run(page, context=part, options={"runOnly": RULES})
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
