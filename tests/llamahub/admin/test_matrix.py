"""Every address of the admin for every kind of person, both ways of writing it: what it answers, and what it gives away."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import URLPattern, URLResolver

from editorial.models import Article, Edition
from llamahub.accounts.models import SecurityPolicy
from llamahub.backup.models import BackupPolicy, Export
from models_catalog.models import RecordedChange
from tests.factories import (
    make_audit_entry,
    make_edition,
    make_export,
    make_live_article,
    make_release,
    make_user,
)

from .entries import ENTRIES, MAKERS, address, make_redirect
from .test_permissions import WHO, sign_in

pytestmark = pytest.mark.django_db

# Where those who are not signed in are let in, or led without being asked who they are.
# (The desk tells a page whether somebody is signed in, and nothing to nobody.)
OPEN = {"/admin/login/", "/admin/login/code/", "/admin/logout/", "/admin/desk/token/"}
# For everyone who may sign in, whatever their rights.
FOR_STAFF = re.compile(r"/admin/(account/|desk/token/|password_change/|jsi18n/|$|\(\?P|r/|login|logout)")
SECRET = "Zanzibar"


def every_pattern(patterns=None, before="/admin/"):
    """Route and name of each address; the last one, which only adds a slash, has neither."""
    for pattern in admin.site.urls[0] if patterns is None else patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from every_pattern(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield here, pattern.name


@pytest.fixture
def planted():
    """One entry of each kind, and the key under which addresses name it; some say what nobody should read."""
    rows = {model: MAKERS[model]() for model in ENTRIES if model not in {Article, Edition}}
    rows[Edition] = make_edition(title=f"{SECRET} draft")
    rows[Article] = rows[Edition].article
    make_release(name=f"{SECRET} release", is_listed=False)
    boss = make_user(username=f"{SECRET}-boss", is_superuser=True)
    rows |= {type(row): row for row in (make_redirect(), boss, make_audit_entry(subject=SECRET))}
    rows[Group] = Group.objects.create(name=f"{SECRET} group")
    rows[SecurityPolicy] = SecurityPolicy.objects.create()
    rows[BackupPolicy], rows[Export] = BackupPolicy.objects.create(), make_export(made_by=f"{SECRET}-boss")
    rows[RecordedChange] = RecordedChange.objects.of(rows[Edition]).first()
    assert set(rows) == set(admin.site._registry)
    return {f"/admin/{m._meta.app_label}/{m._meta.model_name}/": str(row.pk) for m, row in rows.items()}


def filled(route: str, keys: dict[str, str]) -> str:
    """The address with the planted entry’s key in its place."""
    key = next((key for prefix, key in keys.items() if route.startswith(prefix)), "1")
    route = re.sub(r"\(\?P<app_label>[^)]*\)", "auth", route).replace("^", "").replace("\\Z", "").rstrip("$")
    route = route.replace("<str:kind>", "csv").replace("<str:day>", "2026-12-01")
    return re.sub(r"<[^>]*>", key, route)


def test_the_matrix_is_as_large_as_the_admin(planted, capsys):
    patterns = list(every_pattern())
    addresses = {filled(route, planted) for route, _ in patterns}
    with capsys.disabled():
        print(f"\n{len(patterns)} patterns of the admin, {len(addresses)} addresses")
    # Two patterns of one address would hide one from the matrix; Django’s “view on site” lies behind ours for good.
    assert len(patterns) - len(addresses) == 1
    assert len(patterns) > 200


def gives_away(response) -> bool:
    return SECRET.casefold() in response.content.decode().casefold() if not response.streaming else True


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["anonymous", "staff"])
def test_those_without_rights_are_turned_away_and_learn_nothing(client, planted, who, method):
    sign_in(client, who)
    for route, name in every_pattern():
        here = filled(route, planted)
        if name == "logout" or (who == "anonymous" and here in OPEN):
            continue
        for asked in (here, here.rstrip("/")):
            response = getattr(client, method)(asked)
            assert response.status_code < 500, asked
            assert not gives_away(response), asked
            if who == "anonymous":
                # To sign in, which a script is told by 401; or nowhere, for an address that only the slash makes one.
                assert response.status_code in {301, 302, 401, 404, 405}, (asked, response.status_code)
            elif not FOR_STAFF.match(here):
                assert response.status_code in {301, 302, 403, 404, 405}, (asked, response.status_code)


@pytest.mark.parametrize("who", [who for who in WHO if who not in {"anonymous", "staff"}])
def test_no_address_fails_whoever_asks(client, planted, who):
    sign_in(client, who)
    for route, name in every_pattern():
        here = filled(route, planted)
        if name == "logout":
            continue
        for response in (client.get(here), client.get(here.rstrip("/")), client.post(here)):
            assert response.status_code < 500, here
            if response.status_code in {403, 404}:
                assert not gives_away(response), here


def test_what_only_administrators_see_is_not_named_to_a_publisher(client, planted):
    sign_in(client, "publisher")
    for prefix, key in planted.items():
        if prefix.startswith(("/admin/auth/", "/admin/accounts/")):
            for page in ("", f"{key}/change/", f"{key}/delete/", f"{key}/history/"):
                response = client.get(prefix + page)
                assert response.status_code == 403, prefix + page
                assert not gives_away(response)


# --- Bulk actions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["editor", "publisher", "superuser"])
@pytest.mark.parametrize("action", ["approve", "withdraw", "restore", "take_back", "submit", "publish"])
def test_no_step_is_a_bulk_action_that_could_go_around_its_rules(client, who, action):
    sign_in(client, who)
    draft, article = make_edition(), make_live_article()
    for entry in (draft, article):
        client.post(address(type(entry), "changelist"), {"action": action, "_selected_action": str(entry.pk)})
    draft.refresh_from_db()
    article.refresh_from_db()
    assert (draft.status, article.withdrawn_at) == (Edition.Status.DRAFT, None)


@pytest.mark.parametrize("who", ["editor", "publisher", "superuser"])
def test_deleting_many_editions_is_all_or_nothing(client, who):
    """A draft beside one that readers have seen: the draft stays as well."""
    sign_in(client, who)
    draft, public = make_edition(), make_live_article().editions.get()
    form = {"action": "delete_selected", "_selected_action": [str(draft.pk), str(public.pk)], "post": "yes"}
    response = client.post(address(Edition, "changelist"), form, follow=True)
    assert response.status_code in {200, 403}
    assert set(Edition.objects.values_list("pk", flat=True)) == {draft.pk, public.pk}


@pytest.mark.parametrize("who", ["anonymous", "staff"])
def test_a_bulk_action_names_nothing_to_those_who_may_not_see_it(client, who):
    sign_in(client, who)
    draft = make_edition(title=f"{SECRET} draft")
    form = {"action": "delete_selected", "_selected_action": str(draft.pk)}
    response = client.post(address(Edition, "changelist"), form, follow=True)
    assert not gives_away(response)
    assert Edition.objects.filter(pk=draft.pk).exists()


def test_an_edition_of_another_article_is_not_reached_through_an_articles_form(client):
    """The inline’s key is forged: the draft belongs to another article."""
    from .entries import filled_in

    sign_in(client, "editor")
    mine, other = make_edition(title="Mine"), make_edition(title="Theirs")
    form = filled_in(client.get(address(Article, "change", mine.article_id)), Article)
    client.post(
        address(Article, "change", mine.article_id),
        {**form, "editions-0-id": str(other.pk), "editions-0-title": "Taken"},
    )
    other.refresh_from_db()
    assert (other.title, other.article_id != mine.article_id) == ("Theirs", True)
