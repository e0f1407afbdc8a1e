"""One text → what is wrong with it, and in which line."""

import pytest

from editorial.content_check.findings import Code, Place
from editorial.content_check.style import HouseStyle
from editorial.content_check.texts import markdown_findings
from editorial.live_facts.names import Names
from editorial.live_facts.validation import ReferenceCheck
from editorial.models import StyleRule
from editorial.prose.outline import outline

HOUSE = HouseStyle([StyleRule(avoid="open-source", prefer="open-weight", because="It asks for more.")])
NOWHERE = Place("editorial.notice", ("x",), "a text", "body")
NOTHING = ReferenceCheck(Names([]), lambda target, field: None, lambda: Names([]))


def found(markdown: str, under: int = 1) -> list[tuple[str, int | None]]:
    check = markdown_findings(markdown, NOWHERE, style=HOUSE, references=NOTHING, under=under)
    return [(finding.code.value, finding.line) for finding in check]


class TestHeadings:
    @pytest.mark.parametrize(
        "text", ["## a\n\n### b\n\n## c", "# a\n\n## b", "## a\n\n### b\n\n#### c\n\n## d", "", "a"]
    )
    def test_one_level_deeper_at_a_time_is_in_order(self, text):
        assert found(text) == []

    @pytest.mark.parametrize("text", ["### a", "## a\n\n#### b", "text\n\n#### a"])
    def test_a_level_left_out_is_not(self, text):
        assert [code for code, _ in found(text)] == [Code.HEADING_ORDER]

    def test_a_section_begins_below_its_own_heading(self):
        assert found("### a", under=2) == []
        assert found("#### a", under=2) == [(Code.HEADING_ORDER, 1)]

    def test_a_heading_without_words_is_found(self):
        assert found("## \n\na") == [(Code.HEADING_ORDER, 1)]


class TestPictures:
    def test_a_picture_without_a_description_is_found_with_its_line(self):
        assert found("a\n\n![](/media/a.png)") == [(Code.MISSING_ALT, 3)]

    def test_a_picture_of_the_library_brings_its_own_description(self):
        assert found("![](/media/images/3f9ac02b71de)") == []

    def test_one_with_words_or_code_or_a_fact_in_it_is_described(self):
        assert found("![A chart](/media/a.png) ![`x`](/media/b.png)") == []


class TestLines:
    def test_words_are_found_in_the_line_they_stand_in(self):
        text = "One\ntwo\nis open-source.\n\n- a\n- open-source\n\n| x |\n|---|\n| open-source |\n\n[^1]\n\n[^1]: open-source"
        assert [line for _, line in found(text)] == [3, 6, 10, 14]

    def test_code_and_addresses_hold_no_words(self):
        assert found("`open-source` [x](/open-source/)\n\n```\nopen-source\n```\n\n    open-source") == []

    def test_words_across_a_link_are_one_wording(self):
        assert len(found("It is [open](/a/)-source.")) == 1

    def test_characters_of_several_bytes_do_not_move_the_lines(self):
        seen = outline("é😀\n\n“ü” [x](/a/)\n\n## 日本")
        assert (seen.links[0].line, seen.headings[0].line) == (3, 5)

    def test_windows_line_ends_do_not_either(self):
        assert outline("a\r\n\r\nb\r\n\r\n[x](/a/)").links[0].line == 5


def test_a_text_that_cannot_be_laid_out_is_one_finding():
    assert found(">" * 100 + " a") == [(Code.UNREADABLE_TEXT, None)]


class TestFootnotes:
    def test_a_mark_and_its_note_are_right_in_either_case_of_letters(self):
        assert found("a[^Card] b[^card]\n\n[^card]: c") == []

    def test_a_mark_without_a_note_is_found_where_it_stands(self):
        assert found("a\nb[^x]") == [(Code.LOST_FOOTNOTE, 2)]

    def test_a_note_without_a_mark_is_found_too(self):
        assert found("a\n\n[^x]: b") == [(Code.LOST_FOOTNOTE, 3)]

    def test_code_holds_no_marks(self):
        assert found("`[^x]`\n\n    [^x]") == []
