"""What a word is."""

import random

import pytest

from editorial.search import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Llama 3.1 8B Instruct", ["llama", "3.1", "8b", "instruct"]),
        ("meta-llama/Llama-3.1-8B-Instruct", ["meta", "llama", "llama", "3.1", "8b", "instruct"]),
        ("llama3.1", ["llama", "3.1"]),
        ("17B × 16E, 17B-16E", ["17b", "16e", "17b", "16e"]),
        ("FP8 on an H100", ["fp8", "on", "an", "h100"]),
        ("10,000,000 tokens", ["10000000", "tokens"]),
        ("§1.b.i", ["1", "b", "i"]),
        ("Café naïve Straße", ["cafe", "naive", "strasse"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("🦙 & | ! <-> :* ' \\ \"", []),
        ("snake_case", ["snake", "case"]),
    ],
)
def test_a_text_falls_into_words(text, expected):
    assert words.words(text) == expected


def test_spellings_of_one_name_are_the_same_words():
    spellings = ("Llama 3.1 8B", "llama-3.1-8b", "LLAMA_3.1_8B", "llama3.1 8b", "Llama·3.1·8B")
    assert {words.name(spelling) for spelling in spellings} == {"llama 3.1 8b"}


def test_words_of_any_text_need_no_escaping():
    chance = random.Random(7)
    for _ in range(300):
        text = "".join(
            chr(chance.choice((chance.randrange(32, 127), chance.randrange(128, 0xD000)))) for _ in range(80)
        )
        for word in words.words(text):
            assert not set(word) & set("'\"\\&|!()<>:* \0"), text
            assert len(word) <= words.LONGEST


def test_a_vector_keeps_places_weights_and_labels_apart():
    assert words.vector([(["llama", "4"], "A"), (["llama"], "B")], ["@2024"]) == "'@2024':1A 'llama':1A,13B '4':2A"


@pytest.mark.parametrize(
    ("a", "b", "slips"),
    [("llama", "llama", 0), ("lama", "llama", 1), ("lalma", "llama", 1), ("mavrick", "maverick", 1), ("", "abc", 3)],
)
def test_slips_between_two_words_are_counted(a, b, slips):
    assert words.distance(a, b) == words.distance(b, a) == slips


def test_words_a_slip_apart_have_a_key_in_common():
    chance, letters = random.Random(3), "abcdefghij"
    for _ in range(200):
        word = "".join(chance.choices(letters, k=chance.randrange(4, 12)))
        place = chance.randrange(len(word))
        slip = chance.choice(
            [
                word[:place] + word[place + 1 :],
                word[:place] + "x" + word[place:],
                word[:place] + "x" + word[place + 1 :],
            ]
        )
        assert set(words.near(word)) & set(words.near(slip)), (word, slip)
