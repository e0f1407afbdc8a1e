"""Where addresses of this site lead."""

import pytest
from django.contrib.redirects.models import Redirect

from editorial.content_check.findings import Code
from editorial.content_check.links import Addresses
from tests.factories import (
    make_article,
    make_event,
    make_image,
    make_license,
    make_live_article,
    make_release,
    make_source,
    make_term,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    make_release(slug="scout", license=make_license(slug="llama-4"))
    make_release(slug="hidden", is_listed=False)
    make_event(slug="launch")
    make_source(slug="card")
    make_term(slug="moe")
    make_live_article(slug="live")
    make_article(slug="unwritten")
    make_live_article(slug="gone", withdrawn_at="2026-06-01T00:00Z")


def code(address: str, **place) -> str | None:
    verdict = Addresses().problem(address, **place)
    return verdict[1].value if verdict else None


@pytest.mark.parametrize(
    "address",
    ["/", "/models/scout/", "/models/?branch=core&sort=context", "/models/scout/#anything", "/licensing/llama-4/",
     "/timeline/launch/", "/sources/card/", "/articles/live/", "/glossary/#moe", "/glossary/", "/feeds/articles.xml",
     "/static/img/favicon.png", "https://example.org/nothing/", "mailto:a@example.org", "tel:988", "#main"],
)  # fmt: skip
def test_what_readers_can_open_is_right(site, address):
    assert code(address) is None


@pytest.mark.parametrize(
    "address",
    ["/models/nothing/", "/models/hidden/", "/articles/unwritten/", "/articles/gone/", "/no/such/page/", "/glossary/#nothing",
     "/media/images/nothing.png", "/media/../../etc/passwd", "/static/nothing.png", "articles/live/", "../", "", "#nothing",
     "/admin/", "/models/%00/", "/models/\x00/", "/admin/editorial/edition/1/change/"],
)  # fmt: skip
def test_what_they_cannot_leads_nowhere(site, address):
    assert code(address) == Code.DEAD_LINK


def test_an_upload_that_is_there_is_found():
    assert code(make_image().file.url) is None


def test_a_heading_of_the_same_text_is_found():
    assert code("#here", own_anchors=["here"]) is None


def test_a_detour_is_a_warning_that_names_the_end(site):
    Redirect.objects.create(site_id=1, old_path="/models/old/", new_path="/models/scout/")
    assert code("/models/old/") == Code.MOVED_LINK
    assert code("/models/scout") == Code.MOVED_LINK


def test_a_page_that_is_marked_as_gone_leads_nowhere(site):
    Redirect.objects.create(site_id=1, old_path="/models/old/", new_path="")
    assert code("/models/old/") == Code.DEAD_LINK


def test_a_link_to_our_own_host_is_to_be_a_path(site, settings):
    assert code(f"{settings.SITE_URL}/models/scout/") == Code.DEAD_LINK
