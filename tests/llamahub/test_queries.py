"""What a page costs the database: few queries, whatever page it is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import shipped_content
from tests.pages import AT_MOST_QUERIES, PAGES, PAST_QUERIES

pytestmark = pytest.mark.django_db


def asked(client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_no_page_takes_more_than_a_few_queries_nor_does_its_past(client):
    shipped_content.load()
    today = timezone.localdate().isoformat()
    now = dict.fromkeys(PAGES.values(), AT_MOST_QUERIES)
    past = {f"{url}{'&' if '?' in url else '?'}as_of={today}": AT_MOST_QUERIES + PAST_QUERIES for url in PAGES.values()}
    taken = {url: (asked(client, url), at_most) for url, at_most in (now | past).items()}
    assert {url: count for url, (count, at_most) in taken.items() if count > at_most} == {}
