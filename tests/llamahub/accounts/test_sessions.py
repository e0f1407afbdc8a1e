"""A session ends when it should: at once, everywhere, and for good."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from llamahub.accounts.addresses import coarse
from llamahub.accounts.devices import describe
from llamahub.accounts.models import AuditEntry, Session
from tests.factories import make_user

from .conftest import PASSWORD, browser, may_enter, session_id, sign_in

pytestmark = pytest.mark.django_db

ACCOUNT, END = "/admin/account/", "/admin/account/sessions/end/"


@pytest.fixture
def ada():
    return make_user("Publisher", username="ada")


@pytest.fixture
def enter():
    """A browser that signed in as ada."""

    def make(
        address="203.0.113.1", user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    ):
        client = browser(address, **{"user-agent": user_agent})
        assert sign_in(client, "ada").status_code == 302
        return client

    return make


def with_id(key):
    client = browser()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


# --- What ends a session ----------------------------------------------------------------------------------------------


def test_signing_out(ada, enter):
    client = enter()
    key = session_id(client)
    client.post(reverse("admin:logout"))
    assert not may_enter(with_id(key))


def test_a_new_password_ends_all_but_ones_own_under_a_new_id(ada, enter):
    own, other = enter(), enter()
    key = session_id(own)
    form = {"old_password": PASSWORD, "new_password1": "an entirely new one", "new_password2": "an entirely new one"}
    assert own.post(reverse("admin:password_change"), form).status_code == 302
    assert may_enter(own)
    assert session_id(own) != key
    assert not may_enter(with_id(key))
    assert not may_enter(other)


def test_a_password_given_by_an_administrator(ada, enter):
    client, boss = enter(), browser()
    boss.force_login(make_user(is_superuser=True))
    form = {"password1": "an entirely new one", "password2": "an entirely new one", "usable_password": "true"}
    response = boss.post(reverse("admin:auth_user_password_change", args=[ada.pk]), form)
    assert response.status_code == 302
    assert not may_enter(client)


@pytest.mark.parametrize("how", ["save", "update"])
def test_switching_the_account_off_and_it_stays_ended_when_it_is_on_again(ada, enter, how):
    client = enter()
    if how == "save":
        ada.is_active = False
        ada.save()
    else:
        type(ada).objects.filter(pk=ada.pk).update(is_active=False)
    assert not may_enter(client)
    type(ada).objects.filter(pk=ada.pk).update(is_active=True)
    assert not may_enter(client)


def test_taking_staff_away_closes_the_admin(ada, enter):
    client = enter()
    type(ada).objects.filter(pk=ada.pk).update(is_staff=False)
    assert not may_enter(client)


def test_deleting_the_account(ada, enter):
    client = enter()
    ada.delete()
    assert not may_enter(client)


def age(client, **by):
    """As if the session had begun and been seen last that much earlier."""
    for session in Session.objects.filter(session_key=session_id(client)):
        for name in ("started_at", "last_seen_at", "expire_date"):
            setattr(session, name, getattr(session, name) - timedelta(**by))
        session.save()


def test_not_being_used_for_half_a_day(ada, enter):
    client, idle = enter(), enter()
    age(client, hours=11, minutes=50)
    age(idle, hours=12, minutes=1)
    assert may_enter(client)
    assert not may_enter(idle)


def test_a_week_however_much_it_is_used(ada, enter):
    client = enter()
    for _ in range(16):
        age(client, hours=10)
        assert may_enter(client)
    age(client, hours=8, minutes=1)
    assert not may_enter(client)


def test_what_has_ended_is_cleared_away(ada, enter):
    age(enter(), days=8)
    enter()
    call_command("clearsessions")
    assert Session.objects.count() == 1


# --- Ending them ------------------------------------------------------------------------------------------------------


def test_one_sees_where_one_is_signed_in(ada, enter):
    enter("198.51.100.23", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1")
    page = enter("203.0.113.77").get(ACCOUNT).content.decode()
    assert "Safari on an iPhone" in page
    assert "198.51.100.0/24" in page
    assert "Firefox on Linux" in page
    assert "198.51.100.23" not in page
    assert "203.0.113.77" not in page


def test_no_page_shows_a_session_id(ada, enter):
    enter()
    client = enter()
    boss = browser()
    boss.force_login(make_user(is_superuser=True))
    pages = [client.get(ACCOUNT), boss.get(reverse("admin:auth_user_security", args=[ada.pk])), boss.get(ACCOUNT)]
    for page in pages:
        assert page.status_code == 200
        assert not any(key in page.content.decode() for key in Session.objects.values_list("session_key", flat=True))


def test_one_ends_another_of_ones_sessions(ada, enter):
    other, own = enter("198.51.100.1"), enter()
    number = Session.objects.get(session_key=session_id(other)).number
    own.post(END, {"which": number})
    assert not may_enter(other)
    assert may_enter(own)
    entry = AuditEntry.objects.filter(kind="session_ended").get()
    assert (entry.actor, entry.subject, entry.detail) == ("ada", "ada", {"sessions": 1})


def test_one_ends_all_others(ada, enter):
    first, second, own = enter(), enter(), enter()
    own.post(END, {"which": "others"})
    assert (may_enter(first), may_enter(second), may_enter(own)) == (False, False, True)


def test_one_ends_all(ada, enter):
    other, own = enter(), enter()
    assert own.post(END, {"which": "all"})["Location"] == reverse("admin:login")
    assert not may_enter(other)
    assert not may_enter(own)


def test_nobody_ends_someone_elses(ada, enter):
    client = enter()
    number = Session.objects.get(session_key=session_id(client)).number
    stranger = browser()
    stranger.force_login(make_user("Publisher"))
    stranger.post(END, {"which": number})
    stranger.post(reverse("admin:auth_user_security", args=[ada.pk]), {"action": "end", "which": "all"})
    assert may_enter(client)


@pytest.mark.parametrize("which", ["one", "all"])
def test_an_administrator_ends_anyones(ada, enter, which):
    first, second, boss = enter(), enter(), browser()
    boss.force_login(make_user(username="boss", is_superuser=True))
    number = Session.objects.get(session_key=session_id(first)).number
    form = {"action": "end", "which": number if which == "one" else "all"}
    boss.post(reverse("admin:auth_user_security", args=[ada.pk]), form)
    assert not may_enter(first)
    assert may_enter(second) is (which == "one")
    assert may_enter(boss)
    entry = AuditEntry.objects.filter(kind="session_ended").get()
    assert (entry.actor, entry.subject) == ("boss", "ada")


@pytest.mark.parametrize("which", ["", "nonsense", "00000000-0000-0000-0000-000000000000", "x" * 300])
def test_a_session_that_is_not_there_ends_nothing(ada, enter, which):
    client = enter()
    other = enter()
    assert client.post(END, {"which": which}).status_code == 302
    assert may_enter(client)
    assert may_enter(other)


def test_ending_needs_a_form_and_no_link_does_it(ada, enter):
    client = enter()
    assert client.get(END, {"which": "all"}).status_code == 405
    assert may_enter(client)


# --- What is kept -----------------------------------------------------------------------------------------------------


def test_being_seen_is_written_down_every_few_minutes(ada, enter, django_assert_num_queries):
    client = enter()
    seen = Session.objects.get(user=ada).last_seen_at
    may_enter(client)
    assert Session.objects.get(user=ada).last_seen_at == seen
    age(client, minutes=6)
    may_enter(client)
    assert timezone.now() - Session.objects.get(user=ada).last_seen_at < timedelta(minutes=1)


def test_saving_a_session_keeps_whose_it_is_and_since_when(ada, enter):
    client = enter()
    before = Session.objects.get(user=ada)
    session = client.session
    session["x"] = 1
    session.save()
    after = Session.objects.get(user=ada)
    assert (after.number, after.started_at, after.device) == (before.number, before.started_at, before.device)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15", "Safari on a Mac"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.0", "Curl"),
        ("", "An unknown device"),
        ("<script>alert(1)</script>", "An unknown device"),
        ("Something (Windows)", "A browser on Windows"),
    ],
)  # fmt: skip
def test_a_device_is_named_as_its_owner_would(agent, name):
    assert describe(agent) == name


def test_places_are_told_apart_but_not_people():
    from ipaddress import ip_address

    assert coarse(ip_address("203.0.113.77")) == "203.0.113.0/24"
    assert coarse(ip_address("2001:db8:1:2:3::4")) == "2001:db8:1::/48"
    assert coarse(None) == ""
