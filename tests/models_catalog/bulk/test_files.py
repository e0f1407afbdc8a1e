"""CSV as spreadsheets write it, and what is said of files that cannot be read."""

import pytest

from models_catalog.bulk import FileError, read
from models_catalog.bulk.files import MAX_BYTES, MAX_ROWS, guard, unguard

from .sheets import csv_of

ROWS = [["slug", "name"], ["one", "First; of all, a “name”"], ["two", "over\ntwo lines"]]


def cells(data):
    sheet = read(data)
    return [sheet.header, *(line.cells for line in sheet.lines)]


def refused(data):
    with pytest.raises(FileError) as error:
        read(data)
    return " ".join(error.value.messages)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_the_same_table_is_read_however_it_is_written(delimiter, bom, line_end):
    assert cells(csv_of(*ROWS, delimiter=delimiter, bom=bom, line_end=line_end)) == ROWS


def test_rows_have_the_numbers_that_the_spreadsheet_shows():
    sheet = read(b'slug,name\r\n\r\none,"over\ntwo lines"\r\n,\r\ntwo,b\r\n')
    assert [line.number for line in sheet.lines] == [3, 5]


def test_columns_without_name_and_value_at_the_end_are_ignored():
    assert cells(b"slug,name,,\r\none,First,,\r\n") == [["slug", "name"], ["one", "First", "", ""]]


def test_a_line_that_was_cut_off_is_not_taken_for_empty_cells():
    [line] = read(b"slug,name,note\r\none,First\r\n").lines
    assert "only 2 of 3 cells" in line.problems[None]


def test_a_text_with_an_unquoted_comma_is_noticed():
    [line] = read(b"slug,name\r\none,First, of all\r\n").lines
    assert "put in quotation marks" in line.problems[None]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b",,\r\n1,2,3\r\n", "first row is empty"),
        ("slug,name\r\none,Größe\r\n".encode("latin-1"), "not UTF-8: line 2"),
        ("slug,name\r\none,two\r\n".encode("utf-16"), "not UTF-8"),
        (b"slug,name\r\none,a\0b\r\n", "NUL"),
        (b'slug,name\r\none,"a" b\r\n', "Line 2"),
        (b'slug,name\r\none,"never closed\r\n', "cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", "old .xls"),
        (b"PK\x03\x04 no zip", "damaged"),
        (b"a," * 101 + b"b\r\n", "more than 100 columns"),
        (b"slug\r\n" + b"x\r\n" * (MAX_ROWS + 1), "more than 5,000 rows"),
        (b"slug,note\r\n" + b"x" * MAX_BYTES, "larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(data, says):
    assert says in refused(data)


def test_as_many_rows_as_are_allowed_are_read():
    assert len(read(b"slug\r\n" + b"x\r\n" * MAX_ROWS).lines) == MAX_ROWS


RISKY = [
    "=1+1",
    "+49 30",
    "-1 day",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "'=1+1",
    "''@x",
    "' =x",
    " =x",
    "＝1",
    "'",
    "''",
    "'quoted'",
]


@pytest.mark.parametrize("text", [*RISKY, "plain", "a=b", "", "it's", "’=", "5-1"])
def test_a_guarded_text_comes_back_exactly(text):
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", [text for text in RISKY if text.strip("' ")[:1] in "=+-@\t\r＝" and text.strip("' ")])
def test_no_guarded_text_begins_as_a_formula(text):
    assert guard(text).startswith("'")


@pytest.mark.parametrize("text", ["plain", "it's", "'quoted'", "a=b", "5-1"])
def test_harmless_texts_are_left_as_they_are(text):
    assert guard(text) == unguard(text) == text
