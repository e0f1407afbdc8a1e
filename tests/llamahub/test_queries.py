"""What a page costs the database: few queries, whatever page it is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from llamahub import content
from tests.pages import AT_MOST_QUERIES, PAGES, PAST_QUERIES

pytestmark = pytest.mark.django_db


def asked(client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_no_page_of_the_shipped_site_takes_more_than_a_few_queries(client):
    content.load()
    taken = {name: asked(client, url) for name, url in PAGES.items()}
    assert {name: count for name, count in taken.items() if count > AT_MOST_QUERIES} == {}


def test_the_past_takes_as_many_and_the_turn_to_it(client):
    content.load()
    today = timezone.localdate().isoformat()
    past = {name: f"{url}{'&' if '?' in url else '?'}as_of={today}" for name, url in PAGES.items()}
    taken = {name: asked(client, url) for name, url in past.items()}
    assert {name: count for name, count in taken.items() if count > AT_MOST_QUERIES + PAST_QUERIES} == {}
