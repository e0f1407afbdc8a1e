"""Whatever touches accounts and rights is written down, and nobody rewrites it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.redirects.models import Redirect
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from llamahub.accounts import audit
from llamahub.accounts.models import AuditEntry
from tests.factories import make_audit_entry, make_event, make_topic, make_user

from .conftest import PASSWORD, browser, require_second_factor, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    user = make_user(username="boss", is_superuser=True)
    client.force_login(user)
    return user


def newest(kind):
    return AuditEntry.objects.filter(kind=kind).first()


def said(entry):
    return (entry.actor, entry.subject, entry.detail)


# --- Who came and went ------------------------------------------------------------------------------------------------


def test_signing_in_and_out(client):
    make_user("Publisher", username="ada")
    client = browser("203.0.113.77")
    response = sign_in(client, "ada")
    entry = newest("signed_in")
    assert said(entry) == ("ada", "ada", {})
    assert entry.address == "203.0.113.0/24"
    assert entry.request_id == response["X-Request-ID"]
    client.post(reverse("admin:logout"))
    assert said(newest("signed_out")) == ("ada", "ada", {})


def test_failing_to_sign_in_and_the_pause_that_follows():
    make_user("Publisher", username="ada")
    for n in range(7):
        sign_in(browser(), "ada", f"wrong {n}")
    failures = AuditEntry.objects.filter(kind="sign_in_failed")
    # What is refused unseen is not written down: whoever hammers would fill the log that nobody may empty.
    assert [entry.detail for entry in failures] == [{"paused": "for 15 minutes"}, {}, {}, {}, {}]


def test_what_was_typed_as_a_name_is_not_kept():
    sign_in(browser(), "my secret password", "x")
    entry = newest("sign_in_failed")
    assert (entry.actor, entry.subject) == ("unknown name", "")


# --- What became of accounts and rights -------------------------------------------------------------------------------


def test_an_account_is_made_changed_and_deleted(client, boss):
    password = "a long and unusual one"
    form = {"username": "ada", "password1": password, "password2": password, "usable_password": "true"}
    client.post(reverse("admin:auth_user_add"), form)
    ada = User.objects.get(username="ada")
    assert said(newest("account_added")) == ("boss", "ada", {"is_active": True})
    User.objects.filter(pk=ada.pk).update(is_staff=True, email="ada@example.org")
    assert newest("account_changed").detail == {
        "is_staff": {"was": False, "now": True},
        "email": {"was": "", "now": "ada@example.org"},
    }
    client.post(reverse("admin:auth_user_delete", args=[ada.pk]), {"post": "yes"})
    assert not User.objects.filter(pk=ada.pk).exists()
    entry = newest("account_deleted")
    assert (entry.actor, entry.subject) == ("boss", "ada")


def test_a_password_is_said_to_be_replaced_and_no_more(client):
    ada = make_user(username="ada")
    old = ada.password
    ada.set_password("another one entirely")
    ada.save()
    assert newest("account_changed").detail == {"password": "replaced"}
    everything = repr(list(AuditEntry.objects.values()))
    for secret in (old, ada.password, old.split("$")[-1], PASSWORD + "'"):
        assert secret not in everything


def test_coming_in_is_no_change_of_the_account():
    make_user(username="ada")
    before = AuditEntry.objects.filter(kind="account_changed").count()
    sign_in(browser(), "ada")
    assert AuditEntry.objects.filter(kind="account_changed").count() == before


def test_groups_and_rights_given_and_taken(client, boss):
    ada = make_user(username="ada")
    editor = Group.objects.get(name="Editor")
    right = Permission.objects.get(codename="approve_edition")
    ada.groups.add(editor)
    assert newest("granted").detail == {"groups": ["Editor"]}
    ada.groups.clear()
    assert newest("revoked").detail == {"groups": ["Editor"]}
    ada.user_permissions.add(right)
    assert newest("granted").detail == {"rights": ["editorial.approve_edition"]}
    editor.permissions.add(right)
    assert (newest("granted").subject, newest("granted").detail) == (
        "Editor",
        {"rights": ["editorial.approve_edition"]},
    )
    editor.permissions.remove(right)
    assert newest("revoked").subject == "Editor"


def test_a_role_given_in_the_admin_is_signed(client, boss):
    ada = make_user(username="ada")
    page = client.get(reverse("admin:auth_user_change", args=[ada.pk]))
    from tests.llamahub.admin.entries import filled_in

    form = filled_in(page, User)
    form["groups"] = [str(Group.objects.get(name="Publisher").pk)]
    assert client.post(reverse("admin:auth_user_change", args=[ada.pk]), form).status_code == 302
    assert said(newest("granted")) == ("boss", "ada", {"groups": ["Publisher"]})


def test_what_is_done_below_django_is_written_down_too():
    make_user(username="ada")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE auth_user SET is_superuser = true WHERE username = 'ada'")
        cursor.execute("SELECT session_user")
        [database_user] = cursor.fetchone()
    assert said(newest("account_changed")) == (database_user, "ada", {"is_superuser": {"was": False, "now": True}})


def test_groups_redirects_and_the_switch(client, boss):
    group = Group.objects.create(name="Guests")
    group.name = "Visitors"
    group.save()
    assert newest("group_changed").detail == {"name": {"was": "Guests", "now": "Visitors"}}
    client.post(reverse("admin:redirects_redirect_add"), {"old_path": "/a/", "new_path": "/b/"})
    assert said(newest("redirect_added")) == ("boss", "/a/", {"old_path": "/a/", "new_path": "/b/"})
    Redirect.objects.all().delete()
    assert newest("redirect_deleted").subject == "/a/"
    require_second_factor()
    assert newest("policy_changed").detail == {"second_factor_required_of": {"was": "nobody", "now": "publishers"}}


def test_the_second_factor(give_phone):
    ada = make_user(username="ada")
    give_phone(ada)
    assert newest("second_factor_added").subject == "ada"
    ada.second_factor.delete()
    assert newest("second_factor_removed").subject == "ada"


def test_an_export_says_what_and_how_much(rf):
    audit.record(audit.Kind.EXPORTED, by="ada", about="releases", request=rf.get("/"), rows=17)
    assert said(newest("exported")) == ("ada", "releases", {"rows": 17})


def test_what_a_form_takes_out_as_a_file(client, boss):
    event = make_event()
    form = {"action": "export_selected_csv", "_selected_action": str(event.pk)}
    response = client.post(reverse("admin:models_catalog_timelineevent_changelist"), form)
    assert response["Content-Disposition"].startswith("attachment")
    entry = newest("exported")
    assert entry.actor == "boss"
    assert entry.subject.endswith(".csv")


# --- Nobody rewrites it -----------------------------------------------------------------------------------------------

REWRITES = {
    "bulk update": lambda model: model.objects.update(**{"actor" if model is AuditEntry else "change_message": "x"}),
    "bulk delete": lambda model: model.objects.all()._raw_delete("default"),
    "delete": lambda model: model.objects.first().delete(),
    "save": lambda model: model.objects.first().save(),
}


@pytest.mark.parametrize("how", REWRITES.values(), ids=REWRITES)
@pytest.mark.parametrize("model", [AuditEntry, LogEntry])
def test_no_entry_is_changed_or_deleted(how, model):
    make_audit_entry()
    LogEntry.objects.log_actions(make_user().pk, [make_topic()], 1, change_message="Added")
    before = list(model.objects.values())
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        how(model)
    assert list(model.objects.values()) == before


def test_a_kind_of_entry_that_is_gone_is_taken_out_of_djangos_log():
    """As remove_stale_contenttypes does."""
    gone = ContentType.objects.create(app_label="gone", model="gone")
    LogEntry.objects.create(user=make_user(), content_type=gone, object_id="1", object_repr="x", action_flag=1)
    gone.delete()
    assert LogEntry.objects.get().content_type is None


@pytest.mark.parametrize("bulk", [False, True])
def test_an_account_that_has_done_something_is_switched_off_instead(client, boss, bulk):
    ada = make_user(username="ada")
    LogEntry.objects.log_actions(ada.pk, [make_topic()], 1, change_message="Added")
    if bulk:
        form = {"action": "delete_selected", "_selected_action": str(ada.pk), "post": "yes"}
        page = client.post(reverse("admin:auth_user_changelist"), form, follow=True)
    else:
        page = client.post(reverse("admin:auth_user_delete", args=[ada.pk]), {"post": "yes"}, follow=True)
    assert User.objects.filter(pk=ada.pk).exists()
    assert "Clear “active” in the account instead" in page.content.decode()


def test_an_unknown_kind_is_refused():
    with pytest.raises(IntegrityError, match="audit_kind_is_known"):
        make_audit_entry(kind="made up")


# --- Reading it -------------------------------------------------------------------------------------------------------


def test_administrators_read_it_in_words(client, boss):
    User.objects.filter(pk=make_user(username="ada").pk).update(is_staff=False)
    page = client.get(reverse("admin:accounts_auditentry_changelist"), {"q": "ada"}).content.decode()
    assert "account changed" in page
    assert "is staff: yes → no" in page


@pytest.mark.parametrize("about", ["sign-ins", "second factors", "accounts and rights", "redirects", "exports"])
def test_it_is_narrowed_by_what_it_is_about(client, boss, about):
    assert client.get(reverse("admin:accounts_auditentry_changelist"), {"about": about}).status_code == 200


def test_every_kind_is_found_under_what_it_is_about():
    from llamahub.accounts.admin import Subject

    grouped = [kind for kinds in Subject.GROUPS.values() for kind in kinds]
    assert sorted(grouped) == sorted(AuditEntry.Kind.values)
