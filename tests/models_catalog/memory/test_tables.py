"""The grid of machines and the reverse question."""

import pytest
from django.http import QueryDict

from models_catalog.memory.question import question
from models_catalog.memory.tables import fits, grid, needs
from models_catalog.models import Machine, Variant
from tests.factories import make_machine, make_release, make_variant

pytestmark = pytest.mark.django_db

SHAPE = {"layers": 32, "attention_heads": 32, "kv_heads": 8, "head_size": 128}


def ask(text: str):
    variants = list(Variant.objects.newest_first())
    return question(QueryDict(text), variants), variants


def cells(text: str) -> list[list[str]]:
    asked, _ = ask(text)
    table = grid(asked, asked.variant, list(Machine.objects.all()))
    return [[cell.word for _, cell in row] for _, _, row in table.rows]


def test_a_machine_holds_a_checkpoint_just_holds_it_or_does_not():
    make_variant(slug="eight", **SHAPE)  # 16, 8 and 4.5 GB of weights
    make_machine(memory_gb=24, position=1)  # 23.2 GB of room
    make_machine(memory_gb=12, position=2)  # 11.6 GB
    make_machine(memory_gb=4, position=3)
    assert cells("checkpoint=eight&context=1024") == [
        ["Fits", "Fits", "Fits"],
        ["Too large", "Fits", "Fits"],
        ["Too large", "Too large", "Too large"],
    ]
    assert cells("checkpoint=eight&context=8192")[1] == ["Too large", "Just fits", "Fits"]


def test_each_of_several_devices_needs_its_own_part():
    make_variant(slug="eight", **SHAPE)
    make_machine(memory_gb=10, devices=2, usable_percent=100, position=1)  # 21.5 GB; 18.9 GB and one more
    make_machine(memory_gb=20, devices=1, usable_percent=100, position=2)
    assert cells("checkpoint=eight") == [["Just fits", "Fits", "Fits"], ["Fits", "Fits", "Fits"]]


def test_without_a_shape_only_the_weights_are_said_to_fit():
    make_variant(slug="unknown")
    make_machine(memory_gb=24)
    assert cells("checkpoint=unknown") == [["Weights fit"] * 3]
    asked, _ = ask("checkpoint=unknown")
    assert needs(asked, asked.variant).cache is None
    assert [row.weights.text for row in needs(asked, asked.variant).rows] == ["16 GB", "8 GB", "4.5 GB"]


def test_a_quantized_checkpoint_is_run_in_its_own_format_only():
    make_variant(
        slug="spin", quantization="spinquant_int4", parameters_total=1_230_000_000, vocabulary_size=128_256, **SHAPE
    )
    asked, _ = ask("checkpoint=spin")
    assert [str(row.stored.label) for row in needs(asked, asked.variant).rows] == ["Int4 (SpinQuant) as published"]


def test_the_reverse_question_gives_the_longest_context_by_format():
    make_variant(release=make_release(context_tokens=131_072), slug="eight", **SHAPE)
    asked, variants = ask("memory=24")
    [row] = fits(asked, variants).rows
    assert [(fit.context.text, fit.whole) for _, fit in row.fits if fit] == [
        ("40K", False),
        ("102K", False),
        ("128K", True),
    ]


def test_what_is_too_large_or_unknown_is_named():
    make_variant(slug="large", name="Large", parameters_total=400 * 10**9, **SHAPE)
    make_variant(slug="unknown", name="Unknown")
    asked, variants = ask("memory=24")
    answer = fits(asked, variants)
    assert [each.name for each in answer.too_large] == ["Large"]
    assert [each.name for each in answer.unknown] == ["Unknown"]
    assert answer.rows == []


def test_checkpoints_of_one_shape_are_shown_once_by_the_instruct_one():
    release = make_release()
    make_variant(release=release, name="Base", kind=Variant.Kind.BASE, **SHAPE)
    make_variant(release=release, name="Chat", kind=Variant.Kind.INSTRUCT, **SHAPE)
    make_variant(release=release, name="Int8", quantization="int8", vocabulary_size=128_256, **SHAPE)
    asked, variants = ask("memory=24")
    assert [row.variant.name for row in fits(asked, variants).rows] == ["Chat", "Int8"]


def test_more_devices_and_a_finer_cache_make_room():
    make_variant(release=make_release(context_tokens=10**7), slug="eight", **SHAPE)

    def longest(text):
        asked, variants = ask(text)
        [row] = fits(asked, variants).rows
        return next(fit.tokens for _, fit in row.fits if fit)

    assert longest("memory=24") < longest("memory=24&cache=8") < longest("memory=24&devices=2")
    assert longest("memory=24&batch=2") <= longest("memory=24") / 2


def test_nothing_is_answered_that_was_not_asked():
    asked, variants = ask("")
    assert fits(asked, variants) is None
