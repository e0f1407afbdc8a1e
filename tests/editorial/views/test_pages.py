"""What every editorial page has in common."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import connection
from django.template.base import Template
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from editorial.context import site
from editorial.models import Article, Author, Topic

from .pages import Page, fill

pytestmark = pytest.mark.django_db

KINDS = ("hub", "articles", "article", "topic", "author", "glossary", "notices", "about")


def address(kind: str) -> str:
    """A page of each kind, on a site that `fill` filled."""
    owner = {"article": Article, "topic": Topic, "author": Author}.get(kind)
    if owner is None:
        return reverse(f"editorial:{kind}")
    if owner is Article:
        return Article.objects.order_by("pk").first().get_absolute_url()
    return owner.objects.filter(articles__isnull=False).first().get_absolute_url()


def get(client, url: str) -> Page:
    response = client.get(url)
    assert response.status_code == 200
    return Page(response.content.decode())


@pytest.mark.parametrize("kind", KINDS)
def test_costs_the_same_number_of_queries_with_1_entry_and_with_30(client, kind):
    fill(1)
    with CaptureQueriesContext(connection) as few:
        client.get(address(kind))
    fill(29)
    with CaptureQueriesContext(connection) as many:
        client.get(address(kind))
    assert len(many) == len(few)


@contextmanager
def queries_while_rendering(monkeypatch):
    """The SQL that templates cause, apart from the hub’s settings, which the frame fetches when it prints them."""
    statements: list[str] = []
    original = Template._render

    def render(self, context):
        with CaptureQueriesContext(connection) as captured:
            html = original(self, context)
        statements.extend(
            query["sql"] for query in captured.captured_queries if "editorial_hubsettings" not in query["sql"]
        )
        return html

    with monkeypatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield statements


@pytest.mark.parametrize("kind", KINDS)
def test_templates_cause_no_query(client, monkeypatch, kind):
    fill(2)
    url = address(kind)
    with queries_while_rendering(monkeypatch) as statements:
        client.get(url)
    assert statements == []


@pytest.mark.parametrize("kind", KINDS)
def test_is_well_formed_and_has_one_outline(client, kind):
    fill(2)
    page = get(client, address(kind))
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))
    assert page.headings.count(1) == 1
    steps = zip(page.headings, page.headings[1:], strict=False)
    assert all(deeper <= level + 1 for level, deeper in steps), page.headings


@pytest.mark.parametrize("kind", KINDS)
def test_is_public_and_sets_no_cookie(client, kind):
    fill(1)
    response = client.get(address(kind))
    assert response["Cache-Control"].startswith("public, max-age=")
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_titles_descriptions_and_addresses_are_unique(client):
    fill(2)
    pages = [get(client, address(kind)) for kind in KINDS]
    for values in ([p.title for p in pages], [p.description for p in pages], [p.canonical for p in pages]):
        assert all(values)
        assert len(set(values)) == len(values)


def test_the_canonical_address_is_the_sites_own(client, settings):
    settings.SITE_URL = "https://hub.example"
    assert get(client, "/articles/").canonical == "https://hub.example/articles/"


@pytest.mark.parametrize("kind", ["hub", "articles", "glossary", "notices", "about"])
def test_a_site_without_content_says_so_instead_of_failing(client, kind):
    page = get(client, reverse(f"editorial:{kind}"))
    assert 'class="empty"' in page.html


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_is_changed_by_asking(client, kind, method):
    fill(1)
    assert getattr(client, method)(address(kind)).status_code == 405


def test_the_frame_costs_nothing_where_no_template_prints_it(rf, django_assert_num_queries):
    """The admin has the same context and none of its templates asks for the hub’s settings."""
    with django_assert_num_queries(0):
        context = site(rf.get("/admin/"))
    with django_assert_num_queries(1):
        assert f"{context['hub'].name} {context['hub'].tagline}"


def test_text_from_editors_is_shown_as_text(client):
    fill(1)
    Topic.objects.update(name="<script>alert(1)</script>", description='"><img src=x onerror=alert(1)>')
    for kind in ("hub", "articles", "article", "topic"):
        assert "<script>alert" not in get(client, address(kind)).html
        assert "<img src=x" not in get(client, address(kind)).html
