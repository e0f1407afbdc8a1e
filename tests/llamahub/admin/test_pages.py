"""Every page of every kind of entry works for someone who publishes."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.redirects.models import Redirect
from django.urls import reverse

from editorial.models import Edition, HubSettings
from llamahub.accounts.models import AuditEntry, SecurityPolicy
from llamahub.backup.models import BackupPolicy, Export
from models_catalog.models import RecordedChange, Variant
from tests.factories import make_user

from .entries import ENTRIES, MAKERS, address, filled_in, make_redirect, name_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(client):
    user = make_user("Publisher")
    client.force_login(user)
    return user


def test_every_kind_of_content_is_in_the_admin():
    of_the_house = {Redirect, User, Group, RecordedChange, AuditEntry, SecurityPolicy, Export, BackupPolicy}
    assert set(admin.site._registry) == {*MAKERS, *of_the_house}


@pytest.mark.parametrize("model", ENTRIES, ids=name_of)
def test_the_list_shows_the_entry(client, publisher, model):
    entry = MAKERS[model]()
    response = client.get(address(model, "changelist"), follow=True)
    assert response.status_code == 200
    assert address(model, "change", entry.pk) in response.content.decode() or model is HubSettings


@pytest.mark.parametrize("model", ENTRIES, ids=name_of)
def test_the_list_can_be_searched(client, publisher, model):
    MAKERS[model]()
    response = client.get(address(model, "changelist"), {"q": "llama 4"}, follow=True)
    assert response.status_code == 200


@pytest.mark.parametrize("model", ENTRIES, ids=name_of)
def test_the_form_for_a_new_entry_opens(client, publisher, model):
    response = client.get(address(model, "add"))
    assert response.status_code == (403 if model is Edition else 200)


@pytest.mark.parametrize("model", ENTRIES, ids=name_of)
def test_the_form_saves_unchanged(client, publisher, model):
    entry = MAKERS[model]()
    page = client.get(address(model, "change", entry.pk))
    assert page.status_code == 200
    response = client.post(address(model, "change", entry.pk), filled_in(page, model))
    assert response.status_code == 302, response.context["errors"]
    assert client.get(address(model, "history", entry.pk)).status_code == 200


@pytest.mark.parametrize("model", ENTRIES, ids=name_of)
def test_the_entry_can_be_deleted(client, publisher, model):
    entry = MAKERS[model]()
    page = client.get(address(model, "delete", entry.pk))
    if model is HubSettings:
        assert page.status_code == 403
        return
    assert page.status_code == 200
    assert client.post(address(model, "delete", entry.pk), {"post": "yes"}).status_code == 302
    assert not model.objects.filter(pk=entry.pk).exists()


@pytest.mark.parametrize("model", ENTRIES, ids=name_of)
def test_the_form_links_to_what_readers_see(client, publisher, model):
    entry = MAKERS[model]()
    if not hasattr(entry, "get_absolute_url") or model.__name__ in {"Article", "Edition"}:
        pytest.skip("has no page while it is not public")
    page = client.get(address(model, "change", entry.pk)).content.decode()
    assert f'href="{entry.get_absolute_url()}" class="viewsitelink"' in page


def test_there_is_no_link_to_a_page_that_readers_cannot_see(client, publisher):
    from tests.factories import make_release

    release = make_release(is_listed=False)
    page = client.get(address(type(release), "change", release.pk)).content.decode()
    assert "viewsitelink" not in page


def test_redirects_are_kept_without_naming_a_site(client, publisher):
    response = client.post(address(Redirect, "add"), {"old_path": "/a/", "new_path": "/b/"})
    assert response.status_code == 302
    assert Redirect.objects.get().site_id == 1


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("a/", "/b/", "old_path"),
        ("/a/", "/a/", "new_path"),
        ("/a/", "//evil.example/", "new_path"),
        ("/old/", "/b/", "old_path"),
    ],
)
def test_a_redirect_that_cannot_work_is_refused(client, publisher, old, new, field):
    make_redirect()
    response = client.post(address(Redirect, "add"), {"old_path": old, "new_path": new})
    assert field in response.context["adminform"].form.errors
    assert Redirect.objects.count() == 1


def test_the_start_page_is_arranged_by_task(client, publisher):
    page = client.get(reverse("admin:index"))
    rooms = [room["name"] for room in page.context["app_list"]]
    assert rooms == [
        "Facts: the family",
        "Facts: timeline",
        "Facts: licensing",
        "Facts: running the models",
        "Facts: evidence",
        "Newsroom: articles",
        "Newsroom: hub page",
        "Newsroom: glossary and notices",
        "House",
    ]
    listed = {entry["model"] for room in page.context["app_list"] for entry in room["models"]}
    assert listed == {*MAKERS, Redirect, RecordedChange}


def test_the_pages_of_an_app_stay_as_they_are(client, publisher):
    page = client.get(reverse("admin:app_list", args=["models_catalog"]))
    assert page.status_code == 200
    assert len(page.context["app_list"]) == 1


def test_view_on_site_leads_to_this_site(client, publisher):
    entry = MAKERS[Variant]()
    kind = ContentType.objects.get_for_model(Variant)
    response = client.get(reverse("admin:view_on_site", args=[kind.pk, entry.pk]))
    assert (response.status_code, response["Location"]) == (302, entry.get_absolute_url())


@pytest.mark.parametrize("address", ["x/1", "1/x", "99999/1", "99999999999999999999/1", "1/99999999999999999999"])
def test_view_on_site_of_nothing_is_not_found(client, publisher, address):
    assert client.get(f"/admin/r/{address}/").status_code == 404
