"""A code from one's phone besides the password."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from llamahub.accounts import second_factor
from llamahub.accounts.models import AuditEntry, RecoveryCode, SecondFactor, SecurityPolicy
from tests.factories import make_user

from .conftest import PASSWORD, Phone, browser, give_code, later, may_enter, require_second_factor, session_id, sign_in

pytestmark = pytest.mark.django_db

SET_UP, ACCOUNT = "/admin/account/second-factor/", "/admin/account/"


@pytest.fixture
def ada():
    return make_user("Publisher", username="ada")


def scan(page) -> tuple[Phone, dict[str, str]]:
    """What the page offers: a phone that has it, and the form’s hidden fields."""
    return Phone(second_factor.accept(page.wsgi_request.user, page.context["offer"])), {"offer": page.context["offer"]}


def set_up(client) -> tuple[Phone, list[str]]:
    phone, form = scan(client.get(SET_UP))
    page = client.post(SET_UP, {**form, "code": phone.code(), "password": PASSWORD})
    return phone, page.context["codes"]


# --- Signing in -------------------------------------------------------------------------------------------------------


def test_the_password_alone_opens_nothing(client, ada, give_phone):
    give_phone(ada)
    response = sign_in(client, "ada")
    assert response["Location"] == reverse("admin:login_code")
    assert not may_enter(client)
    assert AuditEntry.objects.filter(kind="signed_in").count() == 0


def test_password_and_code_open_the_admin_under_a_new_session(client, ada, give_phone):
    phone = give_phone(ada)
    sign_in(client, "ada")
    before = session_id(client)
    response = give_code(client, phone.code())
    assert response["Location"] == reverse("admin:index")
    assert session_id(client) != before
    assert may_enter(client)


def test_one_arrives_where_one_wanted_to_go(client, ada, give_phone):
    phone = give_phone(ada)
    client.post("/admin/login/?next=/admin/editorial/article/", {"username": "ada", "password": PASSWORD})
    assert give_code(client, phone.code())["Location"] == "/admin/editorial/article/"


def test_a_code_works_once(ada, give_phone):
    phone = give_phone(ada)
    code = phone.code()
    first, second = browser(), browser()
    for client in (first, second):
        sign_in(client, "ada")
    assert give_code(first, code).status_code == 302
    assert give_code(second, code).status_code == 200
    assert not may_enter(second)
    assert give_code(second, phone.code(ahead=1)).status_code == 302


def test_spaces_in_a_code_do_not_matter(client, ada, give_phone):
    phone = give_phone(ada)
    sign_in(client, "ada")
    code = phone.code()
    assert give_code(client, f" {code[:3]} {code[3:]}").status_code == 302


@pytest.mark.parametrize("given", ["", "12345", "abcdef", "٠٠٠٠٠٠", "x" * 31, "\u202e123456", "🦙" * 6])
def test_what_is_no_code_is_refused_without_a_fault(client, ada, give_phone, given):
    give_phone(ada)
    sign_in(client, "ada")
    assert give_code(client, given).status_code == 200
    assert not may_enter(client)


def test_the_sixth_code_is_refused_even_if_it_is_right(ada, give_phone):
    phone = give_phone(ada)
    for n in range(5):
        client = browser(f"198.51.100.{n}")
        sign_in(client, "ada")
        assert give_code(client, phone.wrong_code()).status_code == 200
    client = browser()
    sign_in(client, "ada")
    assert give_code(client, phone.code()).status_code == 429
    assert not may_enter(client)
    later(minutes=16)
    assert give_code(client, phone.code()).status_code == 302


def test_there_is_no_second_step_without_the_first(client, ada, give_phone):
    phone = give_phone(ada)
    for response in (client.get(reverse("admin:login_code")), give_code(client, phone.code())):
        assert response["Location"] == reverse("admin:login")
    assert not may_enter(client)


@pytest.mark.parametrize("change", ["password", "deactivated", "late"])
def test_the_first_step_is_void_when_the_account_has_changed_since(client, ada, give_phone, change, monkeypatch):
    phone = give_phone(ada)
    sign_in(client, "ada")
    if change == "password":
        ada.set_password("another one")
    elif change == "deactivated":
        ada.is_active = False
    else:
        monkeypatch.setattr("llamahub.accounts.views.sign_in.PENDING_AGE", -1)
    ada.save()
    assert give_code(client, phone.code())["Location"] == reverse("admin:login")
    assert not may_enter(client)


def test_another_accounts_code_does_not_fit(client, ada, give_phone):
    give_phone(ada)
    other = give_phone(make_user(username="grace"))
    sign_in(client, "ada")
    assert give_code(client, other.code()).status_code == 200


# --- Setting up -------------------------------------------------------------------------------------------------------


def test_setting_up_ends_with_codes_for_the_day_the_phone_is_lost(client, ada):
    client.force_login(ada)
    phone, codes = set_up(client)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", code) for code in codes)
    client.logout()
    sign_in(client, "ada")
    assert give_code(client, phone.code(ahead=1)).status_code == 302


def test_the_page_shows_the_secret_for_the_camera_for_the_keyboard_and_as_a_link(client, ada):
    client.force_login(ada)
    page = client.get(SET_UP)
    html = page.content.decode()
    assert '<svg class="qr"' in html
    assert re.search(r'<code class="secret">([A-Z2-7]{4} ){7}[A-Z2-7]{4}</code>', html)
    assert 'href="otpauth://totp/LlamaHub:ada?secret=' in html
    assert "no-store" in page["Cache-Control"]


def test_opening_the_page_stores_nothing_and_gives_a_new_secret_each_time(client, ada):
    client.force_login(ada)
    assert client.get(SET_UP).context["secret"] != client.get(SET_UP).context["secret"]
    assert not SecondFactor.objects.exists()


@pytest.mark.parametrize("wrong", ["code", "password", "offer"])
def test_nothing_is_stored_until_all_is_right(client, ada, wrong):
    client.force_login(ada)
    phone, form = scan(client.get(SET_UP))
    form |= {"code": phone.code(), "password": PASSWORD}
    form[wrong] = phone.wrong_code() if wrong == "code" else "wrong"
    page = client.post(SET_UP, form)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not SecondFactor.objects.exists()
    if wrong != "offer":
        assert page.context["offer"] == form["offer"], "the same secret again, since the phone has it already"


def test_a_secret_that_was_offered_to_another_account_is_refused(client, ada):
    secret, signed = second_factor.offer(make_user())
    client.force_login(ada)
    client.post(SET_UP, {"offer": signed, "code": Phone(secret).code(), "password": PASSWORD})
    assert not SecondFactor.objects.exists()


def test_setting_up_ends_sessions_that_began_without(client, ada):
    elsewhere = browser()
    sign_in(elsewhere, "ada")
    client.force_login(ada)
    set_up(client)
    assert may_enter(client)
    assert not may_enter(elsewhere)


def test_the_secret_is_nowhere_in_the_database(client, ada):
    client.force_login(ada)
    phone, codes = set_up(client)
    stored = repr([*SecondFactor.objects.values(), *RecoveryCode.objects.values(), *AuditEntry.objects.values()])
    assert repr(phone.secret)[2:-1] not in stored
    assert phone.secret.hex() not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


# --- Recovery codes ---------------------------------------------------------------------------------------------------


def test_a_recovery_code_lets_in_once(client, ada):
    client.force_login(ada)
    _, codes = set_up(client)
    for expected in (302, 200):
        visitor = browser()
        sign_in(visitor, "ada")
        assert give_code(visitor, codes[0].upper()).status_code == expected
    entry = AuditEntry.objects.get(kind="recovery_code_used")
    assert entry.detail == {"codes_left": 9}


def test_new_recovery_codes_need_password_and_code_and_make_the_old_ones_void(client, ada):
    client.force_login(ada)
    phone, old = set_up(client)
    address = reverse("admin:recovery_codes")
    assert client.post(address, {"password": "wrong", "code": phone.code(ahead=1)}).context["form"].errors
    page = client.post(address, {"password": PASSWORD, "code": phone.code(ahead=1)})
    assert not set(page.context["codes"]) & set(old)
    visitor = browser()
    sign_in(visitor, "ada")
    assert give_code(visitor, old[0]).status_code == 200
    assert give_code(visitor, page.context["codes"][0]).status_code == 302


def test_codes_are_shown_once(client, ada):
    client.force_login(ada)
    _, codes = set_up(client)
    for address in (ACCOUNT, SET_UP, reverse("admin:recovery_codes")):
        page = client.get(address, follow=True).content.decode()
        assert not any(code in page for code in codes)


# --- Turning off ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["password", "code", None])
def test_turning_off_needs_password_and_code(client, ada, missing):
    client.force_login(ada)
    phone, _ = set_up(client)
    form = {"password": PASSWORD, "code": phone.code(ahead=1)}
    if missing:
        form[missing] = "wrong"
    client.post(reverse("admin:second_factor_turn_off"), form)
    assert SecondFactor.objects.exists() is (missing is not None)


def test_a_mistyped_password_uses_no_code_up(client, ada):
    client.force_login(ada)
    phone, _ = set_up(client)
    code = phone.code(ahead=1)
    client.post(reverse("admin:second_factor_turn_off"), {"password": "wrong", "code": code})
    client.post(reverse("admin:second_factor_turn_off"), {"password": PASSWORD, "code": code})
    assert not SecondFactor.objects.exists()


def test_guessing_there_pauses_like_signing_in(client, ada):
    client.force_login(ada)
    phone, _ = set_up(client)
    for _ in range(5):
        client.post(reverse("admin:second_factor_turn_off"), {"password": PASSWORD, "code": phone.wrong_code()})
    response = client.post(reverse("admin:second_factor_turn_off"), {"password": PASSWORD, "code": phone.code(ahead=1)})
    assert response.status_code == 429
    assert SecondFactor.objects.exists()


def test_an_administrator_resets_what_someone_lost(client, ada, give_phone):
    give_phone(ada)
    boss = make_user(username="boss", is_superuser=True)
    client.force_login(boss)
    client.post(reverse("admin:auth_user_security", args=[ada.pk]), {"action": "reset_second_factor"})
    assert not SecondFactor.objects.exists()
    entry = AuditEntry.objects.filter(kind="second_factor_removed").get()
    assert (entry.actor, entry.subject) == ("boss", "ada")
    visitor = browser()
    sign_in(visitor, "ada")
    assert may_enter(visitor)


def test_someone_with_the_shell_helps_an_administrator_who_is_alone(ada, give_phone, capsys):
    give_phone(ada)
    call_command("reset_second_factor", "ada")
    assert "password alone" in capsys.readouterr().out
    assert AuditEntry.objects.get(kind="second_factor_removed").actor == "reset_second_factor"
    with pytest.raises(CommandError, match="no account 'nobody'"):
        call_command("reset_second_factor", "nobody")


# --- Required by the site ---------------------------------------------------------------------------------------------

Required = SecurityPolicy.Required


@pytest.mark.parametrize(
    ("policy", "concerned"),
    [
        (None, set()),
        (Required.NOBODY, set()),
        (Required.PUBLISHERS, {"publisher", "administrator"}),
        (Required.EVERYONE, {"editor", "publisher", "administrator"}),
    ],
)
@pytest.mark.parametrize("who", ["editor", "publisher", "administrator"])
def test_the_site_asks_whom_it_says(client, policy, concerned, who):
    groups = {"editor": ["Editor"], "publisher": ["Publisher"]}.get(who, [])
    make_user(*groups, username="ada", is_superuser=who == "administrator")
    if policy:
        require_second_factor(policy)
    sign_in(client, "ada")
    assert may_enter(client) is (who not in concerned)
    page = client.get("/admin/", follow=True)
    assert (page.request["PATH_INFO"] == SET_UP) is (who in concerned)


def test_a_right_to_approve_counts_whatever_group_it_comes_from(client, ada):
    from django.contrib.auth.models import Permission

    grace = make_user(username="grace")
    grace.user_permissions.add(Permission.objects.get(codename="approve_edition"))
    require_second_factor()
    client.force_login(grace)
    assert not may_enter(client)


def test_the_switch_reaches_those_who_are_signed_in(client, ada):
    sign_in(client, "ada")
    assert may_enter(client)
    require_second_factor()
    assert not may_enter(client)


def test_whoever_must_set_it_up_goes_on_to_where_they_wanted(client, ada):
    require_second_factor()
    sign_in(client, "ada")
    page = client.get("/admin/editorial/article/", follow=True)
    assert page.request["PATH_INFO"] == SET_UP
    phone, form = scan(page)
    done = client.post(f"{SET_UP}?{page.request['QUERY_STRING']}", {**form, "code": phone.code(), "password": PASSWORD})
    assert done.context["then"] == "/admin/editorial/article/"
    assert client.get(done.context["then"]).status_code == 200


def test_until_then_every_page_is_closed_and_signing_out_is_not(client, ada):
    require_second_factor()
    client.force_login(ada)
    for address in (ACCOUNT, "/admin/password_change/", "/admin/models_catalog/release/add/", "/admin/jsi18n/"):
        assert client.get(address).status_code == 302, address
        assert client.post(address, {"name": "x"}).status_code == 302, address
    page = client.get(SET_UP).content.decode()
    assert "/admin/models_catalog/" not in page
    client.post(reverse("admin:logout"))
    assert "login" in client.get(SET_UP)["Location"]


def test_a_session_that_never_gave_a_code_is_closed_when_there_is_a_second_factor(client, ada, give_phone):
    """However it came about."""
    client.force_login(ada)
    give_phone(ada)
    assert not may_enter(client)
    assert client.get(SET_UP)["Location"] == ACCOUNT
    assert client.get(ACCOUNT).status_code == 302


def test_where_it_is_required_turning_off_leads_to_the_next_one(client, ada):
    require_second_factor()
    client.force_login(ada)
    phone, _ = set_up(client)
    client.post(reverse("admin:second_factor_turn_off"), {"password": PASSWORD, "code": phone.code(ahead=1)})
    assert not may_enter(client)
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == SET_UP


def test_a_second_factor_is_asked_for_once_a_session(client, ada, give_phone, django_assert_num_queries):
    phone = give_phone(ada)
    sign_in(client, "ada")
    give_code(client, phone.code())
    with django_assert_num_queries(2):  # the session and the account
        client.get("/admin/jsi18n/")
