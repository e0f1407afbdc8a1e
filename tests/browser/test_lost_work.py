"""Nothing typed is lost: two editors at one entry, a tab that is closed, a session that ends, a network that is away."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from editorial.models import Edition, ReviewComment
from llamahub.accounts.models import Session
from llamahub.desk.models import OpenForm, UnsavedForm
from models_catalog.models import Release
from tests.factories import make_edition, make_release, make_user
from tests.llamahub.admin.entries import address

pytestmark = pytest.mark.django_db(transaction=True)
SAVE = "input[name=_save] >> nth=0"
STATUS = "#desk-status"


@pytest.fixture
def edition():
    return make_edition(title="As it was", body="The first words.", created_by=make_user("Editor", username="eve"))


@pytest.fixture
def open_as(open_context, live_server):
    """A browser of one’s own, signed in."""

    def open_as(name, **options):
        make_user("Editor", "Publisher", username=name)
        page = open_context(viewport={"width": 1280, "height": 900}, **options).new_page()
        sign_in(page, live_server, name)
        return page

    return open_as


def sign_in(page, live_server, name):
    page.goto(live_server.url + reverse("admin:login"))
    page.fill("#id_username", name)
    page.fill("#id_password", "secret")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")


def open_form(page, live_server, entry):
    page.goto(live_server.url + address(type(entry), "change", entry.pk))


def test_the_second_editor_is_told_and_chooses_field_by_field(open_as, live_server, edition):
    ann, ben = open_as("ann"), open_as("ben")
    with ann.expect_response("**/admin/desk/**"):
        open_form(ann, live_server, edition)
    open_form(ben, live_server, edition)
    expect(ben.locator("#desk-others")).to_contain_text(re.compile(r"ann has had this open since \d\d:\d\d\."))

    ann.fill("#id_title", "As Ann has it")
    ann.click(SAVE)
    expect(ann.locator(".messagelist")).to_contain_text("changed successfully")
    ben.fill("#id_title", "As Ben has it")
    ben.click(SAVE)
    expect(ben.locator(".conflicts")).to_contain_text("As Ann has it")
    expect(ben.locator("#id_title")).to_have_value("As Ben has it")
    ben.check("input[name=choose-title][value^=mine]")
    ben.click(SAVE)
    expect(ben.locator(".messagelist")).to_contain_text("changed successfully")
    edition.refresh_from_db()
    assert edition.title == "As Ben has it"


def test_ones_own_second_tab_is_no_stranger_and_no_conflict(open_as, live_server, edition):
    first = open_as("ann")
    open_form(first, live_server, edition)
    second = first.context.new_page()
    open_form(second, live_server, edition)
    expect(second.locator("#desk-others")).to_have_text("You have this open in another tab as well.")
    first.fill("#id_title", "From the first tab")
    first.click(SAVE)
    expect(first.locator(".messagelist")).to_contain_text("changed successfully")
    second.click(SAVE)
    expect(second.locator(".messagelist")).to_contain_text("changed successfully")
    edition.refresh_from_db()
    assert edition.title == "From the first tab"


def test_what_was_typed_is_kept_and_put_back_after_the_tab_is_gone(open_as, live_server, edition):
    ann = open_as("ann")
    open_form(ann, live_server, edition)
    ann.fill("#id_body", "Half a sent")
    expect(ann.locator(STATUS)).to_have_text(re.compile(r"^Kept at \d\d:\d\d$"))
    tab = ann.context.new_page()
    ann.close(run_before_unload=False)
    open_form(tab, live_server, edition)
    expect(tab.locator("#id_body")).to_have_value("The first words.")
    tab.click("text=Put them back into the form")
    expect(tab.locator("#id_body")).to_have_value("Half a sent")
    edition.refresh_from_db()
    assert edition.body == "The first words."
    tab.fill("#id_body", "Half a sentence, and the rest.")
    tab.click(SAVE)
    expect(tab.locator(".messagelist")).to_contain_text("changed successfully")
    open_form(tab, live_server, edition)
    expect(tab.locator("#desk-unsaved li")).to_have_count(0)
    edition.refresh_from_db()
    assert edition.body == "Half a sentence, and the rest."


def test_what_is_not_wanted_is_discarded(open_as, live_server, edition):
    ann = open_as("ann")
    open_form(ann, live_server, edition)
    ann.fill("#id_body", "Half a sent")
    expect(ann.locator(STATUS)).to_contain_text("Kept at")
    open_form(ann, live_server, edition)
    ann.click("text=Discard them")
    expect(ann.locator("#desk-unsaved li")).to_have_count(0)
    assert not UnsavedForm.objects.exists()


def test_the_browser_asks_before_unsaved_changes_are_left_and_only_then(open_as, live_server, edition):
    ann = open_as("ann")
    asked = []
    ann.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    open_form(ann, live_server, edition)
    ann.click("#id_title")
    open_form(ann, live_server, edition)
    assert asked == []
    ann.fill("#id_title", "Changed")
    open_form(ann, live_server, edition)
    assert asked == ["beforeunload"]
    ann.fill("#id_title", "Changed")
    ann.click(SAVE)
    expect(ann.locator(".messagelist")).to_contain_text("changed successfully")
    assert asked == ["beforeunload"]


def test_a_session_that_ends_while_writing_loses_nothing(open_as, live_server, edition):
    ann = open_as("ann")
    open_form(ann, live_server, edition)
    Session.objects.all().delete()
    ann.fill("#id_body", "Typed into the void.")
    expect(ann.locator("#desk-problem")).to_contain_text("Your session has ended. What you typed stays here.")
    expect(ann.locator(STATUS)).to_have_text("Not kept: signed out")
    with ann.context.expect_page() as opened:
        ann.click("text=Sign in in a new tab")
    tab = opened.value
    tab.fill("#id_username", "ann")
    tab.fill("#id_password", "secret")
    tab.click("[type=submit]")
    tab.wait_for_url("**/admin/")
    # It goes on by itself, with the new session’s token.
    expect(ann.locator(STATUS)).to_contain_text("Kept at", timeout=20_000)
    expect(ann.locator("#desk-problem")).to_be_empty()
    ann.click(SAVE)
    expect(ann.locator(".messagelist")).to_contain_text("changed successfully")
    edition.refresh_from_db()
    assert edition.body == "Typed into the void."


def test_without_script_a_session_that_has_ended_loses_nothing_either(open_as, live_server, edition):
    ann = open_as("ann", java_script_enabled=False)
    open_form(ann, live_server, edition)
    Session.objects.all().delete()
    ann.fill("#id_body", "Typed into the void.")
    ann.click(SAVE)
    expect(ann.locator(".messagelist")).to_contain_text("What you typed is kept")
    ann.fill("#id_username", "ann")
    ann.fill("#id_password", "secret")
    ann.click("[type=submit]")
    ann.click("text=Put them back into the form")
    expect(ann.locator("#id_body")).to_have_value("Typed into the void.")
    ann.click(SAVE)
    expect(ann.locator(".messagelist")).to_contain_text("changed successfully")
    edition.refresh_from_db()
    assert edition.body == "Typed into the void."


def test_someone_else_who_signs_in_gets_nothing_of_it(open_as, live_server, edition):
    ann = open_as("ann")
    make_user("Editor", "Publisher", username="ben")
    open_form(ann, live_server, edition)
    Session.objects.all().delete()
    tab = ann.context.new_page()
    sign_in(tab, live_server, "ben")
    ann.fill("#id_body", "Ann’s own words.")
    expect(ann.locator("#desk-problem")).to_contain_text("Someone else has signed in")
    open_form(tab, live_server, edition)
    expect(tab.locator("#desk-unsaved li")).to_have_count(0)
    expect(ann.locator("#id_body")).to_have_value("Ann’s own words.")
    assert not UnsavedForm.objects.filter(user__username="ben").exists()


def test_a_network_that_is_away_is_said_and_what_was_typed_outlives_the_tab(open_as, live_server, edition):
    ann = open_as("ann")
    open_form(ann, live_server, edition)
    ann.context.set_offline(True)
    ann.fill("#id_body", "Typed on a train.")
    expect(ann.locator(STATUS)).to_have_text("Not kept: offline. It stays in this browser.")
    tab = ann.context.new_page()
    ann.close(run_before_unload=False)
    tab.context.set_offline(False)
    open_form(tab, live_server, edition)
    tab.click("text=Put them back into the form")
    expect(tab.locator("#id_body")).to_have_value("Typed on a train.")


def test_whoever_signs_out_leaves_nothing_in_the_browser(open_as, live_server, edition):
    ann = open_as("ann")
    open_form(ann, live_server, edition)
    ann.evaluate("localStorage.setItem('desk:1:/x/:tab', '{}')")
    ann.click("#logout-form button")
    ann.wait_for_url("**/logout/")
    assert ann.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('desk:'))") == []


def test_a_comment_beside_the_form_carries_the_unsaved_text_on(open_as, live_server, edition):
    ann = open_as("ann")
    open_form(ann, live_server, edition)
    ann.fill("#id_body", "Not saved yet.")
    ann.fill("#review-text", "A remark.")
    ann.click(".review button:has-text('Comment')")
    expect(ann.locator(".review__comments")).to_contain_text("A remark.")
    expect(ann.locator("#id_body")).to_have_value("Not saved yet.")
    expect(ann.locator(".messagelist")).to_contain_text("Added your comment.")
    assert ReviewComment.objects.count() == 1
    edition.refresh_from_db()
    assert edition.body == "The first words."


def test_a_comment_that_is_not_sent_outlives_a_save_of_the_form(open_as, live_server, edition):
    ann = open_as("ann")
    open_form(ann, live_server, edition)
    ann.fill("#review-text", "Half a remark")
    ann.fill("#id_title", "Saved meanwhile")
    ann.click("input[name=_continue] >> nth=0")
    expect(ann.locator(".messagelist")).to_contain_text("changed successfully")
    expect(ann.locator("#review-text")).to_have_value("Half a remark")
    edition.refresh_from_db()
    assert edition.title == "Saved meanwhile"


def test_a_double_click_saves_once(open_as, live_server):
    release = make_release()
    ann = open_as("ann")
    open_form(ann, live_server, release)
    ann.fill("#id_summary", "Clicked twice.")
    ann.dblclick(SAVE)
    expect(ann.locator(".messagelist")).to_contain_text(re.compile("changed successfully|it was saved once"))
    assert Release.objects.get().summary == "Clicked twice."


def test_leaving_takes_one_off_the_list(open_as, live_server, edition):
    ann = open_as("ann")
    with ann.expect_response("**/admin/desk/**"):
        open_form(ann, live_server, edition)
    assert OpenForm.objects.count() == 1
    ann.goto(live_server.url + reverse("admin:index"))
    for _ in range(50):  # the last words of a page arrive when they arrive
        if not OpenForm.objects.exists():
            break
        ann.wait_for_timeout(100)
    ben = open_as("ben")
    open_form(ben, live_server, edition)
    expect(ben.locator("#id_title")).to_be_visible()
    expect(ben.locator("#desk-others")).to_be_empty()


def test_the_desk_is_accessible_and_keeps_the_policy(open_as, live_server, edition):
    ann, ben = open_as("ann"), open_as("ben")
    complaints = []
    ben.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    open_form(ann, live_server, edition)
    with ben.expect_response("**/admin/desk/**"):
        open_form(ben, live_server, edition)
    ben.fill("#id_body", "Half a sent")
    expect(ben.locator(STATUS)).to_contain_text("Kept at")
    with ben.expect_response("**/admin/desk/**"):
        open_form(ben, live_server, edition)
    expect(ben.locator("#desk-others")).to_contain_text("ann has had this open")
    assert complaints == []  # before axe brings styles of its own
    found = Axe().run(ben, context="#desk").response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert Edition.objects.get().body == "The first words."
