"""What search engines are told."""

import re

import pytest

from tests.factories import make_edition, make_live_article, make_release

pytestmark = pytest.mark.django_db


def test_the_sitemap_lists_what_readers_may_see_under_the_sites_own_address(client, settings):
    settings.SITE_URL = "https://llamahub.example"
    make_release(slug="shown")
    make_release(slug="hidden", is_listed=False)
    make_live_article(slug="live")
    make_edition()
    response = client.get("/sitemap.xml")
    addresses = re.findall(r"<loc>([^<]*)</loc>", response.content.decode())
    assert response["Content-Type"].startswith("application/xml")
    assert {"https://llamahub.example/", "https://llamahub.example/models/shown/"} <= set(addresses)
    assert "https://llamahub.example/articles/live/" in addresses
    assert not [address for address in addresses if "hidden" in address]
    assert sum("/articles/" in address for address in addresses) == 2  # the list and the live one


def test_robots_are_led_to_the_sitemap_and_kept_from_the_admin(client, settings):
    settings.SITE_URL = "https://llamahub.example"
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert "Disallow: /admin/" in lines
    assert "Sitemap: https://llamahub.example/sitemap.xml" in lines


def test_an_unchanged_page_is_not_sent_again(client):
    tag = client.get("/about/")["ETag"]
    assert client.get("/about/", headers={"If-None-Match": tag}).status_code == 304
