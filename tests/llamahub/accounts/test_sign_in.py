"""Signing in tells nobody which names exist, and never keeps the session that was there before."""

import re
import time
from statistics import median

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from llamahub.accounts.models import SignInAttempt
from tests.factories import make_user

from .conftest import PASSWORD, browser, may_enter, session_id, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """Names by what is true of them."""
    make_user("Publisher", username="known")
    make_user("Publisher", username="gone", is_active=False)
    make_user("Publisher", username="reader", is_staff=False)
    unusable = make_user("Publisher", username="invited")
    unusable.set_unusable_password()
    unusable.save()
    return {"unknown": ("nobody", PASSWORD), "known": ("known", "wrong"), "inactive": ("gone", PASSWORD),
            "inactive, wrong": ("gone", "wrong"), "not staff": ("reader", PASSWORD), "unusable": ("invited", PASSWORD)}  # fmt: skip


def bytes_of(response, name) -> bytes:
    """Without the token, and without the name that was typed and is shown again."""
    body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", response.content)
    return body.replace(f'value="{name}"'.encode(), b"")


def test_every_failure_has_the_same_bytes(people):
    bodies, headers = set(), set()
    for name, password in people.values():
        response = sign_in(browser(), name, password)
        assert response.status_code == 200
        bodies.add(bytes_of(response, name))
        headers.add(tuple(sorted(key for key in response.headers if key != "X-Request-ID")))
    assert len(bodies) == 1
    assert len(headers) == 1


@pytest.mark.slow
def test_every_failure_takes_the_same_time(people, settings):
    """With hashing as in production, slow on purpose; medians within a tenth.

    Time of the processor, so that a busy machine does not matter; what the database is asked is counted below.
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    for user in User.objects.filter(username__in=["known", "gone"]):
        user.set_password(PASSWORD)
        user.save()
    kinds = ["unknown", "known", "inactive"]
    times = {kind: [] for kind in kinds}
    for n in range(8):
        for kind in kinds[n % 3 :] + kinds[: n % 3]:
            SignInAttempt.objects.all().delete()
            started = time.process_time()
            sign_in(browser(), *people[kind])
            times[kind].append(time.process_time() - started)
    medians = [median(measured) for measured in times.values()]
    assert max(medians) / min(medians) < 1.1, medians


def test_signing_in_asks_the_database_as_much_for_any_name(people):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sign_in(browser(), "anyone", "wrong")  # what is asked once a process
    numbers = {}
    for name, password in people.values():
        with CaptureQueriesContext(connection) as captured:
            sign_in(browser(), name, password)
        numbers[name] = [query["sql"].split()[0:3] for query in captured.captured_queries]
    assert len(set(map(len, numbers.values()))) == 1, {name: len(asked) for name, asked in numbers.items()}


def test_a_session_from_before_is_not_kept(client):
    """Whoever planted it would be signed in, too."""
    make_user("Publisher", username="ada")
    client.get(reverse("admin:login"))
    from importlib import import_module

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["planted"] = True
    store.create()
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    sign_in(client, "ada")
    assert session_id(client) != store.session_key
    planted = browser()
    planted.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    assert may_enter(client)
    assert not may_enter(planted)


def test_signing_in_again_makes_a_new_session(client):
    make_user("Publisher", username="ada")
    sign_in(client, "ada")
    first = session_id(client)
    sign_in(client, "ada")
    assert session_id(client) != first


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_to_another_site(client, wanted):
    make_user("Publisher", username="ada")
    response = client.post(f"{reverse('admin:login')}?next={wanted}", {"username": "ada", "password": PASSWORD})
    assert response["Location"] == "/admin/"


def test_one_arrives_where_one_wanted_to_go(client):
    make_user("Publisher", username="ada")
    asked = client.get("/admin/editorial/article/")
    response = client.post(asked["Location"], {"username": "ada", "password": PASSWORD})
    assert response["Location"] == "/admin/editorial/article/"


def test_cookies_of_the_public_site_are_kept_from_scripts_and_other_sites(client, settings):
    make_user("Publisher", username="ada")
    settings.SESSION_COOKIE_NAME, settings.DEVICE_COOKIE_NAME = "__Host-sessionid", "__Host-device"
    settings.SESSION_COOKIE_SECURE = True
    response = sign_in(client, "ada")
    for name in ("__Host-sessionid", "__Host-device"):
        cookie = response.cookies[name]
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"]


def test_public_pages_set_no_cookie_for_those_who_are_signed_in(client):
    make_user("Publisher", username="ada")
    sign_in(client, "ada")
    for path in ("/", "/models/", "/no/such/page/", "/robots.txt"):
        assert "Set-Cookie" not in client.get(path).headers, path
        assert not client.get(path).cookies, path


@pytest.mark.parametrize(
    ("password", "says"),
    [("short", "at least 12"), ("password1234", "too common"), ("ada.lovelace.1", "too similar"), ("73910284650183", "entirely numeric")],
)  # fmt: skip
def test_a_poor_password_is_refused_with_the_reason(client, password, says):
    ada = make_user("Publisher", username="ada.lovelace")
    client.force_login(ada)
    form = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    response = client.post(reverse("admin:password_change"), form)
    assert says in str(response.context["form"].errors)
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_guessing_the_old_password_from_an_open_session_pauses_too(client):
    ada = make_user("Publisher", username="ada")
    client.force_login(ada)
    new = "an entirely new one"
    form = {"old_password": "wrong", "new_password1": new, "new_password2": new}
    statuses = [client.post(reverse("admin:password_change"), form).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    assert client.post(reverse("admin:password_change"), {**form, "old_password": PASSWORD}).status_code == 429
    ada.refresh_from_db()
    assert not ada.check_password(new)
