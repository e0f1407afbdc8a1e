"""Rows of the admin’s lists are found by the words in them."""

from __future__ import annotations

import pytest
from django.db import connection

from editorial.models import Article, Edition
from models_catalog import finding
from models_catalog.finding import BREAKS, INDEXED_CHARACTERS, find, index_for, words_of
from models_catalog.models import Citation, Source, TimelineEvent, Variant
from tests.factories import (
    make_citation,
    make_edition,
    make_event,
    make_live_article,
    make_release,
    make_rule,
    make_source,
    make_use_case,
    make_variant,
)

SOURCE = ("title", "slug", "publisher", "url", "note")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Llama 4", ["Llama", "4"]),
        ("llama-3-1-8b", ["llama", "3", "1", "8b"]),
        ("https://ai.meta.com/blog/?id=7", ["https", "ai", "meta", "com", "blog", "id", "7"]),
        ("“Meta’s” café…", ["Meta", "s", "café"]),
        ("a & b | !c <-> 'd':* (e) \\", ["a", "b", "c", "d", "e"]),
        ("nul\x00 tab\t line\n", ["nul", "tab", "line"]),
        ("same same", ["same"]),
        ("&|!", []),
        ("", []),
    ],
)
def test_words_are_what_stands_between_spaces_and_punctuation(text, words):
    assert words_of(text) == words


def test_a_question_is_no_longer_than_anybody_types():
    assert len(words_of(" ".join(map(str, range(1_000))))) == 16
    assert words_of("x" * 5_000) == ["x" * 60]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "model card",
        "CARD mod",  # in any order and case, by the beginnings
        "llama-3-1-card",
        "3.1",
        "huggingface.co/meta-llama",
        "https://huggingface.co/meta-llama/Llama-3.1-8B",
        "8b",
        "“model” card",
        "Zuckerbergs edition",
    ],
)
def test_a_source_is_found_by_the_beginnings_of_its_words(text):
    found = make_source(
        title="Llama 3.1 “model” card",
        slug="llama-3-1-card",
        publisher="Meta",
        url="https://huggingface.co/meta-llama/Llama-3.1-8B",
        note="Zuckerbergs Edition of 2024",
    )
    make_source(title="Another", slug="another", url="https://example.org/")
    assert list(find(Source.objects.all(), SOURCE, text)) == [found]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["odel", "model zzz", "meta | zzz", "!zzz", "card <-> model zzz"])
def test_it_is_not_found_by_what_no_word_begins_with(text):
    make_source(title="Model card", slug="card", publisher="Meta", url="https://example.org/", note="")
    assert not find(Source.objects.all(), SOURCE, text).exists()


@pytest.mark.django_db
def test_the_index_ends_words_where_a_question_does():
    with connection.cursor() as cursor:
        cursor.execute("SELECT strip(models_catalog_words(%s))::text", ["".join(f"a{mark}b " for mark in BREAKS)])
        assert cursor.fetchone() == ("'a' 'b'",)


@pytest.mark.django_db
def test_nothing_to_look_for_finds_nothing_and_no_question_finds_all():
    make_source()
    assert not find(Source.objects.all(), SOURCE, "&|!").exists()
    assert find(Source.objects.all(), SOURCE, " ").exists()


@pytest.fixture(params=[1_000, 0], ids=["words of few", "words of many"])
def few(request, monkeypatch):
    """Words that few rows have are looked for in another way than those of many: both must find the same."""
    monkeypatch.setattr(finding, "FEW", request.param)


@pytest.mark.django_db
@pytest.mark.usefixtures("few")
def test_a_citation_is_found_by_words_of_its_own_of_its_entry_and_of_its_source():
    source = make_source(title="Almanac", publisher="Fernwood")
    release = make_release(name="Llama Nine", slug="llama-nine")
    citation = make_citation(release=release, field="context_tokens", source=source, locator="Table 7")
    make_citation(release=make_release(), field="context_tokens", locator="Table 7")
    fields = ("source__title", "locator", "note", "release__name", "event__title")
    for text in ("table nine", "fern alma 7", "nine fernwood table"):
        assert list(find(Citation.objects.all(), fields, text)) == [citation], text
    assert not find(Citation.objects.all(), fields, "nine zzz").exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("few")
def test_an_entry_is_found_by_words_of_what_is_several_steps_away_or_leads_to_it():
    rule = make_rule(use_case=make_use_case(label="Fernwood"))
    citation = make_citation(license_rule=rule, field="verdict")
    article = make_live_article(edition={"title": "Fernwood"})
    make_edition(article=article, title="Fernwood revisited")
    make_edition(title="Another")
    assert list(find(Citation.objects.all(), ("locator", "license_rule__use_case__label"), "fernw")) == [citation]
    assert list(find(Article.objects.all(), ("slug", "editions__title"), "fernw")) == [article]


@pytest.mark.django_db
@pytest.mark.usefixtures("few")
def test_an_entry_that_several_rows_lead_to_is_found_once():
    release = make_release(name="Llama Nine", slug="llama-nine")
    for number in range(3):
        make_variant(release=release, name=f"Llama Nine {number}", slug=f"llama-nine-{number}")
    assert len(find(Variant.objects.all(), ("name", "release__name"), "nine")) == 3


@pytest.mark.django_db
def test_a_text_of_a_megabyte_of_different_words_is_kept_and_found_by_its_beginning():
    body = " ".join(f"{number:x}" for number in range(170_000))
    assert len(body) > 9 * INDEXED_CHARACTERS
    edition = make_edition(title="Zebra", body=body)
    assert list(find(Edition.objects.all(), ("title", "standfirst", "body"), "zebra 2f3")) == [edition]


@pytest.mark.django_db
def test_a_search_begins_at_the_index_and_a_list_at_that_of_its_order():
    TimelineEvent.objects.bulk_create(
        TimelineEvent(
            title=f"Event {number}", slug=f"event-{number}", happened_on=f"2024-{1 + number % 12:02}-01",
            kind="release", summary="Something happened.",
        )
        for number in range(3_000)
    )  # fmt: skip
    make_event(title="Quetzalcoatl wakes", slug="quetzalcoatl")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE models_catalog_timelineevent")
    index = index_for(TimelineEvent, ("title", "slug", "summary"))
    assert index is not None
    rows = TimelineEvent.objects.newest_first()
    assert index.name in find(rows, ("title", "slug", "summary"), "quetzal")[:50].explain()
    common = find(rows, ("title", "slug", "summary"), "event")[:50].explain()
    assert "event_newest_first" in common
    assert "Seq Scan" not in common
    # What Postgres believes of a table outlasts the transaction.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM models_catalog_timelineevent")
        cursor.execute("ANALYZE models_catalog_timelineevent")


@pytest.mark.django_db
def test_a_word_that_most_rows_have_is_looked_for_in_the_order_of_the_list():
    release, source = make_release(), make_source()
    Citation.objects.bulk_create(
        Citation(
            release=release, field="summary", source=source, locator=f"Page {number}",
            checked_on=f"2024-01-{1 + number % 28:02}",
        )
        for number in range(3_000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE models_catalog_citation")
    found = find(Citation.objects.order_by("checked_on", "pk"), ("source__title", "locator", "release__name"), "page")
    plan = found[:50].explain()
    assert "citation_longest_unchecked" in plan
    assert "Sort" not in plan
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM models_catalog_citation")
        cursor.execute("ANALYZE models_catalog_citation")
