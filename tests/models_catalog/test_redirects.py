"""Addresses are forever."""

import pytest
from django.contrib.redirects.models import Redirect

from models_catalog.models import Release
from tests.factories import make_release

pytestmark = pytest.mark.django_db


def rename(release, slug):
    """As a form does: read the row, change it, save it."""
    release = Release.objects.get(pk=release.pk)
    release.slug = slug
    release.save()
    return release


def paths():
    return dict(Redirect.objects.values_list("old_path", "new_path"))


def test_changing_an_address_leaves_a_redirect(client):
    rename(make_release(slug="old"), "new")
    assert paths() == {"/models/old/": "/models/new/"}


def test_a_second_change_makes_no_second_hop():
    release = rename(make_release(slug="old"), "newer")
    rename(release, "newest")
    assert paths() == {"/models/old/": "/models/newest/", "/models/newer/": "/models/newest/"}


def test_moving_back_makes_no_loop():
    release = rename(make_release(slug="old"), "new")
    rename(release, "old")
    assert paths() == {"/models/new/": "/models/old/"}


def test_saving_without_a_change_leaves_nothing():
    release = make_release()
    Release.objects.get(pk=release.pk).save()
    assert paths() == {}


@pytest.mark.parametrize("query", ["?as_of=2026-11-25", "?utm=1", "?a=%20b&a=%C3%A9"])
def test_whatever_else_an_old_address_asks_for_comes_along(client, query):
    rename(make_release(slug="old"), "new")
    response = client.get(f"/models/old/{query}")
    assert (response.status_code, response["Location"]) == (301, f"/models/new/{query}")


def test_an_address_that_leads_nowhere_is_gone_whatever_it_asks_for(client):
    Redirect.objects.create(site_id=1, old_path="/models/old/", new_path="")
    assert client.get("/models/old/?utm=1").status_code == 410
    assert client.get("/models/older/?utm=1").status_code == 404
