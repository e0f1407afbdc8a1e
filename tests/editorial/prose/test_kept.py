"""A text is laid out once, and again when anything changes that shows in it."""

from __future__ import annotations

import pytest

from editorial import prose
from editorial.prose import Illustration, kept
from models_catalog.facts import fact
from models_catalog.models import Release
from tests.factories import make_release

TEXT = "## A heading\n\nAn open-weight model[^1] and ![ ](/media/images/0123456789ab).\n\n[^1]: A note.\n"
PICTURE = Illustration(srcset="", src="/media/a.webp", width=2, height=1, alt="A", credit="B")


@pytest.fixture
def laid_out(monkeypatch) -> list[str]:
    """The texts that were laid out, in order."""
    seen: list[str] = []

    def lay_out(markdown, **given):
        seen.append(markdown)
        return prose.lay_out(markdown, **given)

    monkeypatch.setattr(kept, "lay_out", lay_out)
    return seen


def test_the_second_reader_gets_what_was_laid_out_for_the_first(laid_out):
    assert kept.render(TEXT) == kept.render(TEXT) == prose.render(TEXT)
    assert laid_out == [TEXT]


@pytest.mark.parametrize(
    "change",
    [
        {"glossary": {"open-weight": "/glossary/#open-weight"}},
        {"pictures": {"0123456789ab": PICTURE}},
        {"prefix": "rights-"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_shows_in_a_text_is_part_of_its_key(laid_out, change):
    kept.render(TEXT)
    assert kept.render(TEXT, **change) == prose.render(TEXT, **change) != prose.render(TEXT)
    assert len(laid_out) == 2


def test_another_text_is_another_entry(laid_out):
    kept.render(TEXT)
    assert "Another" in kept.render("Another text").html
    assert len(laid_out) == 2


@pytest.mark.django_db
def test_a_quoted_fact_is_never_older_than_the_page(laid_out):
    text = "## Up to {{ llama-test.context_tokens }}\n\nIt reads {{ llama-test.context_tokens }}.\n"
    release = make_release(slug="llama-test", context_tokens=131_072)

    def read() -> prose.Prose:
        entry = Release.objects.with_facts().get(pk=release.pk)
        return kept.render(text, facts={"llama-test.context_tokens": fact(entry, "context_tokens")})

    assert "128K" in read().html
    Release.objects.update(context_tokens=10_000_000)
    shown = read()
    assert "10M" in shown.html
    assert "128K" not in shown.html
    assert shown.headings[0].text == "Up to 10M tokens"


def test_new_code_reads_nothing_that_old_code_has_kept(laid_out, monkeypatch):
    kept.render(TEXT)
    monkeypatch.setattr(kept, "_code", lambda: "another version")
    kept.render(TEXT)
    assert len(laid_out) == 2


def test_a_text_beyond_the_limits_is_shown_as_it_is_written():
    text = "{{ llama-test.context_tokens }}" * 600
    assert kept.render(text) == prose.render(text)
    assert kept.render(text).quotes == ()


class Down:
    """A cache that does not answer."""

    def get(self, *arguments):
        raise ConnectionError("refused")

    set = get


def test_a_cache_that_is_down_costs_time_and_not_the_page(monkeypatch):
    monkeypatch.setattr(kept, "store", Down())
    assert kept.render(TEXT) == prose.render(TEXT)
