"""What is read in what a reader typed."""

import pytest

from editorial.search.question import MAX_CHARACTERS, MAX_WORDS, Term, read


def test_words_are_looked_for_in_any_order_and_the_last_may_be_unfinished():
    question = read("Llama-3.1 instr")
    assert question.words == ("llama", "3.1", "instr")
    assert question.beginning == "instr"


@pytest.mark.parametrize("text", ["llama instr ", '"llama instr"', "llama -instr", ""])
def test_a_word_that_is_finished_is_not_completed(text):
    assert read(text).beginning == ""


def test_a_single_letter_at_the_end_is_a_beginning_and_after_an_apostrophe_it_is_nothing():
    assert read("llama 4 s").beginning == "s"
    assert read("llama 4 s ").words == read("Llama’s 4").words == ("llama", "4")


@pytest.mark.parametrize("text", ['"mixture of experts"', "“mixture of experts”", '"mixture of experts'])
def test_words_in_quotes_stand_side_by_side(text):
    assert read(text).terms == (Term(("mixture", "experts"), is_phrase=True),)


def test_a_minus_before_a_word_leaves_it_out_and_one_within_a_name_does_not():
    question = read("llama-3.1 -guard")
    assert question.words == ("llama", "3.1")
    assert question.terms[-1] == Term(("guard",), is_excluded=True)


@pytest.mark.parametrize("text", ["", "   ", "&|!<->:*'\\", "🦙🦙", "what is the", "-llama", '""', '"', "-", "--"])
def test_what_has_no_telling_word_is_empty(text):
    assert read(text).is_empty


def test_what_is_too_long_is_shortened_and_says_so():
    words = read(" ".join(f"word{'x' * (n % 7)}{chr(97 + n % 26)}" for n in range(3_000)))
    assert words.is_shortened
    assert len(words.words) <= MAX_WORDS
    assert len(words.text) <= MAX_CHARACTERS
    assert read("x" * 10_000).is_shortened
    assert not read("llama 3.1 8b").is_shortened
