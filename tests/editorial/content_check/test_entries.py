"""One entry, checked as it is being written: the same findings as of the whole site, at a cost that does not grow with it."""

import pytest
from django.contrib.redirects.models import Redirect
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editorial.content_check.entries import check_entry
from editorial.content_check.findings import Code, counted
from editorial.content_check.site import check_site
from editorial.models import Article, Edition, Notice
from tests.factories import (
    make_edition,
    make_hub,
    make_image,
    make_live_article,
    make_notice,
    make_release,
    make_style_rule,
    make_term,
)

pytestmark = pytest.mark.django_db

WRONG = """# Open-source

#### Too deep

![](/static/img/favicon.png) [a](/models/nothing/) [b](/glossary/#nothing) [c](#nowhere) [d](#too-deep) [e](/models/scout)

{{ scout.context_tokens }} {{ lama.context_tokens }} {{ hidden.context_tokens }}

[f](/articles/other/#a-section) [g](/articles/other/#nothing) [h](/notices/#privacy-inside) [i](/old/) [j](//[) lost[^x]

[^unused]: Note.
"""


@pytest.fixture
def site():
    make_hub()
    make_style_rule(avoid="open-source", prefer="open-weight", exceptions=["Open Source Initiative"])
    make_release(slug="scout", context_tokens=10)
    make_release(slug="hidden", is_listed=False)
    make_term(slug="moe")
    make_live_article(slug="other")
    make_notice(slug="privacy", body="### Inside")
    Redirect.objects.create(site_id=1, old_path="/old/", new_path="/models/scout/")


def said(findings, entry):
    return {
        (each.level, each.code, each.place.field, each.line, each.message)
        for each in findings
        if each.place.key == entry.natural_key() and each.place.model == entry._meta.label_lower
    }


@pytest.mark.parametrize("make", [make_edition, make_notice, make_live_article])
def test_an_entry_is_judged_as_the_whole_site_is(site, make):
    if make is make_live_article:
        entry = make(edition={"title": "Open-source it is", "body": WRONG}).editions.get()
    else:
        entry = make(title="Open-source it is", body=WRONG)
    found = check_entry(entry)
    assert said(found, entry) == said(check_site().findings, entry)
    assert {each.code for each in found} >= {
        Code.BROKEN_REFERENCE, Code.DEAD_LINK, Code.MOVED_LINK, Code.MISSING_ALT, Code.HEADING_ORDER, Code.HOUSE_STYLE,
        Code.LOST_FOOTNOTE,
    }  # fmt: skip


def test_what_is_right_is_not_found(site):
    body = (
        "## A\n\nBy the Open Source Initiative’s definition it is not open-source. {{ scout.context_tokens }} [a](#a)"
    )
    body += "[b](/articles/other/#a-section) [c](/notices/#privacy-inside) ![](/static/img/favicon.png)"
    image = make_image()
    assert check_entry(make_edition(body=body.replace("![](/static/img/favicon.png)", f"![]({image.address})"))) == []


def test_what_is_typed_counts_not_what_is_stored(site):
    edition = make_edition(body="Fine.")
    edition.body = "Open-source."
    assert [each.code for each in check_entry(edition)] == [Code.HOUSE_STYLE]


def test_an_entry_that_is_not_saved_yet_can_be_checked(site):
    for entry in (Edition(article=Article(slug="new"), number=1, body=WRONG), Notice(body=WRONG)):
        assert len(check_entry(entry)) >= 8


def test_findings_come_in_the_order_of_the_form_and_of_the_lines(site):
    found = check_entry(
        make_edition(title="Open-source", change_note="Open-source", body="a\n\nopen-source\n\n[x](/no/)")
    )
    assert [(each.place.field, each.line) for each in found] == [
        ("title", 1), ("change_note", 1), ("body", 3), ("body", 5),
    ]  # fmt: skip


def test_a_finding_keeps_its_key_while_it_moves(site):
    before, after = (check_entry(make_edition(body=f"{lead}[x](/old/)"))[0] for lead in ("", "a\n\n"))
    assert (before.line, after.line) == (1, 3)
    assert before.key == after.key
    assert before.key != check_entry(make_edition(body="[x](/models/scout)"))[0].key


def test_the_queries_grow_neither_with_the_site_nor_with_the_text(site):
    counts = []
    for times in (1, 40):
        edition = make_edition(body=WRONG * times)
        with CaptureQueriesContext(connection) as captured:
            check_entry(edition)
        counts.append(len(captured))
        for _ in range(20):
            make_live_article()
            make_release()
    assert counts[0] == counts[1] <= 50


def test_a_text_beyond_the_limits_is_refused_at_once(site):
    [finding] = check_entry(make_edition(body="a" * 1_000_001))
    assert finding.code == Code.UNREADABLE_TEXT


def test_they_are_counted_in_words(site):
    found = check_entry(make_edition(body="Open-source [x](/old/) [y](/no/)"))
    assert counted(found) == "2 errors and 1 warning"
    assert counted(found[:1]) == "1 error"
    assert counted([]) == "nothing"
