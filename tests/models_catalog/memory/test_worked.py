"""The formulas that readers see come out at the sizes beside them."""

import re

import pytest

from models_catalog.memory import formulas, worked
from models_catalog.models import WeightFormat

from .test_formulas import LLAMA_3_1_405B, LLAMA_3_2_1B, SCOUT


def calculated(text: str) -> float:
    """A line of the page as a pocket calculator takes it: numbers and signs, without words and commas."""
    arithmetic = text.translate(str.maketrans({"×": "*", "÷": "/", "−": "-", ",": ""}))
    arithmetic = re.sub(r"[A-Za-z][A-Za-z-]*", "", arithmetic)
    assert re.fullmatch(r"[0-9.()*/+\- ]+", arithmetic), arithmetic
    return eval(arithmetic)  # the pattern above lets nothing but arithmetic through


@pytest.mark.parametrize("shape", [LLAMA_3_1_405B, LLAMA_3_2_1B, SCOUT])
@pytest.mark.parametrize("stored", list(WeightFormat))
def test_the_line_for_the_weights_comes_out(shape, stored):
    size = formulas.weights(shape, stored)
    if size is not None:
        assert calculated(worked.weights_worked(shape, stored)) == pytest.approx(size, abs=1)


@pytest.mark.parametrize("bits", [16, 8])
def test_the_line_for_the_cache_comes_out(bits):
    asked = {"tokens": 12_345, "batch": 3, "cache_bits": bits}
    assert calculated(worked.cache_worked(SCOUT, **asked)) == formulas.cache(SCOUT, **asked)


def test_the_line_for_everything_else_comes_out():
    assert calculated(worked.allowance_worked(16_000_000_000, 2)) == formulas.allowance(16_000_000_000, 2)


def test_every_format_says_what_it_means():
    assert set(worked.MEANING) == set(formulas.WEIGHTS) == set(WeightFormat)
