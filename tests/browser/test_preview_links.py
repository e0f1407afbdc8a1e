"""Links to drafts in a real browser: an editor makes and revokes them, a guest opens them, rightly and wrongly."""

# ruff: noqa: F811 - a test asks for a fixture by its name

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from editorial import publishing
from editorial.models import Edition, PreviewLink
from llamahub.accounts.models import Session
from tests.factories import make_user
from tests.llamahub.admin.entries import address
from tests.pages import DESKTOP

from .test_admin import page, pytestmark  # noqa: F401
from .test_preview import edition, sign_in  # noqa: F401


@pytest.fixture
def guest(open_context):
    return open_context(viewport=DESKTOP).new_page()


@pytest.fixture
def shared(page, live_server, edition, settings):
    """The form, with a link that was just made; and the link."""
    settings.SITE_URL = live_server.url
    page.goto(live_server.url + address(Edition, "change", edition.pk))
    page.fill("#id_title", "Typed and not saved")
    page.click("text=Make a link")
    expect(page.locator("#sharing [role=status]")).to_contain_text("Made a link to the draft that works until")
    return page, page.input_value(".sharing__address")


def test_a_link_is_made_without_losing_what_is_typed_and_copied(shared):
    form, link = shared
    assert form.input_value("#id_title") == "Typed and not saved"
    form.context.grant_permissions(["clipboard-read", "clipboard-write"])
    form.click("[data-copy]")
    expect(form.locator("#sharing [role=status]")).to_have_text("Copied the link.")
    assert form.evaluate("navigator.clipboard.readText()") == link
    assert form.complaints == []


def test_a_guest_reads_the_saved_draft_and_leaves_no_trace(shared, guest):
    _, link = shared
    sent = []
    guest.on("request", lambda request: sent.append((request.url, request.headers.get("referer", ""))))
    answer = guest.goto(link)
    assert answer.status == 200
    expect(guest.locator("h1")).to_have_text("On windows")
    expect(guest.locator(".preview-banner")).to_contain_text("not published")
    assert "ed" not in guest.inner_text(".preview-banner").split()
    guest.click(".site-nav a >> nth=0")
    guest.wait_for_url("**/models/")
    assert guest.context.cookies() == []
    assert len(sent) > 5
    assert [url for url, referrer in sent if "/preview/" in referrer] == []


def test_a_guest_with_a_wrong_link_learns_nothing(shared, guest, live_server):
    form, link = shared
    unknown = guest.goto(live_server.url + "/no/such/page/")
    nothing = guest.inner_text("main h1")
    for wrong in (link[:-5] + "AAAA/", "-".join(link.rsplit(":", 1)), live_server.url + "/preview/1/"):
        assert guest.goto(wrong).status == unknown.status == 404
        assert guest.inner_text("main h1") == nothing
    PreviewLink.objects.update(
        made_at=timezone.now() - timedelta(days=8), expires_at=timezone.now() - timedelta(minutes=1)
    )
    assert guest.goto(link).status == 404
    expect(guest.locator("h1")).to_have_text("This link no longer works")


def test_revoking_ends_every_link(shared, guest):
    form, link = shared
    form.click("text=Revoke the link")
    expect(form.locator("#sharing [role=status]")).to_contain_text("Revoked 1 link")
    expect(form.locator(".sharing__address")).to_have_count(0)
    assert form.input_value("#id_title") == "Typed and not saved"
    assert guest.goto(link).status == 404


def test_once_it_is_published_the_link_leads_to_the_article(shared, guest, edition):
    publishing.approve(edition=edition, at=None, by=make_user("Publisher"))
    guest.goto(shared[1])
    assert guest.url.endswith("/articles/windows/")


def test_signed_out_the_form_says_that_no_link_was_made(shared):
    form, _ = shared
    Session.objects.all().delete()
    form.click("text=Make a link")
    expect(form.locator("#sharing [role=status]")).to_contain_text("You may be signed out")
    assert PreviewLink.objects.count() == 1
    assert form.input_value("#id_title") == "Typed and not saved"


def test_without_script_the_link_is_there_to_be_copied(open_context, live_server, edition):
    make_user("Editor", username="plain")
    plain = open_context(java_script_enabled=False).new_page()
    sign_in(plain, live_server, "plain")
    plain.goto(live_server.url + address(Edition, "change", edition.pk))
    plain.click("text=Make a link")
    assert "/preview/" in plain.input_value(".sharing__address")
    expect(plain.locator("[data-copy]")).to_be_hidden()
