"""How values are written, for every kind of value that the site shows."""

from datetime import date
from decimal import Decimal

import pytest

from models_catalog import formatting
from models_catalog.models import DatePrecision, Qualifier


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (512, "512"),
        (2_048, "2K"),
        (8_192, "8K"),
        (16_384, "16K"),
        (100_000, "100K"),
        (128_000, "128K"),
        (131_072, "128K"),
        (1_000_000, "1M"),
        (1_048_576, "1M"),
        (10_000_000, "10M"),
        (10_485_760, "10M"),
        (16_383, "16,383"),
    ],
)
def test_a_context_length_reads_as_the_trade_writes_it(number, text):
    assert formatting.tokens(number).text == text


def test_a_shortened_context_length_keeps_the_number_in_full():
    value = formatting.tokens(131_072)
    assert (value.exact, value.data) == ("131,072 tokens", "131072")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (109_000_000_000, "109B"),
        (1_230_000_000, "1.23B"),
        (6_700_000_000, "6.7B"),
        (405_000_000_000, "405B"),
        (494_000_000, "494M"),
        (2_000_000_000_000, "2T"),
        (8_030_261_248, "8.03B"),
    ],
)
def test_parameters_are_written_with_the_letter_of_their_magnitude(number, text):
    assert formatting.parameters(number).text == text


@pytest.mark.parametrize(
    ("qualifier", "text", "exact"),
    [
        (Qualifier.EXACT, "15T", "15,000,000,000,000 tokens"),
        (Qualifier.AT_LEAST, "15T+", "at least 15,000,000,000,000 tokens"),
        (Qualifier.UP_TO, "up to 15T", "up to 15,000,000,000,000 tokens"),
        (Qualifier.ABOUT, "about 15T", "about 15,000,000,000,000 tokens"),
    ],
)
def test_training_tokens_are_worded_as_the_source_words_them(qualifier, text, exact):
    value = formatting.training_tokens(15 * 10**12, qualifier)
    assert (value.text, value.exact) == (text, exact)


def test_training_tokens_keep_their_decimals():
    assert formatting.training_tokens(1_400_000_000_000).text == "1.4T"


@pytest.mark.parametrize(
    ("precision", "text", "data"),
    [
        (DatePrecision.DAY, "February 1, 2023", "2023-02-01"),
        (DatePrecision.MONTH, "February 2023", "2023-02"),
        (DatePrecision.YEAR, "2023", "2023"),
    ],
)
def test_a_date_is_no_more_precise_than_it_is_known(precision, text, data):
    value = formatting.day(date(2023, 2, 1), precision)
    assert (value.text, value.data, value.is_date) == (text, data, True)


@pytest.mark.parametrize(
    ("number", "qualifier", "text", "data"),
    [
        (Decimal("3270000000.00"), Qualifier.EXACT, "3.27 billion", "3270000000"),
        (Decimal("10000000.00"), Qualifier.UP_TO, "up to 10 million", "10000000"),
        (Decimal("40000000000000"), Qualifier.ABOUT, "about 40 trillion", "40000000000000"),
        (Decimal("1234.00"), Qualifier.EXACT, "1,234", "1234"),
        (Decimal("12.50"), Qualifier.EXACT, "12.5", "12.5"),
        (Decimal("0"), Qualifier.EXACT, "0", "0"),
        (Decimal("-2.25"), Qualifier.EXACT, "-2.25", "-2.25"),
        (700_000_000, Qualifier.AT_LEAST, "at least 700 million", "700000000"),
    ],
)
def test_a_figure_is_written_in_words_and_without_empty_decimals(number, qualifier, text, data):
    value = formatting.amount(number, qualifier)
    assert (value.text, value.data) == (text, data)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        (["English"], "English"),
        (["text", "image"], "text and image"),
        (["English", "German", "Thai"], "English, German, and Thai"),
    ],
)
def test_a_list_is_joined_as_a_sentence_would(words, text):
    assert formatting.in_words(words) == text
