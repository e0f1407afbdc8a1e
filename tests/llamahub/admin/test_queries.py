"""Lists and the start page cost the same however much there is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from editorial.models import HubSection, HubSettings
from tests.factories import make_edition, make_source, make_user

from .entries import ENTRIES, MAKERS, address, make_citation, name_of

pytestmark = pytest.mark.django_db


def queries(client, url):
    # The first visit warms what is kept per process, for example content types.
    client.get(url, follow=True)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url, follow=True).status_code == 200
    return len(captured)


@pytest.mark.parametrize("model", [model for model in ENTRIES if model is not HubSettings], ids=name_of)
def test_a_list_asks_as_much_for_ten_rows_as_for_two(client, model):
    client.force_login(make_user(is_superuser=True))
    for _ in range(2):
        MAKERS[model]()
    few = queries(client, address(model, "changelist"))
    for _ in range(8):
        MAKERS[model]()
    many = queries(client, address(model, "changelist"))
    assert many == few
    # Two of them ask in which zone times are shown.
    assert few <= 18
    assert model is not HubSection or HubSection.objects.count() == 10


def test_the_start_page_asks_as_much_for_much_as_for_little(client):
    client.force_login(make_user(is_superuser=True))
    for _ in range(2):
        make_citation(status="unverified")
        make_edition()
        make_source(last_checked_on=None)
    few = queries(client, reverse("admin:index"))
    for _ in range(8):
        make_citation(status="unverified")
        make_edition()
        make_source(last_checked_on=None)
    assert queries(client, reverse("admin:index")) == few
    # One of them asks whether the account lacks a second factor, two in which zone times are shown, four how old
    # the last export is and whether that worries anybody here.
    assert few <= 22
