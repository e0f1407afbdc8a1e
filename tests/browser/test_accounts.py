"""Signing in, the second factor and sessions, in a real browser, the wrong way included."""

import base64
from time import time

import pytest
from axe_playwright_python.sync_playwright import Axe

from llamahub.accounts import totp
from llamahub.accounts.models import SecondFactor, SecurityPolicy, Session
from tests.factories import make_user
from tests.pages import DESKTOP, PHONE, RULES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada():
    return make_user("Publisher", username="ada")


@pytest.fixture
def visit(open_context, live_server):
    """A page of a browser that was never here."""

    def make(path="/admin/", **options):
        page = open_context(**{"viewport": DESKTOP, **options}).new_page()
        page.goto(live_server.url + path)
        return page

    return make


def sign_in(page, password="secret", name="ada"):
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("[type=submit]")


def secret_on(page) -> bytes:
    return base64.b32decode(page.inner_text("code.secret").replace(" ", ""))


def code(secret, ahead=0):
    return totp.code(secret, int(time()) // totp.STEP + ahead)


def set_up(page) -> bytes:
    secret = secret_on(page)
    page.fill("#id_code", code(secret))
    page.fill("#id_password", "secret")
    page.click("text=Turn it on")
    page.wait_for_selector(".recovery-codes")
    return secret


@pytest.mark.parametrize("scripts", [True, False])
def test_guessing_is_paused_and_the_owner_still_gets_in(ada, visit, live_server, scripts):
    own = visit()
    sign_in(own)
    own.wait_for_selector("text=Your account")
    own.click("#logout-form button")

    stranger = visit(java_script_enabled=scripts)
    for n in range(5):
        sign_in(stranger, f"guess {n}")
        assert "That did not work" in stranger.inner_text(".errornote")
    with stranger.expect_response(lambda response: response.request.method == "POST") as answer:
        sign_in(stranger)
    assert answer.value.status == 429
    assert "refused as well" in stranger.inner_text(".errornote")
    assert stranger.input_value("#id_username") == "ada"

    own.goto(live_server.url + "/admin/")
    sign_in(own)
    assert own.inner_text("#content h1") == "What to work on"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_publisher_is_led_to_a_second_factor_and_signs_in_with_it(ada, visit, live_server, scripts):
    SecurityPolicy.objects.create(second_factor_for="publishers")
    page = visit("/admin/editorial/article/", java_script_enabled=scripts)
    sign_in(page)
    assert page.inner_text("#content h1") == "Set up your second factor"

    # Wrong: a code that is none, a password that is not theirs. The secret stays the same, since the phone has it.
    secret = secret_on(page)
    page.fill("#id_code", "12345")
    page.fill("#id_password", "wrong")
    page.click("text=Turn it on")
    assert "6 digits" in page.inner_text(".field-code .errorlist")
    assert "not your password" in page.inner_text(".field-password .errorlist")
    assert secret_on(page) == secret
    assert not SecondFactor.objects.exists()

    set_up(page)
    recovery = page.locator(".recovery-codes code").all_inner_texts()
    assert len(recovery) == 10
    page.click("text=I have kept them")
    assert page.url == live_server.url + "/admin/editorial/article/"

    again = visit(java_script_enabled=scripts)
    sign_in(again)
    again.wait_for_selector("h1:has-text('Your second factor')")
    again.fill("#id_code", "000000")
    again.keyboard.press("Enter")
    assert "does not fit" in again.inner_text(".errorlist")
    again.fill("#id_code", code(secret, ahead=1))
    again.keyboard.press("Enter")
    again.wait_for_url("**/admin/")

    lost = visit(java_script_enabled=scripts)
    sign_in(lost)
    lost.fill("#id_code", recovery[3])
    lost.keyboard.press("Enter")
    lost.wait_for_url("**/admin/")
    lost.goto(live_server.url + "/admin/account/")
    assert "9 recovery codes left" in lost.inner_text("#content")


def test_one_ends_a_session_elsewhere_and_then_all(ada, visit, live_server):
    phone, own = visit(viewport=PHONE), visit()
    for page in (phone, own):
        sign_in(page)
        page.wait_for_selector("text=Your account")
    own.click("text=Your account")
    assert own.locator(".sessions tbody tr").count() == 2
    own.click(".sessions tbody button")
    assert "Ended 1 session." in own.inner_text(".messagelist")
    assert own.locator(".sessions tbody tr").count() == 1
    phone.goto(live_server.url + "/admin/")
    assert "/admin/login/" in phone.url

    own.click("text=End all, this one too")
    assert "/admin/login/" in own.url
    assert not Session.objects.filter(user=ada).exists()


def test_an_administrator_helps_someone_who_lost_their_phone(ada, visit, live_server):
    make_user(username="boss", is_superuser=True)
    theirs = visit("/admin/account/second-factor/")
    sign_in(theirs)
    set_up(theirs)
    boss = visit(f"/admin/auth/user/{ada.pk}/change/")
    sign_in(boss, name="boss")
    boss.click("text=Sessions and second factor")
    boss.click("text=Reset it")
    assert "password alone" in boss.inner_text(".messagelist")
    theirs.goto(live_server.url + "/admin/")
    assert "/admin/login/" in theirs.url
    sign_in(theirs)
    assert theirs.inner_text("#content h1") == "What to work on"
    boss.click("text=What the audit log says")
    assert "second factor removed" in boss.inner_text("#result_list")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_pages_of_accounts_are_accessible_and_fit(ada, visit, live_server, viewport, scheme):
    type(ada).objects.update(is_superuser=True)
    page = visit(viewport=viewport, color_scheme=scheme)
    wrong = []

    def examine(where):
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        wrong.extend(f"{where}: {rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"])
        if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
            wrong.append(f"{where}: scrolls sideways")

    examine("sign in")
    sign_in(page, "wrong")
    examine("wrong password")
    sign_in(page)
    page.wait_for_selector("text=Your account")
    for path in ("/admin/account/", "/admin/account/second-factor/"):
        page.goto(live_server.url + path)
        examine(path)
    page.click("text=Turn it on")
    examine("errors of setting up")
    set_up(page)
    examine("recovery codes")
    for path in (
        "/admin/account/",
        "/admin/account/second-factor/turn-off/",
        "/admin/account/second-factor/recovery-codes/",
        f"/admin/auth/user/{ada.pk}/security/",
    ):
        page.goto(live_server.url + path)
        examine(path)
    other = visit(viewport=viewport, color_scheme=scheme)
    sign_in(other)
    page = other
    examine("code")
    other.fill("#id_code", "000000")
    other.keyboard.press("Enter")
    other.wait_for_selector(".errorlist")
    examine("wrong code")
    assert wrong == []


def test_everything_is_reached_with_the_keyboard_and_nothing_breaks_the_policy(ada, visit, live_server, complaints):
    page = visit("/admin/account/second-factor/")
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    sign_in(page)
    page.wait_for_selector(".secret")
    secret = secret_on(page)
    page.focus("#id_code")
    page.keyboard.type(code(secret))
    page.keyboard.press("Tab")
    page.keyboard.type("secret")
    page.keyboard.press("Enter")
    page.wait_for_selector(".recovery-codes")
    page.goto(live_server.url + "/admin/account/")
    page.wait_for_selector(".sessions")
    assert complaints == []
