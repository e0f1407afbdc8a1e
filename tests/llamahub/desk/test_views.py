"""Who gets which answer from the desk."""

import pytest
from django.test import Client
from django.urls import reverse

from llamahub.desk.models import OpenForm, UnsavedForm
from tests.factories import make_release, make_user

from .conftest import TAB, desk_of, signed_in, tell

pytestmark = pytest.mark.django_db
WHO = {"anonymous": 401, "staff": 403, "editor": 200, "publisher": 200, "superuser": 200}


def sign_in(who):
    client = Client()
    if who != "anonymous":
        groups = {"editor": ["Editor"], "publisher": ["Publisher"]}.get(who, [])
        client.force_login(make_user(*groups, is_superuser=who == "superuser"))
    return client


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("action", ["here", "left", "keep", "forget"])
def test_the_desk_is_for_those_who_may_see_the_entry(who, action):
    client, release = sign_in(who), make_release()
    assert tell(client, release, action).status_code == WHO[who]
    assert OpenForm.objects.exists() is (action == "here" and WHO[who] == 200)
    assert UnsavedForm.objects.exists() is (action == "keep" and WHO[who] == 200)


@pytest.mark.parametrize("who", WHO)
def test_without_rights_nobody_learns_whether_an_entry_is_there(who):
    client, release = sign_in(who), make_release()
    url = desk_of(release).replace(f"/{release.pk}/", "/999999/")
    there, gone = tell(client, release, "here").status_code, client.post(url, {"_desk": "here"}).status_code
    assert (there == gone) is (WHO[who] != 200)


@pytest.mark.parametrize("row", ["x", "-1", "1" * 30, "0", "1.5"])
def test_an_address_of_no_entry_is_not_found(row):
    url = reverse("admin:desk", args=["models_catalog", "release", row])
    assert sign_in("publisher").post(url, {"_desk": "here"}).status_code == 404


@pytest.mark.parametrize(
    "kind", [("auth", "user"), ("accounts", "session"), ("x", "y"), ("models_catalog", "recordedchange")]
)
def test_what_is_no_content_has_no_desk(kind):
    url = reverse("admin:desk", args=[*kind, "1"])
    assert sign_in("superuser").post(url, {"_desk": "here"}).status_code == 404


@pytest.mark.parametrize("action", ["", "forged"])
def test_what_is_not_known_is_not_done(action):
    assert tell(sign_in("publisher"), make_release(), action).status_code == 404


def test_the_desk_is_told_by_posts_alone():
    assert sign_in("publisher").get(desk_of(make_release())).status_code == 405


@pytest.mark.parametrize("who", WHO)
def test_the_token_is_for_whoever_is_signed_in(who):
    answer = sign_in(who).get(reverse("admin:desk_token")).json()
    assert ("token" in answer) is (who != "anonymous")


def test_a_heartbeat_without_a_token_is_refused():
    client, release = signed_in("ann", enforce_csrf_checks=True), make_release()
    assert client.post(desk_of(release), {"_desk": "here", "_tab": TAB}).status_code == 403
    token = client.get(reverse("admin:desk_token")).json()["token"]
    form = {"_desk": "here", "_tab": TAB, "csrfmiddlewaretoken": token}
    assert client.post(desk_of(release), form).status_code == 200
