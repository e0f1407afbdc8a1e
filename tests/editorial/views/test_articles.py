"""Articles for readers: what they see of one, and what they never see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from editorial.models import Edition
from tests.factories import (
    make_edition,
    make_live_article,
    make_release,
    make_source,
    make_term,
    make_topic,
)

from .pages import Page, fill, hide_articles

pytestmark = pytest.mark.django_db

PUBLIC = ("/", "/articles/", "/articles/?page=2", "/glossary/", "/notices/", "/about/", "/feeds/articles.xml")


def read(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


@pytest.mark.parametrize("state", ["draft", "review", "scheduled", "never"])
def test_what_was_never_public_is_as_unknown_as_a_mistyped_address(client, state):
    hidden = client.get(hide_articles("zebra")[state])
    unknown = client.get("/articles/there-is-no-such-article/")
    assert hidden.status_code == unknown.status_code == 404
    assert len(hidden.content) == len(unknown.content)
    assert b"zebra" not in hidden.content


def test_a_withdrawn_article_is_gone(client):
    response = client.get(hide_articles("zebra")["withdrawn"])
    assert response.status_code == 410
    assert b"zebra title" not in response.content
    assert "public" not in response.get("Cache-Control", "")


def test_no_page_or_feed_shows_what_is_not_live(client):
    fill(2)
    hide_articles("zebra")
    live = make_live_article()
    urls = [*PUBLIC, live.get_absolute_url(), live.topic.get_absolute_url()]
    urls += [author.get_absolute_url() for author in live.authors.all()]
    for edition in Edition.objects.filter(article__slug__startswith="zebra"):
        urls += [edition.article.topic.get_absolute_url(), edition.article.authors.get().get_absolute_url()]
    for url in urls:
        assert "zebra" not in read(client, url), url


def test_a_live_article_keeps_its_draft_to_itself(client):
    article = make_live_article(edition={"title": "What readers see"})
    make_edition(article=article, title="What is being written")
    make_edition(
        article=article,
        title="What comes next",
        status=Edition.Status.APPROVED,
        publish_at=timezone.now() + timedelta(days=1),
    )
    html = read(client, article.get_absolute_url())
    assert "What readers see" in html
    assert "being written" not in html
    assert "comes next" not in html


def test_the_newest_edition_whose_time_has_come_is_shown_with_the_history(client):
    article = make_live_article(edition={"title": "The first"})
    make_edition(
        article=article,
        title="The second",
        change_note="A number was put right.",
        status=Edition.Status.APPROVED,
        publish_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    )
    page = Page(read(client, article.get_absolute_url()))
    assert page.title.startswith("The second")
    for words in (
        "Updated",
        "March 1, 2026",
        "Edition 2",
        "A number was put right.",
        "January 1, 2026",
        "first published",
    ):
        assert words in page.html


def test_an_article_says_who_when_how_long_and_as_of_when(client):
    article = make_live_article(edition={"body": "word " * 700, "title": "A headline"})
    author = article.authors.get()
    html = read(client, article.get_absolute_url())
    for words in ("3 min read", "Published", "November 24, 2026", "edition 1", article.get_absolute_url()):
        assert words in html
    assert f'href="{author.get_absolute_url()}" rel="author"' in html


def test_headings_become_the_list_of_contents(client):
    article = make_live_article(edition={"body": "## First part\n\nText.\n\n## Second part\n\nText."})
    page = Page(read(client, article.get_absolute_url()))
    assert {"#first-part", "#second-part"} <= set(page.links)
    assert {"first-part", "second-part"} <= set(page.ids)


def test_footnotes_lead_to_the_documents_cited(client):
    source = make_source(slug="a-card", title="A model card")
    unused = make_source(title="Another card")
    body = "A fact.[^1]\n\n[^1]: [The card](/sources/a-card/), table 1."
    html = read(client, make_live_article(edition={"body": body}).get_absolute_url())
    assert "Documents cited" in html
    assert source.title in html
    assert unused.title not in html


def test_the_first_use_of_a_term_links_to_the_glossary(client):
    term = make_term(term="Quantization", aliases=["quantized"])
    body = "Quantization saves memory. Quantization costs accuracy."
    page = Page(read(client, make_live_article(edition={"body": body}).get_absolute_url()))
    assert page.links.count(term.get_absolute_url()) == 1


def test_models_of_an_article_are_linked_unless_they_are_not_listed(client):
    article = make_live_article()
    shown, hidden = make_release(name="Llama Shown"), make_release(name="Llama Hidden", is_listed=False)
    article.releases.set([shown, hidden])
    html = read(client, article.get_absolute_url())
    assert shown.get_absolute_url() in html
    assert "Llama Hidden" not in html


def test_related_articles_share_a_topic_or_a_model(client):
    topic, release = make_topic(), make_release()
    article = make_live_article(topic=topic, edition={"title": "This one"})
    article.releases.add(release)
    make_live_article(topic=topic, edition={"title": "Same topic"})
    same_model = make_live_article(edition={"title": "Same model"})
    same_model.releases.add(release)
    make_live_article(edition={"title": "Unrelated"})
    html = read(client, article.get_absolute_url()).partition("Read next")[2]
    assert "Same topic" in html
    assert "Same model" in html
    assert "Unrelated" not in html
    assert "This one" not in html


@pytest.mark.parametrize("page", ["0", "-1", "99999", "9" * 5000, "abc", "1.5", "", "1&page=2", "' OR 1=1"])
def test_paging_survives_nonsense(client, page):
    fill(1)
    assert client.get(f"/articles/?page={page}").status_code == 200


def test_lists_have_pages_of_twenty_that_are_addresses_of_their_own(client):
    topic = make_topic()
    for _ in range(21):
        make_live_article(topic=topic)
    for url in ("/articles/", topic.get_absolute_url()):
        first = Page(read(client, url))
        [older] = [link for link in first.links if "after=" in link]
        second = Page(read(client, f"{url}{older}"))
        assert first.html.count('class="article-item"') == 20
        assert second.html.count('class="article-item"') == 1
        assert second.canonical == f"{first.canonical}{older}"
        # An address from when pages had numbers.
        assert Page(read(client, f"{url}?page=2")).canonical == second.canonical
        assert second.title != first.title
        assert second.description != first.description


def test_topics_without_live_articles_are_not_offered(client):
    empty, used = make_topic(name="Nothing yet"), make_live_article().topic
    html = read(client, "/articles/")
    assert used.get_absolute_url() in html
    assert empty.get_absolute_url() not in html


def test_an_article_that_moved_leaves_a_redirect(client):
    article = make_live_article(slug="old-address")
    article = type(article).objects.get(pk=article.pk)
    article.slug = "new-address"
    article.save()
    response = client.get("/articles/old-address/")
    assert response.status_code == 301
    assert response["Location"] == reverse("editorial:article", args=["new-address"])


@pytest.mark.parametrize("path", ["/articles/x/y.css", "/articles/%00/", "/topics/none/", "/authors/none/"])
def test_addresses_that_lead_nowhere_are_404(client, path):
    assert client.get(path).status_code in {400, 404}
