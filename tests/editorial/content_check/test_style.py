"""The house’s own words: what is found, and what is right where it stands."""

import pytest

from editorial.content_check.style import HouseStyle
from editorial.models import StyleRule

RULES = [
    StyleRule(avoid="open-source", prefer="open-weight", because="It asks for more.",
              exceptions=["Open Source Initiative", "open-source definition", "“open source”"]),
    StyleRule(avoid="licence", prefer="license", because="US spelling."),
    StyleRule(avoid="MAU", prefer="monthly active users", because="Jargon."),
    StyleRule(avoid="on-prem", prefer="on-premises", because="Slang.", exceptions=[]),
]  # fmt: skip


def found(text: str) -> list[tuple[int, str]]:
    return [(line, words.split(":")[0]) for line, words in HouseStyle(RULES).violations(text)]


@pytest.mark.parametrize(
    "text",
    ["Llama is open-source.", "Llama is open source.", "Open-source models", "an open\u2011source model", "Two licences.",
     "under 700M MAU", "Run it on-prem."],
)  # fmt: skip
def test_a_wording_to_avoid_is_found_however_it_is_written(text):
    assert len(found(text)) == 1


@pytest.mark.parametrize(
    "text",
    ["open-weight", "Licensed, licenses", "Mauritius, mau", "on-premises", "open-sourced", "The source is open.",
     "By the Open Source Initiative’s definition an open-source model needs more.",
     "The open-source definition of 1998 names ten criteria that an open-source text meets.",
     "The letter says “open source”; this hub says open-weight."],
)  # fmt: skip
def test_other_words_and_sentences_about_the_definition_are_not(text):
    assert found(text) == []


def test_an_exception_excuses_its_own_sentence_only():
    text = "The Open Source Initiative has a definition.\nBy contrast, Llama is not free.\nStill it is open-source."
    assert found(text) == [(2, "“open-source”")]


def test_the_answer_says_what_to_write_and_why():
    [(_, words)] = HouseStyle(RULES).violations("Two licences.")
    assert words == "“licences”: write “license”. US spelling."


@pytest.mark.parametrize("avoid", ["(", "a.b*", "  ", "[x", "\\"])
def test_no_wording_of_an_editor_is_a_pattern(avoid):
    list(HouseStyle([StyleRule(avoid=avoid, prefer="x", because="y")]).violations("a.b* axbb (x [x \\ "))
