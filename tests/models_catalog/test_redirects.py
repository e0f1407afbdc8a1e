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
