"""What a query string asks of /run/, and what is wrong with it."""

import pytest
from django.http import QueryDict

from models_catalog.memory.question import question
from models_catalog.models import Release, Variant
from tests.factories import make_release, make_variant

pytestmark = pytest.mark.django_db

SHAPE = {"layers": 32, "attention_heads": 32, "kv_heads": 8, "head_size": 128}


@pytest.fixture
def variants() -> list[Variant]:
    release = make_release(name="Llama Test", context_tokens=131_072)
    make_variant(release=release, slug="small", parameters_total=3 * 10**9, **SHAPE)
    make_variant(release=release, slug="middle", parameters_total=8 * 10**9, **SHAPE)
    make_variant(release=release, slug="large", parameters_total=70 * 10**9, **SHAPE)
    make_variant(release=release, slug="short", context_tokens=2048, parameters_total=10**9, **SHAPE)
    return list(Variant.objects.newest_first())


def ask(text: str, variants: list[Variant]):
    return question(QueryDict(text), variants)


def test_without_a_question_the_largest_that_an_everyday_card_holds_is_shown(variants):
    asked = ask("", variants)
    assert asked.variant.slug == "middle"
    assert (asked.context, asked.batch, asked.cache_bits, asked.memory) == (8192, 1, 16, None)
    assert asked.path == asked.link == ""


def test_of_several_such_checkpoints_the_newest_is_shown(variants):
    newer = make_release(released_on="2026-01-01")
    make_variant(release=newer, slug="newer", parameters_total=8 * 10**9, **SHAPE)
    assert ask("", list(Variant.objects.newest_first())).variant.slug == "newer"


def test_what_cannot_be_downloaded_or_worked_out_is_not_shown_first():
    announced = make_release(status=Release.Status.ANNOUNCED, released_on="2026-01-01")
    make_variant(release=announced, parameters_total=8 * 10**9, **SHAPE)
    make_variant(slug="unknown-shape", parameters_total=8 * 10**9)
    make_variant(slug="known-shape", parameters_total=7 * 10**9, **SHAPE)
    assert ask("", list(Variant.objects.newest_first())).variant.slug == "known-shape"


def test_an_empty_catalogue_asks_about_nothing():
    asked = ask("memory=24", [])
    assert asked.variant is None
    assert asked.problems == ()


def test_a_full_question_has_one_address_whatever_its_order(variants):
    asked = ask("cache=8&batch=4&unknown=1&context=100000&checkpoint=large", variants)
    assert asked.link == "checkpoint=large&context=100000&batch=4&cache=8"
    assert asked.path == "?checkpoint=large"
    again = ask(asked.link, variants)
    assert again.link == asked.link
    assert (again.variant, again.context, again.batch, again.cache_bits) == (asked.variant, 100_000, 4, 8)


def test_what_is_as_usual_is_left_out_of_the_address(variants):
    assert ask("checkpoint=large&context=8192&batch=1&cache=16", variants).link == "checkpoint=large"


def test_memory_has_an_address_of_its_own(variants):
    assert ask("memory=80&devices=8", variants).path == "?memory=80&devices=8"
    assert ask("memory=80&devices=8", variants).memory_in_words == "8 × 80 GB"


def test_the_usual_context_is_no_longer_than_the_window(variants):
    assert ask("checkpoint=short", variants).context == 2048


def test_an_empty_field_is_as_if_not_there(variants):
    assert ask("checkpoint=&context=&memory=&devices=", variants).problems == ()


def test_the_last_of_a_repeated_parameter_counts(variants):
    assert ask("checkpoint=small&checkpoint=large", variants).variant.slug == "large"


@pytest.mark.parametrize(
    ("text", "parameter", "words"),
    [
        ("checkpoint=no-such-one", "checkpoint", "Choose one from the list"),
        ("context=131073", "context", "from 1 to 131,072"),
        ("context=0", "context", "from 1 to 131,072"),
        ("context=8k", "context", "in digits"),
        ("context=-5", "context", "in digits"),
        ("context=1e9", "context", "in digits"),
        ("context=８", "context", "in digits"),
        ("context=9999999999999999999999", "context", "in digits"),
        ("batch=1025", "batch", "from 1 to 1,024"),
        ("batch=many", "batch", "in digits"),
        ("cache=4", "cache", "Choose 16 or 8"),
        ("memory=0", "memory", "from 1 to 100,000"),
        ("memory=24.5", "memory", "in digits"),
        ("devices=65", "devices", "from 1 to 64"),
    ],
)
def test_nonsense_is_named_with_its_parameter_and_the_remedy(variants, text, parameter, words):
    [problem] = ask(text, variants).problems
    assert problem.parameter == parameter
    assert problem.text.startswith(f"{parameter}: ")
    assert words in problem.text


def test_every_problem_is_named_at_once(variants):
    asked = ask("checkpoint=x&context=y&batch=z&cache=1&memory=m&devices=d", variants)
    assert asked.wrong == {"checkpoint", "context", "batch", "cache", "memory", "devices"}


def test_what_was_typed_stays_and_long_nonsense_is_cut(variants):
    asked = ask(f"context={'9' * 500}&batch=3", variants)
    assert asked.typed["context"] == "9" * 500
    assert asked.typed["batch"] == "3"
    assert len(asked.problems[0].text) < 200


@pytest.mark.parametrize(
    "text", ["context=500000&batch=4", "context=0", "batch=5000", "cache=3", "memory=0", "devices=99"]
)
def test_the_remedy_is_a_question_that_works(variants, text):
    [problem] = ask(text, variants).problems
    assert problem.url_text.startswith("Ask with ")
    assert ask(problem.url.removeprefix("?"), variants).problems == ()


def test_without_a_window_any_length_up_to_ten_million_is_worked_out():
    make_variant(release=make_release(context_tokens=None), **SHAPE)
    variants = list(Variant.objects.newest_first())
    assert ask("context=10000000", variants).problems == ()
    assert ask("context=10000001", variants).wrong == {"context"}
