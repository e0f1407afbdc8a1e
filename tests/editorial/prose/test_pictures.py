"""Pictures of the library in texts."""

import pytest

from editorial.prose import Illustration, render
from editorial.prose.pictures import SIZES, references
from tests.editorial.prose.audit import PAYLOADS, PREFIX, problems

TOKEN = "0123456789ab"
ADDRESS = f"/media/images/{TOKEN}"
LLAMA = Illustration(
    srcset="/media/images/0123456789ab/a-320.webp 320w, /media/images/0123456789ab/a-640.webp 640w",
    src="/media/images/0123456789ab/a-640.jpg",
    width=800,
    height=600,
    alt="A llama",
    credit="Ada. CC BY 4.0",
)
PICTURE = (
    f'<picture><source type="image/webp" srcset="{LLAMA.srcset}" sizes="{SIZES}">'
    f'<img src="{LLAMA.src}" width="800" height="600" alt="A llama" loading="lazy" decoding="async"></picture>'
)


def html(markdown: str, pictures=None) -> str:
    return render(markdown, pictures={TOKEN: LLAMA} if pictures is None else pictures, prefix=PREFIX).html.strip()


def test_a_paragraph_of_one_picture_is_a_figure_with_its_credit():
    assert html(f"![]({ADDRESS})") == (
        f'<figure class="picture">{PICTURE}<figcaption><small>Ada. CC BY 4.0</small></figcaption></figure>'
    )


def test_words_of_the_text_replace_the_alternative_text_and_make_a_caption():
    shown = html(f'![A llama that sleeps]({ADDRESS} "Seen in May.")')
    assert 'alt="A llama that sleeps"' in shown
    assert "<figcaption>Seen in May. <small>Ada. CC BY 4.0</small></figcaption>" in shown


def test_a_picture_among_words_stays_among_them_with_its_credit():
    assert html(f"See ![]({ADDRESS}) here.") == f"<p>See {PICTURE} <small>Ada. CC BY 4.0</small> here.</p>"


def test_two_pictures_in_a_paragraph_are_no_figure():
    shown = html(f"![]({ADDRESS}) ![]({ADDRESS})")
    assert "<figure" not in shown
    assert shown.count(PICTURE) == 2


def test_a_linked_picture_stays_a_link():
    assert html(f"[![]({ADDRESS})](/models/)").startswith('<p><a href="/models/"><picture>')


def test_pictures_stand_in_lists_quotations_tables_and_notes():
    text = f"- ![]({ADDRESS})\n\n> ![]({ADDRESS})\n\n|a|\n|-|\n|![]({ADDRESS})|\n\nx[^1]\n\n[^1]: ![]({ADDRESS})"
    shown = html(text)
    assert shown.count("<picture>") == 4
    assert problems(shown) == []


def test_a_note_after_a_text_that_begins_with_a_picture_is_no_figure():
    shown = html(f"![]({ADDRESS})\n\nx[^1]\n\n[^1]: Words.")
    assert shown.count("<figure") == 1
    assert problems(shown) == []


@pytest.mark.parametrize("address", [ADDRESS + "/", ADDRESS + "/0123456789abcdef-640.webp", ADDRESS + "?x=1#y"])
def test_any_address_of_a_picture_means_the_picture(address):
    assert PICTURE in html(f"![]({address})")


def test_a_picture_that_is_gone_leaves_its_description():
    assert html(f"![A llama]({ADDRESS})", pictures={}) == "<p>A llama</p>"


def test_other_pictures_stay_as_they_were():
    assert html("![x](/static/a.svg)") == '<p><img src="/static/a.svg" alt="x" loading="lazy"></p>'
    assert "<img" not in html("![x](https://example.org/a.png)")


def test_the_words_of_a_picture_are_no_words_of_the_text():
    prose = render(f'Two words. ![Not counted]({ADDRESS} "nor this")', pictures={TOKEN: LLAMA})
    assert prose.words == 2


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_words_of_a_picture_are_text(payload):
    hostile = Illustration(LLAMA.srcset, LLAMA.src, 8, 6, alt=payload, credit=payload)
    assert problems(html(f"![]({ADDRESS}) x\n\n![]({ADDRESS})", {TOKEN: hostile})) == []


def test_references_are_found_wherever_they_are():
    assert references(f"![]({ADDRESS}) <{ADDRESS}>", "nothing", "![](/media/images/ffffffffffff/x.webp)") == {
        TOKEN,
        "ffffffffffff",
    }
    assert references("/media/images/0123", "/media/images/0123456789abc") == set()
