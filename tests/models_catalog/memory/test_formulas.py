"""What a checkpoint takes, on models whose numbers everybody can look up."""

from itertools import pairwise

import pytest

from models_catalog.memory import formulas
from models_catalog.memory.formulas import Shape
from models_catalog.models import Machine, WeightFormat

LLAMA_3_1_8B = Shape(8_000_000_000, layers=32, attention_heads=32, kv_heads=8, head_size=128, vocabulary=128_256)
LLAMA_3_1_405B = Shape(405_000_000_000, layers=126, attention_heads=128, kv_heads=8, head_size=128, vocabulary=128_256)
LLAMA_3_2_1B = Shape(1_230_000_000, layers=16, attention_heads=32, kv_heads=8, head_size=64, vocabulary=128_256)
SCOUT = Shape(
    109_000_000_000,
    active=17_000_000_000,
    experts=16,
    layers=48,
    attention_heads=40,
    kv_heads=8,
    head_size=128,
    vocabulary=202_048,
    local_layers=36,
    local_window=8192,
)
MAVERICK = Shape(400_000_000_000, active=17_000_000_000, experts=128, layers=48)
SHAPES = [LLAMA_3_1_8B, LLAMA_3_1_405B, LLAMA_3_2_1B, SCOUT]
USUAL = [WeightFormat.BITS16, WeightFormat.BITS8, WeightFormat.BITS4]


@pytest.mark.parametrize(
    ("stored", "size"),
    [
        (WeightFormat.BITS16, 16_000_000_000),
        (WeightFormat.BITS8, 8_000_000_000),
        (WeightFormat.BITS4, 4_500_000_000),
    ],
)
def test_weights_are_parameters_times_bits(stored, size):
    assert formulas.weights(LLAMA_3_1_8B, stored) == size


def test_a_token_of_llama_3_1_8b_takes_128_kib_of_cache():
    assert formulas.cache_of_a_token(LLAMA_3_1_8B, 16) == 2 * 32 * 8 * 128 * 2 == 128 * 1024


def test_the_whole_window_of_llama_3_1_8b_takes_16_gib_of_cache():
    assert formulas.cache(LLAMA_3_1_8B, tokens=131_072) == 16 * 2**30


def test_a_cache_at_8_bits_takes_half():
    assert 2 * formulas.cache(LLAMA_3_1_8B, tokens=500, cache_bits=8) == formulas.cache(LLAMA_3_1_8B, tokens=500)


def test_each_text_has_a_cache_of_its_own():
    assert formulas.cache(SCOUT, tokens=1000, batch=7) == 7 * formulas.cache(SCOUT, tokens=1000)


def test_a_window_saves_nothing_below_itself_and_up_to_three_quarters_above():
    assert formulas.windowed_cache(SCOUT, tokens=8192) == formulas.cache(SCOUT, tokens=8192)
    kept = formulas.windowed_cache(SCOUT, tokens=10_000_000)
    assert kept == 2 * 8 * 128 * 2 * (12 * 10_000_000 + 36 * 8192)
    assert 0.25 < kept / formulas.cache(SCOUT, tokens=10_000_000) < 0.26


def test_a_model_that_sees_everything_in_every_layer_has_no_windowed_cache():
    assert formulas.windowed_cache(LLAMA_3_1_8B, tokens=8192) is None


def test_routed_experts_follow_from_total_and_active_parameters():
    # 24 layers × 128 experts × 3 × 5,120 × 8,192, from the builders of Llama 4
    assert MAVERICK.routed == pytest.approx(24 * 128 * 3 * 5120 * 8192, rel=0.002)
    assert SCOUT.routed == pytest.approx(48 * 16 * 3 * 5120 * 8192, rel=0.02)


def test_fp8_by_recipe_leaves_attention_and_the_outer_layers_at_16_bits():
    forward = 124 * 3 * 16_384 * 53_248  # layers 2 to 125; the inner size of 405B is 53,248
    expected = forward + 2 * (405_000_000_000 - forward)
    assert formulas.weights(LLAMA_3_1_405B, WeightFormat.FP8_MIXED) == pytest.approx(expected, rel=0.002)


def test_int4_by_recipe_is_larger_than_four_bits_throughout():
    assert formulas.weights(SCOUT, WeightFormat.INT4_MIXED) == SCOUT.routed // 2 + 2 * (SCOUT.parameters - SCOUT.routed)
    assert formulas.weights(SCOUT, WeightFormat.INT4_MIXED) > formulas.weights(SCOUT, WeightFormat.BITS4)


def test_llama_guard_at_4_bits_is_as_large_as_its_card_lets_one_expect():
    """1,123 million parameters less an output layer of 262.6 million, in groups of 256: about 440 MB."""
    guard = Shape(1_123_000_000, layers=12, attention_heads=32, kv_heads=8, head_size=64, vocabulary=128_256)
    assert formulas.weights(guard, WeightFormat.INT4) == pytest.approx(440_000_000, rel=0.02)


def test_int8_saves_about_40_percent_as_the_card_of_llama_guard_3_8b_says():
    saved = 1 - formulas.weights(LLAMA_3_1_8B, WeightFormat.INT8) / formulas.weights(LLAMA_3_1_8B, WeightFormat.BITS16)
    assert saved == pytest.approx(0.40, abs=0.05)


def test_everything_else_is_a_twentieth_of_the_weights_and_a_gigabyte_on_each_device():
    assert formulas.allowance(16_000_000_000) == 1_800_000_000
    assert formulas.allowance(16_000_000_000, devices=4) == 4_800_000_000


def test_memory_is_sold_in_units_of_two_to_the_thirtieth():
    assert formulas.usable(80, percent=100) == 80 * 2**30
    assert formulas.usable_of(Machine(memory_gb=80, devices=8, usable_percent=90)) == 80 * 2**30 * 8 * 9 // 10


@pytest.mark.parametrize("shape", SHAPES)
def test_more_of_anything_never_takes_less(shape):
    for stored in USUAL:
        sizes = [formulas.need(shape, stored, tokens=tokens).total for tokens in (1, 2, 1024, 8192, 131_072)]
        assert all(less < more for less, more in pairwise(sizes))
        batches = [formulas.need(shape, stored, tokens=512, batch=batch).total for batch in (1, 2, 8, 64)]
        assert all(less < more for less, more in pairwise(batches))
        devices = [formulas.need(shape, stored, tokens=512, devices=count).total for count in (1, 2, 8)]
        assert all(less < more for less, more in pairwise(devices))
    finer = [formulas.weights(shape, stored) for stored in USUAL]
    assert finer == sorted(finer, reverse=True)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("memory_gb", [8, 24, 80, 640, 2000])
@pytest.mark.parametrize("batch", [1, 5])
def test_the_largest_context_fits_and_the_next_larger_does_not(shape, memory_gb, batch):
    room = formulas.usable(memory_gb)
    longest = formulas.largest_context(shape, WeightFormat.BITS4, memory=room, window=None, batch=batch)
    if longest is None:
        assert formulas.need(shape, WeightFormat.BITS4, tokens=1024, batch=batch).total > room
    else:
        assert longest % 1024 == 0
        assert formulas.need(shape, WeightFormat.BITS4, tokens=longest, batch=batch).total <= room
        assert formulas.need(shape, WeightFormat.BITS4, tokens=longest + 1024, batch=batch).total > room


def test_more_memory_never_holds_a_shorter_context():
    longest = [
        formulas.largest_context(LLAMA_3_1_8B, WeightFormat.BITS4, memory=formulas.usable(size), window=131_072) or 0
        for size in range(1, 64)
    ]
    assert longest == sorted(longest)
    assert longest[0] == 0
    assert longest[-1] == 131_072


def test_no_context_is_longer_than_the_window():
    assert formulas.largest_context(LLAMA_3_2_1B, WeightFormat.BITS16, memory=10**12, window=8192) == 8192


def test_a_model_is_divided_in_powers_of_two():
    assert formulas.fewest_devices(LLAMA_3_1_405B, WeightFormat.BITS16, memory_gb=80, tokens=8192) == 16
    assert formulas.fewest_devices(LLAMA_3_2_1B, WeightFormat.BITS4, memory_gb=80, tokens=8192) == 1
    assert formulas.fewest_devices(LLAMA_3_1_405B, WeightFormat.BITS16, memory_gb=8, tokens=8192) is None


def test_an_unknown_shape_gives_weights_alone():
    unknown = Shape(12_000_000_000)
    needed = formulas.need(unknown, WeightFormat.BITS16, tokens=8192)
    assert needed.cache is None
    assert needed.total == 24_000_000_000 + 2_200_000_000
    assert formulas.largest_context(unknown, WeightFormat.BITS16, memory=10**12, window=None) is None


MIXED = [stored for stored in WeightFormat if stored not in USUAL]


@pytest.mark.parametrize("stored", MIXED)
def test_a_format_that_mixes_precisions_is_not_guessed_without_its_numbers(stored):
    assert formulas.weights(Shape(12_000_000_000), stored) is None
    assert formulas.need(Shape(12_000_000_000), stored, tokens=8192) is None
