"""Glossary, notices and authors."""

from __future__ import annotations

import pytest

from tests.factories import make_author, make_help_line, make_live_article, make_notice, make_term

from .pages import Page

pytestmark = pytest.mark.django_db


def read(client, url: str) -> Page:
    return Page(client.get(url).content.decode())


def test_a_term_has_a_place_that_links_lead_to(client):
    term, other = make_term(slug="moe", term="Mixture of experts", aliases=["MoE"]), make_term(slug="weights")
    term.see_also.add(other)
    page = read(client, "/glossary/")
    assert {"moe", "weights"} <= set(page.ids)
    assert page.links.count("#weights") == 2  # the list of terms, and “see also”
    assert "MoE" in page.html


def test_terms_are_sorted_as_a_reader_looks_them_up(client):
    for term in ("weights", "KV cache", "adapter"):
        make_term(term=term, slug=term.lower().replace(" ", "-"))
    ids = read(client, "/glossary/").ids
    assert ids.index("adapter") < ids.index("kv-cache") < ids.index("weights")


def test_notices_show_help_lines_that_can_be_tapped(client):
    notice = make_notice(slug="well-being")
    make_help_line(notice=notice, contact="Call or text 988", url="tel:988", region="United States")
    page = read(client, "/notices/")
    assert "well-being" in page.ids
    assert "tel:988" in page.links
    assert "United States" in page.html


def test_a_notice_that_is_not_listed_is_not_shown(client):
    make_notice(title="Not for readers", is_listed=False)
    assert "Not for readers" not in read(client, "/notices/").html


def test_an_author_has_a_page_with_what_they_signed(client):
    author = make_author(name="The desk", bio="A few editors.")
    article = make_live_article(authors=[author])
    other = make_live_article()
    page = read(client, author.get_absolute_url())
    assert "A few editors." in page.html
    assert article.get_absolute_url() in page.links
    assert other.get_absolute_url() not in page.links
