"""No other site makes the admin do anything, and looking at it changes nothing."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from llamahub.accounts.models import AuditEntry, SecurityPolicy
from tests.factories import make_audit_entry, make_user

from .entries import ENTRIES, MAKERS, address, make_redirect

pytestmark = pytest.mark.django_db


def every_address() -> list[str]:
    """Each pattern of the admin with something in its places: whether it is there does not matter to a forgery."""

    def walk(patterns, before):
        for pattern in patterns:
            here = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            elif isinstance(pattern, URLPattern) and pattern.name:
                yield here

    filled = {
        re.sub(r"<[^>]*>", "1", re.sub(r"\(\?P<app_label>[^)]*\)", "auth", path))
        for path in walk(admin.site.urls[0], "/admin/")
    }
    return sorted(path.replace("^", "").rstrip("$").replace("\\Z", "") for path in filled)


@pytest.fixture
def boss():
    """An administrator whose browser sends the cookies along, as it does for other sites’ forms, too."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(is_superuser=True))
    client.get(reverse("admin:account"))
    return client


def token_of(client):
    return client.cookies["csrftoken"].value


FORGERIES = {
    "no token": lambda client: ({}, {}),
    "wrong token": lambda client: ({"csrfmiddlewaretoken": "x" * 64}, {}),
    "token of another browser": lambda client: ({"csrfmiddlewaretoken": "A" * 32}, {}),
    "foreign origin": lambda client: ({"csrfmiddlewaretoken": token_of(client)}, {"origin": "https://evil.example"}),
    "no origin": lambda client: ({"csrfmiddlewaretoken": token_of(client)}, {"origin": "null"}),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_every_address_refuses_every_forgery(boss, forgery):
    addresses = every_address()
    assert len(addresses) > 100
    form, headers = forgery(boss)
    for each in addresses:
        assert boss.post(each, form, headers=headers).status_code == 403, each


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/login/code/"])
@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_nobody_is_signed_in_by_another_site(path, forgery):
    client = Client(enforce_csrf_checks=True)
    client.get("/admin/login/")
    form, headers = forgery(client)
    assert client.post(path, {**form, "username": "a", "password": "b"}, headers=headers).status_code == 403


def test_the_real_form_passes(boss):
    form = {"csrfmiddlewaretoken": token_of(boss), "which": "others"}
    assert boss.post(reverse("admin:end_sessions"), form).status_code == 302


def fingerprint() -> dict[str, str]:
    """Every table, in a few characters."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t")
            found[table] = cursor.fetchone()[0]
    return found


def test_looking_at_everything_changes_nothing(client):
    """Every kind of entry, all its pages, and every link on them, as an administrator."""
    boss = make_user(username="boss", is_superuser=True)
    client.force_login(boss)
    SecurityPolicy.objects.create()
    rows = [(model, MAKERS[model]()) for model in ENTRIES]
    rows += [(type(row), row) for row in (make_redirect(), boss, Group.objects.first(), make_audit_entry())]
    todo = [
        reverse(f"admin:{name}") for name in ("index", "account", "second_factor_set_up", "password_change", "login")
    ]
    todo += [
        reverse("admin:auth_user_security", args=[boss.pk]),
        reverse("admin:auth_user_password_change", args=[boss.pk]),
    ]
    for model, row in rows:
        todo += [address(model, "changelist"), address(model, "add")]
        todo += [address(model, page, row.pk) for page in ("change", "history", "delete")]
    before, seen = fingerprint(), set()
    logged = list(AuditEntry.objects.values_list("pk", flat=True))
    while todo:
        here = todo.pop()
        if here in seen or "logout" in here:
            continue
        seen.add(here)
        response = client.get(here)
        assert response.status_code < 500, here
        if response.headers.get("Content-Type", "").startswith("text/html") and len(seen) < 600:
            links = re.findall(r'<a[^>]* href="(/admin/[^"#]*)', response.content.decode())
            # Days of the calendar lead to each other for two hundred years: three are enough.
            days = sum("/calendar/2" in link for link in seen)
            todo += [
                link.replace("&amp;", "&")
                for link in links
                if "?" not in link and ("/calendar/2" not in link or days < 3)
            ]
            todo += [link.replace("&amp;", "&") for link in links if "?" in link][:3]
    assert len(seen) > 150
    after = fingerprint()
    # Lists that were exported on the way are in the log, which is there to be added to.
    assert {table for table in before if before[table] != after[table]} <= {"accounts_auditentry"}
    assert set(AuditEntry.objects.exclude(pk__in=logged).values_list("kind", flat=True)) <= {"exported"}
    assert User.objects.filter(pk=boss.pk).exists()
