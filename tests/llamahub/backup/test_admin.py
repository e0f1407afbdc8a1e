"""Exports in the admin: for administrators alone, on record, and nowhere led by the request."""

import zipfile
from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from llamahub.accounts.models import AuditEntry
from llamahub.backup import BackupError, keeping
from llamahub.backup.models import Export
from llamahub.groups import EDITOR, PUBLISHER
from tests.factories import make_export, make_user

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/backup/export/"
WHO = ("anonymous", "staff", "editor", "publisher", "clerk", "superuser")
MAY = {"clerk", "superuser"}


@pytest.fixture
def sign_in(client):
    def as_(who):
        if who == "anonymous":
            return None
        groups = {"editor": [EDITOR], "publisher": [PUBLISHER]}.get(who, [])
        user = make_user(*groups, username=who, is_superuser=who == "superuser")
        if who == "clerk":  # one whom an administrator gave the right
            user.user_permissions.set(Permission.objects.filter(codename__in=["view_export", "make_export"]))
        client.force_login(user)
        return user

    return as_


@pytest.fixture
def past():
    return make_export(content=b"an export")


def body(response):
    return b"".join(response.streaming_content)


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", WHO)
def test_only_those_with_the_right_make_an_export(client, sign_in, who):
    sign_in(who)
    url = reverse("admin:backup_export_make")
    assert client.get(url).status_code == {"anonymous": 302}.get(who, 405 if who in MAY else 403)
    response = client.post(url)
    assert response.status_code == (200 if who in MAY else 302 if who == "anonymous" else 403)
    assert Export.objects.exists() is (who in MAY)
    if who in MAY:
        assert zipfile.ZipFile(BytesIO(body(response))).testzip() is None


@pytest.mark.parametrize("who", WHO)
def test_only_those_with_the_right_download_and_verify_a_past_one(client, sign_in, past, who):
    sign_in(who)
    refused = 302 if who == "anonymous" else 403
    download, verify = (reverse(f"admin:backup_export_{step}", args=[past.pk]) for step in ("download", "verify"))
    assert client.get(download).status_code == (200 if who in MAY else refused)
    response = client.post(download)
    assert response.status_code == (200 if who in MAY else refused)
    assert (getattr(response, "streaming", False) and body(response) == b"an export") is (who in MAY)
    assert client.get(verify).status_code == (405 if who in MAY else refused)
    assert client.post(verify).status_code == (302 if who in MAY | {"anonymous"} else 403)
    past.refresh_from_db()
    assert (past.verified_at is not None) is (who in MAY)


@pytest.mark.parametrize("who", WHO)
def test_passwords_leave_the_site_with_administrators_alone(client, sign_in, who):
    sign_in(who)
    past = make_export(content=b"an export", with_accounts=True)
    proof = {"with_accounts": "1", "password": "secret"}
    for url in (reverse("admin:backup_export_make"), reverse("admin:backup_export_download", args=[past.pk])):
        response = client.post(url, proof)
        assert response.status_code == {"anonymous": 302, "superuser": 200}.get(who, 403)
        assert response.streaming is (who == "superuser")
        if response.streaming:
            body(response)
    assert Export.objects.filter(with_accounts=True).count() == (2 if who == "superuser" else 1)


@pytest.mark.parametrize("who", WHO)
def test_the_start_page_reminds_those_who_can_do_something(client, sign_in, who):
    sign_in(who)
    page = client.get("/admin/", follow=True).content.decode()
    assert ("There is no good export of this site." in page) is (who in MAY)


# --- What comes out ---------------------------------------------------------------------------------------------------


def test_an_export_arrives_as_a_file_that_nobody_keeps(client, sign_in):
    sign_in("superuser")
    response = client.post(reverse("admin:backup_export_make"), headers={"accept-encoding": "gzip"})
    export = Export.objects.get()
    assert response["Content-Disposition"] == f'attachment; filename="{export.file}"'
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Length"] == str(export.size)
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Content-Encoding" not in response
    assert body(response) == export.path.read_bytes()
    assert (export.made_by, export.is_sound) == ("superuser", True)


def test_what_leaves_the_site_is_in_the_audit_log(client, sign_in, past):
    sign_in("superuser")
    body(client.post(reverse("admin:backup_export_make")))
    body(client.post(reverse("admin:backup_export_download", args=[past.pk])))
    entries = AuditEntry.objects.filter(kind="exported").order_by("id")
    made = Export.objects.newest_first().first()
    assert [(each.actor, each.subject) for each in entries] == [("superuser", made.file), ("superuser", past.file)]


def test_without_the_right_password_no_passwords(client, sign_in):
    sign_in("superuser")
    past = make_export(content=b"an export", with_accounts=True)
    for url in (reverse("admin:backup_export_make"), reverse("admin:backup_export_download", args=[past.pk])):
        for password in ("", "wrong"):
            response = client.post(url, {"with_accounts": "1", "password": password})
            assert response.status_code == 200
            assert "errorlist" in response.content.decode()
    assert Export.objects.get() == past
    assert AuditEntry.objects.filter(kind="password_failed").count() == 2


def test_guessing_the_password_here_is_paused_as_everywhere(client, sign_in):
    sign_in("superuser")
    proof = {"with_accounts": "1", "password": "wrong"}
    statuses = [client.post(reverse("admin:backup_export_make"), proof).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    assert client.post(reverse("admin:backup_export_make"), {**proof, "password": "secret"}).status_code == 429
    assert not Export.objects.exists()


def test_an_export_that_fails_is_a_sentence_and_no_file(client, sign_in, monkeypatch):
    def fail(*arguments, **options):
        raise BackupError("No space left while writing it. Nothing was changed; free some and try again.")

    monkeypatch.setattr(keeping, "export", fail)
    sign_in("superuser")
    page = client.post(reverse("admin:backup_export_make"), follow=True)
    assert page.redirect_chain == [(LIST, 302)]
    assert "No export was made. No space left" in page.content.decode()
    assert not Export.objects.exists()


# --- The list ---------------------------------------------------------------------------------------------------------


def test_the_list_shows_age_size_and_whether_each_is_sound(client, sign_in, past):
    sign_in("superuser")
    lost = make_export()
    page = client.get(LIST).content.decode()
    assert past.file in page
    assert "Not verified" in page
    assert "9\xa0bytes" in page
    assert "no longer there" in page
    assert reverse("admin:backup_export_verify", args=[past.pk]) in page
    assert reverse("admin:backup_export_verify", args=[lost.pk]) not in page
    client.post(reverse("admin:backup_export_verify", args=[past.pk]))
    assert "Damaged" in client.get(LIST).content.decode()


def test_it_takes_the_same_queries_however_long_it_is(client, sign_in):
    sign_in("superuser")
    client.get(LIST)
    numbers = []
    for count in (1, 40):
        for _ in range(count):
            make_export(content=b"x")
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_looking_changes_nothing(client, sign_in, past):
    sign_in("superuser")
    before = list(Export.objects.values()), AuditEntry.objects.count()
    for url in (LIST, f"{LIST}{past.pk}/change/", f"{LIST}{past.pk}/download/"):
        assert client.get(url).status_code == 200
    assert (list(Export.objects.values()), AuditEntry.objects.count()) == before


@pytest.mark.parametrize("number", [999_999, 0])
@pytest.mark.parametrize("step", ["download", "verify"])
def test_an_export_that_never_was_is_not_found(client, sign_in, step, number):
    sign_in("superuser")
    assert client.post(f"{LIST}{number}/{step}/").status_code == 404


def test_a_file_that_is_gone_is_said_to_be(client, sign_in):
    sign_in("superuser")
    page = client.post(reverse("admin:backup_export_download", args=[make_export().pk]), follow=True)
    assert "is no longer in the site’s folder of exports" in page.content.decode()
