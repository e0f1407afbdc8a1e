"""What is found, in which order, how it is counted and paged."""

from __future__ import annotations

from datetime import date

import pytest

from editorial.models import SearchEntry
from editorial.search import index, results
from editorial.search.question import read
from editorial.search.results import Bounds, listed, overview, suggestions
from tests.factories import (
    make_correction,
    make_event,
    make_figure,
    make_license,
    make_live_article,
    make_notice,
    make_option,
    make_provider,
    make_release,
    make_rule,
    make_source,
    make_term,
    make_use_case,
    make_variant,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    license = make_license(name="Llama 3.1 Community License Agreement", version="3.1")
    eight = make_release(name="Llama 3.1", slug="llama-3-1", license=license, summary="Adds a 405B model.")
    make_variant(
        release=eight,
        name="Llama 3.1 8B Instruct",
        slug="llama-3-1-8b-instruct",
        repository_id="meta-llama/Llama-3.1-8B-Instruct",
    )
    make_variant(release=eight, name="Llama 3.1 405B", slug="llama-3-1-405b", size_label="405B")
    scout = make_release(name="Llama 4 Scout", slug="llama-4-scout", license=license, context_tokens=10_000_000)
    make_variant(release=scout, name="Llama 4 Scout Instruct", slug="llama-4-scout-instruct", size_label="17B × 16E")
    make_release(name="Llama 3", slug="llama-3", license=license)
    make_event(title="Llama 3.1 is released", happened_on=date(2024, 7, 23))
    make_term(term="mixture of experts", aliases=["MoE"], definition="A router picks a few of many experts.")
    index.rebuild()


@pytest.mark.parametrize(
    "question",
    [
        "llama 3.1 8b",
        "Llama-3.1-8B",
        "llama3.1-8b",
        "meta-llama/Llama-3.1-8B-Instruct",
        "8B llama 3.1",
        "LLAMA 3.1 8B inst",
    ],
)
def test_a_name_is_found_however_it_is_written(family, find, question):
    assert find(question)[0] == "Llama 3.1 8B Instruct"


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("405B", "Llama 3.1 405B"),
        ("llama 3.1", "Llama 3.1"),
        ("llama 3", "Llama 3"),
        ("scout", "Llama 4 Scout"),
        ("moe", "mixture of experts"),
        ("10M context", "Llama 4 Scout"),
        ('"mixture of experts"', "mixture of experts"),
        ("experts mixture", "mixture of experts"),
        ("license 3.1", "Llama 3.1 Community License Agreement"),
    ],
)
def test_what_is_called_so_comes_first(family, find, question, best):
    assert find(question)[0] == best


def test_words_are_found_in_every_form(family, find):
    assert "Llama 3.1 Community License Agreement" in find("licensing agreements")


def test_each_further_letter_of_the_last_word_narrows(family, find):
    for typed in ("sc", "sco", "scou", "scout"):
        assert "Llama 4 Scout" in find(typed)
    assert find("sc ") == []


def test_a_single_digit_may_become_a_version(family, find):
    assert {"Llama 3", "Llama 3.1"} <= set(find("llama 3"))
    assert "Llama 3.1" not in find("llama 3 ")


def test_a_phrase_must_stand_together_and_an_excluded_word_must_not(family, find):
    assert find('"experts mixture"') == []
    assert "Llama 4 Scout" not in find("llama -scout")
    assert "Llama 3.1" in find("llama -scout")


def test_everything_is_found(find):
    make_correction(what_we_said="The axolotl said so.")
    make_event(title="Axolotl event")
    make_figure(label="Axolotl figure")
    make_license(name="Axolotl license")
    make_live_article(edition={"title": "On cats", "body": "## Of axolotl\n\n| a |\n|---|\n| salamander |"})
    make_notice(title="A notice", body="Mind the **axolotl**.")
    make_option(name="Axolotl way")
    make_provider(name="Axolotl provider")
    make_release(name="Axolotl release")
    make_source(title="Axolotl source")
    make_term(term="axolotl")
    make_rule(use_case=make_use_case(question="May I keep one?"), conditions="Only an axolotl.", verdict="conditions")
    make_variant(name="Axolotl 8B")
    index.rebuild()
    found = overview(read("axolotl"), Bounds())
    assert {group.kind for group in found.groups} == set(SearchEntry.Kind)
    assert {group.count for group in found.groups} == {"1"}
    assert find("salamander") == ["On cats"]


def test_the_year_and_the_day_narrow(family, find):
    make_event(title="Llama in March", happened_on=date(2023, 3, 1))
    make_event(title="Llama in April", happened_on=date(2023, 4, 30))
    make_event(title="Llama in the far past", happened_on=date(1998, 1, 1))
    index.rebuild()
    assert find("llama in", to=date(2023, 4, 29), from_=date(2023, 1, 1)) == ["Llama in March"]
    assert find("llama in", from_=date(2023, 4, 30), to=date(2023, 4, 30)) == ["Llama in April"]
    assert find("llama in", to=date(2000, 1, 1)) == ["Llama in the far past"]
    assert find("experts", from_=date(2000, 1, 1)) == []  # a term has no date


def test_pages_follow_each_other_without_gap_or_repeat():
    for n in range(45):
        make_event(title=f"Llama {'again ' * (n % 4)}{n}")
    index.rebuild()
    seen, after = [], None
    while True:
        page = listed(read("llama"), Bounds(kind="event"), after)
        seen += [hit.url for hit in page.hits]
        assert page.groups[0].count == "45"
        if page.next is None:
            break
        after = page.next
    assert len(seen) == len(set(seen)) == 45


def test_an_entry_that_comes_or_goes_does_not_move_the_next_page(saved):
    events = [make_event(title=f"Llama {n}") for n in range(25)]
    index.rebuild()
    first = listed(read("llama"), Bounds(kind="event"))
    rest = {hit.url for hit in listed(read("llama"), Bounds(kind="event"), first.next).hits}
    with saved():
        next(event for event in events if event.get_absolute_url() == first.hits[3].url).delete()
    assert {hit.url for hit in listed(read("llama"), Bounds(kind="event"), first.next).hits} == rest


def test_counts_are_exact_up_to_the_limit_and_say_when_there_are_more(monkeypatch):
    monkeypatch.setattr(results, "OF_A_KIND", 5)
    monkeypatch.setattr(results, "OF_ONE_KIND", 8)
    for n in range(7):
        make_event(title=f"Llama {n}")
    for n in range(5):
        make_term(term=f"Llama {n}")
    index.rebuild()
    found = overview(read("llama"), Bounds())
    assert {group.kind.value: group.count for group in found.groups} == {"event": "5+", "term": "5"}
    assert found.count == "10+"
    assert listed(read("llama"), Bounds(kind="event")).groups[0].count in {"7", "5"}


def test_a_small_kind_is_not_lost_among_many_of_another(monkeypatch):
    monkeypatch.setattr(results, "OF_A_KIND", 5)
    monkeypatch.setattr(results, "NAMED", 3)
    for n in range(30):
        make_event(title=f"Llama {n}")
    make_term(term="llama")
    index.rebuild()
    assert "term" in {group.kind.value for group in overview(read("llama"), Bounds()).groups}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lama 4 scot", "llama 4 scout"),
        ("lamma", "llama"),
        ("llama 3.1 instuct", "llama 3.1 instruct"),
        ("Scuot", "scout"),
        ("licence llama", "license llama"),
    ],
)
def test_a_mistyped_name_is_put_right(family, typed, meant):
    near = overview(read(typed), Bounds()).near
    assert near is not None
    assert near.text == meant


@pytest.mark.parametrize("typed", ["llama", "xyzzyx", "3.7", "quetzal"])
def test_what_is_right_or_like_nothing_is_left_alone(family, typed):
    assert overview(read(typed), Bounds()).near is None


def test_suggestions_are_names(family):
    assert [hit.plain_title for hit in suggestions(read("llama 4"))][0] == "Llama 4 Scout"
    assert suggestions(read("xyzzy")) == ()
