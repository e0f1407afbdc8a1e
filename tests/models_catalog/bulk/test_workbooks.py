"""Workbooks of other programs are read, and hostile ones are refused."""

import random
import time
import tracemalloc
import xml.etree.ElementTree as ET
from contextlib import suppress
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest

from models_catalog.bulk import FileError, read, workbook_writing
from models_catalog.bulk.workbook_cells import column_letters, column_number, escaped_text, plain_text

from .sheets import MAIN, text_cell, workbook

HEAD = f'<row r="1">{text_cell("A1", "slug")}{text_cell("B1", "value")}</row>'
# Style 1 shows days, 2 a custom format of days, 3 a number with “days” as a text, 4 a month in words.
STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="[$-409]d\\-mmm\\-yy;@"/>'
    '<numFmt numFmtId="165" formatCode="0 &quot;days&quot;"/><numFmt numFmtId="166" formatCode="[Red]mmmm yyyy"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs>'
)


def value(cell, **options):
    """What the cell B2 is read as, or what is said of it."""
    [line] = read(workbook(f'{HEAD}<row r="2">{text_cell("A2", "one")}{cell}</row>', **options)).lines
    return line.problems.get(1) or line.cells[1]


def refused(data):
    with pytest.raises(FileError) as error:
        read(data)
    return " ".join(error.value.messages)


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [
        ('<c r="B2" t="inlineStr"><is><t xml:space="preserve"> two  words </t></is></c>', " two  words "),
        ('<c r="B2" t="inlineStr"><is><r><t>for</t></r><r><t>matted</t></r></is></c>', "formatted"),
        ('<c r="B2" t="s"><v>1</v></c>', "shared text"),
        ('<c r="B2"><v>15000000000000</v></c>', "15000000000000"),
        ('<c r="B2"><v>1.5E13</v></c>', "15000000000000"),
        ('<c r="B2"><v>8.0299999999999994</v></c>', "8.03"),
        ('<c r="B2"><v>-0.25</v></c>', "-0.25"),
        ('<c r="B2"><v>-0</v></c>', "0"),
        ('<c r="B2" t="n"><v>1E-7</v></c>', "0.0000001"),
        ('<c r="B2" t="b"><v>1</v></c>', "yes"),
        ('<c r="B2" t="b"><v>0</v></c>', "no"),
        ('<c r="B2" t="d"><v>2024-04-18T00:00:00</v></c>', "2024-04-18"),
        ('<c r="B2" s="3"><v>45400</v></c>', "45400"),
        ('<c r="B2" t="inlineStr"><is><t>a_x0009_b_x005F_x0009_</t></is></c>', "a\tb_x0009_"),
        ("", ""),
        ('<c r="B2" s="1"/>', ""),
    ],
)
def test_each_kind_of_cell_is_read(cell, read_as):
    shared = "<si><t>first</t></si><si><r><t>shared </t></r><rPh><t>aside</t></rPh><r><t>text</t></r></si>"
    assert value(cell, shared=shared, styles=STYLES) == read_as


@pytest.mark.parametrize("style", [1, 2, 4])
@pytest.mark.parametrize(
    ("serial", "properties", "day"),
    [
        ("45400", "", "2024-04-18"),
        ("43938", '<workbookPr date1904="1"/>', "2024-04-18"),
        ("61", "", "1900-03-01"),
        ("59", "", "1900-02-28"),
        ("1", "", "1900-01-01"),
        ("0", '<workbookPr date1904="true"/>', "1904-01-01"),
        ("45400.5", "", "2024-04-18T12:00:00"),
    ],
)
def test_days_are_read_in_both_of_the_systems_that_count_them(style, serial, properties, day):
    assert value(f'<c r="B2" s="{style}"><v>{serial}</v></c>', styles=STYLES, properties=properties) == day


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ('<c r="B2" s="1"><v>60</v></c>', "does not exist"),  # 1900 had no 29th of February
        ('<c r="B2" s="1"><v>-1</v></c>', "does not exist"),
        ('<c r="B2" s="1"><v>1e300</v></c>', "does not exist"),
        ('<c r="B2" s="1"><v>nan</v></c>', "does not exist"),
        ('<c r="B2"><v>1000000000000000</v></c>', "only 15 digits"),
        ('<c r="B2" t="e"><v>#N/A</v></c>', "error of the spreadsheet (#N/A)"),
        ('<c r="B2"><f>1+1</f><v>2</v></c>', "Holds a formula"),
        ('<c r="B2" t="str"><f>A1&amp;A1</f><v>x</v></c>', "Holds a formula"),
        ('<c r="B2" t="inlineStr"><is><t>_xD800_</t></is></c>', "no text"),
        ('<c r="B2" t="inlineStr"><is><t>_x0000_</t></is></c>', "no text"),
    ],
)
def test_a_cell_that_cannot_be_told_is_named_with_the_remedy(cell, says):
    assert says in value(cell, styles=STYLES)


def test_rows_and_columns_that_are_left_out_keep_their_places():
    sheet = read(workbook(f'{HEAD}<row r="7"><c r="B7"><v>5</v></c></row><row><c><v>6</v></c></row>'))
    assert [(line.number, line.cells) for line in sheet.lines] == [(7, ["", "5"]), (8, ["6", ""])]


def test_a_value_beside_the_table_is_no_value_of_it():
    [line] = read(workbook(f'{HEAD}<row r="2"><c r="D2"><v>5</v></c></row>')).lines
    assert "right of the last named column" in line.problems[None]


def test_the_first_sheet_that_can_be_seen_is_read():
    other = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{text_cell("A1", "seen")}</row></sheetData></worksheet>'
    sheets = '<sheet name="H" sheetId="1" state="hidden" r:id="rId1"/><sheet name="S" sheetId="2" r:id="rId2"/>'
    assert read(workbook(HEAD, sheets=sheets, parts=[("xl/worksheets/sheet2.xml", other)])).header == ["seen"]


@pytest.mark.parametrize(("number", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_counted_in_letters(number, letters):
    assert column_letters(number) == letters
    assert column_number(f"{letters}1") == number


@pytest.mark.parametrize("text", ["plain", "_x0041_", "a\x0bb\x1f", "__x0041_", "_x005F_x0041_", "\ufffe"])
def test_what_xml_cannot_hold_is_written_so_that_it_comes_back(text):
    assert plain_text(escaped_text(text)) == text


# --- Hostile ones -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">',
        "<!DOCTYPE x>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_wherever_it_stands(part, doctype, encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<worksheet>&a;</worksheet>'
    assert "document type" in refused(
        workbook(HEAD, shared="<si/>", styles="<x/>", replace=[(part, text.encode(encoding))])
    )


def test_a_bomb_is_not_unpacked():
    """120 MB of XML in 120 kB."""
    data = workbook(HEAD + "<row>" + " " * 120_000_000 + "</row>")
    assert len(data) < 200_000
    tracemalloc.start()
    begin = time.monotonic()
    assert "unpacks to more than 32 MB" in refused(data)
    assert time.monotonic() - begin < 5
    assert tracemalloc.get_traced_memory()[1] < 120_000_000
    tracemalloc.stop()


def test_a_bomb_of_empty_cells_is_stopped():
    begin = time.monotonic()
    assert "too many cells" in refused(workbook(HEAD + '<row r="2">' + "<c/>" * 2_000_001 + "</row>"))
    assert time.monotonic() - begin < 20


def test_a_header_that_lies_about_the_size_does_not_help():
    data = bytearray(workbook(HEAD + "<row>" + " " * 40_000_000 + "</row>"))
    sizes = [n for n in range(len(data) - 4) if 0 <= int.from_bytes(data[n : n + 4], "little") - 40_000_000 < 1000]
    assert len(sizes) == 2
    for place in sizes:
        data[place : place + 4] = (1000).to_bytes(4, "little")
    assert refused(bytes(data))


@pytest.mark.parametrize(
    "data",
    [
        workbook(HEAD, replace=[("xl/worksheets/sheet1.xml", "<worksheet><sheetData>")]),
        workbook(HEAD, replace=[("xl/workbook.xml", "no xml")]),
        workbook(HEAD, replace=[("xl/_rels/workbook.xml.rels", "<Relationships/>")]),
        workbook(HEAD, sheets='<sheet name="a" r:id="rId9"/>'),
        workbook(HEAD, parts=[("xl/workbook.xml", "<workbook/>")]),
        workbook(f'{HEAD}<row r="2"><c r="B2" t="s"><v>7</v></c></row>'),
        workbook(f'{HEAD}<row r="2"><c r="B2" t="s"><v>-1</v></c></row>'),
        workbook(f'{HEAD}<row r="2"><c r="B2"><v>many</v></c></row>'),
        workbook(f'{HEAD}<row r="2"><c r="2B"><v>1</v></c></row>'),
        workbook(f'{HEAD}<row r="x"><c r="A2"><v>1</v></c></row>'),
        workbook(f'{HEAD}<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'),
        workbook(f'{HEAD}<row r="2"><c r="A2" t="new"><v>1</v></c></row>'),
        workbook(HEAD + "<a>" * 100 + "</a>" * 100),
        workbook(HEAD, replace=[("xl/worksheets/sheet1.xml", '<?xml version="1.0" encoding="nonsense"?><a/>')]),
        workbook(HEAD, replace=[("xl/_rels/workbook.xml.rels", '<R><Relationship Id="rId1" Target="../../../etc/passwd"/></R>')]),
    ],
)  # fmt: skip
def test_what_no_spreadsheet_writes_is_refused(data):
    assert "damaged" in refused(data)


def test_values_far_to_the_right_are_refused():
    assert "beyond column 100" in refused(workbook(f'{HEAD}<row r="2"><c r="XFD2"><v>1</v></c></row>'))


def test_other_ways_to_compress_are_not_tried():
    data = BytesIO()
    with ZipFile(data, "w", ZIP_BZIP2) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert "damaged" in refused(data.getvalue())


def test_a_thousand_damaged_workbooks_are_refused_or_read_and_nothing_else():
    rows = [["slug", "value"], *([f"row-{n}", str(n)] for n in range(20))]
    target = BytesIO()
    workbook_writing.write(target, name="X", rows=rows, numbers=[False, True], explained=[["a", "b", "c", "d"]])
    whole, chance = target.getvalue(), random.Random(4)
    for _ in range(1000):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        with suppress(FileError):
            read(bytes(data))


def test_damaged_xml_within_a_sound_workbook_is_refused_or_read():
    chance = random.Random(5)
    sheet = f'{HEAD}<row r="2">{text_cell("A2", "one")}<c r="B2" s="1"><v>45400</v></c></row>'
    for _ in range(1000):
        text = list(sheet)
        for _ in range(chance.randint(1, 4)):
            text[chance.randrange(len(text))] = chance.choice('<>"=/&; r0129sbAZ\x01')
        with suppress(FileError):
            read(workbook("".join(text), styles=STYLES))


def test_what_is_written_is_a_zip_of_well_formed_xml():
    target = BytesIO()
    rows = [["slug", "value"], ["<a & b>", "12345678901234567890"], ["_x0041_", "-5"]]
    workbook_writing.write(target, name='A "name" <&>', rows=rows, numbers=[False, True], explained=[["a"]])
    with ZipFile(target) as archive:
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} == {ZIP_DEFLATED}
        for name in archive.namelist():
            ET.fromstring(archive.read(name))
    assert [line.cells for line in read(target.getvalue()).lines] == [list(row) for row in rows[1:]]
