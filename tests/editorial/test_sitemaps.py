"""What search engines are told of."""

from __future__ import annotations

import pytest

from editorial.sitemaps import sitemaps
from tests.factories import make_author, make_live_article, make_topic

from .views.pages import hide_articles

pytestmark = pytest.mark.django_db


def listed(name: str) -> set[str]:
    sitemap = sitemaps[name]
    return {sitemap.location(item) for item in sitemap.items()}


def test_live_articles_their_topics_and_authors_are_listed():
    article = make_live_article()
    assert listed("articles") == {article.get_absolute_url()}
    assert listed("topics") == {article.topic.get_absolute_url()}
    assert listed("authors") == {author.get_absolute_url() for author in article.authors.all()}


def test_what_readers_cannot_reach_is_not_listed():
    hide_articles("zebra")
    make_topic()
    make_author()
    assert listed("articles") == listed("topics") == listed("authors") == set()


@pytest.mark.parametrize("name", sitemaps)
def test_every_address_answers(client, name):
    make_live_article()
    for url in listed(name):
        assert client.get(url).status_code == 200
