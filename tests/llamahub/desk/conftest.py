"""Two editors, and what a form of theirs sends."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_release, make_user
from tests.llamahub.admin.entries import address, filled_in

TAB = "11111111-aaaa"
OTHER_TAB = "22222222-bbbb"


def signed_in(name, *groups, **options):
    client = Client(**options)
    client.user = make_user(*(groups or ("Publisher",)), username=name)
    client.force_login(client.user)
    return client


@pytest.fixture
def ann():
    return signed_in("ann")


@pytest.fixture
def ben():
    return signed_in("ben")


@pytest.fixture
def release():
    return make_release(name="Llama Test", summary="As it was.")


def desk_of(entry):
    return reverse("admin:desk", args=[entry._meta.app_label, entry._meta.model_name, entry.pk])


def tell(client, entry, action, tab=TAB, turn=1, **more):
    return client.post(desk_of(entry), {"_desk": action, "_tab": tab, "_turn": turn, **more})


def open_form(client, entry):
    return filled_in(client.get(address(type(entry), "change", entry.pk)), type(entry))


def page_of(client, entry):
    return client.get(address(type(entry), "change", entry.pk)).content.decode()


def is_offered(page):
    """Whether something unsaved is offered; the page’s empty pattern for it is not meant."""
    return re.search(r'name="_restore" value="\d', page) is not None


def save(client, entry, form, **typed):
    return client.post(address(type(entry), "change", entry.pk), {**form, **typed})


def keep(client, entry, tab=TAB, turn=1, **typed):
    return tell(client, entry, "keep", tab, turn, **{**open_form(client, entry), "_once": "", "_tab": tab, **typed})
