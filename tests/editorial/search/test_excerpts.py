"""What is shown of an entry: safe, short, and with the hits marked."""

import random

import pytest

from editorial.search.excerpts import Marker
from editorial.search.question import read


def marked(question: str, text: str) -> str:
    return str(Marker(read(question)).whole(text))


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("llama", "Llama llamas", "<mark>Llama</mark> <mark>llamas</mark>"),
        ("llama ", "Ollama", "Ollama"),
        ("licensing ", "the license", "the <mark>license</mark>"),
        ("3.1 ", "3.1, 3.12 and 13.1", "<mark>3.1</mark>, 3.12 and 13.1"),
        ("3 ", "Llama 3 and 3.1", "Llama <mark>3</mark> and 3.1"),
        ("8b", "Llama-3.1-8B-Instruct", "Llama-3.1-<mark>8B</mark>-Instruct"),
        ("behem", "Behemoth", "<mark>Behemoth</mark>"),
        ("llama -guard", "Llama Guard", "<mark>Llama</mark> Guard"),
    ],
)
def test_the_words_that_were_asked_are_marked(question, text, expected):
    assert marked(question, text) == expected


@pytest.mark.parametrize(
    "text", ["<script>llama</script>", '<img src=x onerror="llama">', "</mark><b>llama</b> & so on"]
)
def test_hostile_text_stays_text(text):
    shown = marked("llama", text).replace("<mark>", "").replace("</mark>", "")
    assert "<" not in shown
    assert ">" not in shown


def test_any_text_with_any_question_stays_text():
    chance, signs = random.Random(11), "<>&\"'/ma rk=llama(.)*+?[]{}|\\^$-\n"
    for _ in range(400):
        text, question = ("".join(chance.choices(signs, k=60)) for _ in range(2))
        shown = str(Marker(read(question)).excerpt(text, text, text)).replace("<mark>", "").replace("</mark>", "")
        assert not set(shown) & set("<>\"'")


def test_the_excerpt_is_where_most_of_the_words_stand_together():
    text = f"Context comes up early. {'Nothing of note. ' * 60} A context window of ten million tokens. {'More. ' * 90}"
    excerpt = str(Marker(read("context window")).excerpt("Title", "A summary.", text))
    assert "<mark>context</mark> <mark>window</mark> of ten million" in excerpt
    assert excerpt.startswith("…")
    assert excerpt.endswith("…")
    assert len(excerpt) < 320


def test_a_summary_that_has_the_words_is_shown_rather_than_the_text():
    assert "summary" in Marker(read("llama")).excerpt("Title", "A Llama summary.", "The llama text.")
