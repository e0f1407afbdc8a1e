"""The feed of articles."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.utils import timezone

from tests.factories import make_live_article

pytestmark = pytest.mark.django_db

ATOM = {"atom": "http://www.w3.org/2005/Atom"}


def feed(client) -> ET.Element:
    return ET.fromstring(client.get("/feeds/articles.xml").content)


def test_lists_live_articles_newest_first(client):
    make_live_article(edition={"title": "Older"})
    make_live_article(edition={"title": "Newer", "publish_at": timezone.now() - timedelta(days=1)})
    titles = [entry.findtext("atom:title", namespaces=ATOM) for entry in feed(client).findall("atom:entry", ATOM)]
    assert titles == ["Newer", "Older"]


def test_addresses_are_the_sites_own_whatever_host_was_asked(client, settings):
    settings.SITE_URL = "https://hub.example"
    article = make_live_article()
    root = feed(client)
    links = [link.get("href") for link in root.iter("{http://www.w3.org/2005/Atom}link")]
    assert f"https://hub.example{article.get_absolute_url()}" in links
    assert all(link.startswith("https://hub.example/") for link in links)


def test_is_cacheable_and_sets_no_cookie(client):
    response = client.get("/feeds/articles.xml")
    assert response["Content-Type"].startswith("application/atom+xml")
    assert response["Cache-Control"].startswith("public")
    assert not response.cookies


def test_costs_the_same_with_1_article_and_with_15(client, django_assert_num_queries):
    make_live_article()
    client.get("/feeds/articles.xml")  # the site’s row is kept from here on
    with django_assert_num_queries(3):
        client.get("/feeds/articles.xml")
    for _ in range(14):
        make_live_article()
    with django_assert_num_queries(3):
        client.get("/feeds/articles.xml")
