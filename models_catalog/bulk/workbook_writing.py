"""Writes an .xlsx workbook: a sheet of texts and numbers, and one that explains its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import IO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from .cells import WHOLE
from .workbook_cells import column_letters, escaped_text

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The styles below, by their place: as it comes, text (so that nothing typed becomes a date or loses a zero), heading.
PLAIN, TEXT, HEADING = 0, 1, 2
DIGITS = 15  # that a spreadsheet keeps of a number
WIDTH, NARROW = 28, 16
NAME_MAX = 31

STYLES = (
    f'<styleSheet xmlns="{MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" xfId="0"/><xf numFmtId="49" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
ROOT_RELATIONS = (
    f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)


def write(
    target: IO[bytes],
    *,
    name: str,
    rows: Iterable[list[str]],
    numbers: Sequence[bool],
    explained: Iterable[list[str]],
) -> None:
    """``rows`` begin with the header; ``numbers`` says of each column whether it holds numbers."""
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr("[Content_Types].xml", DECLARATION + _content_types(2))
        archive.writestr("_rels/.rels", DECLARATION + ROOT_RELATIONS)
        archive.writestr("xl/workbook.xml", DECLARATION + _workbook([name, "Columns"]))
        archive.writestr("xl/_rels/workbook.xml.rels", DECLARATION + _relations(2))
        archive.writestr("xl/styles.xml", DECLARATION + STYLES)
        _write_sheet(archive, 1, rows, numbers)
        _write_sheet(archive, 2, explained, [False] * 4)


def _write_sheet(archive: ZipFile, number: int, rows: Iterable[list[str]], numbers: Sequence[bool]) -> None:
    with (
        archive.open(f"xl/worksheets/sheet{number}.xml", "w") as part,
        TextIOWrapper(part, encoding="utf-8", newline="") as sheet,
    ):
        sheet.write(
            f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
        )
        for at, is_number in enumerate(numbers, start=1):
            width, style = (NARROW, PLAIN) if is_number else (WIDTH, TEXT)
            sheet.write(f'<col min="{at}" max="{at}" width="{width}" style="{style}" customWidth="1"/>')
        sheet.write("</cols><sheetData>")
        for row_number, row in enumerate(rows, start=1):
            sheet.write(f'<row r="{row_number}">')
            for at, text in enumerate(row):
                if text:
                    place = f"{column_letters(at)}{row_number}"
                    sheet.write(_cell(place, text, is_number=numbers[at], is_heading=row_number == 1))
            sheet.write("</row>")
        sheet.write("</sheetData></worksheet>")


def _cell(place: str, text: str, *, is_number: bool, is_heading: bool) -> str:
    if is_number and not is_heading and _fits(text):
        return f'<c r="{place}"><v>{text}</v></c>'
    style = HEADING if is_heading else TEXT
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(escaped_text(text))}</t></is></c>'


def _fits(text: str) -> bool:
    """A number of which a spreadsheet keeps every digit."""
    return bool(WHOLE.match(text.replace(".", "", 1))) and sum(letter.isdigit() for letter in text) <= DIGITS


def _content_types(sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles"}
    parts |= {f"/xl/worksheets/sheet{number}.xml": "worksheet" for number in range(1, sheets + 1)}
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(f'<Override PartName="{path}" ContentType="{kind}.{what}+xml"/>' for path, what in parts.items())
        + "</Types>"
    )


def _workbook(names: list[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(name[:NAME_MAX])} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _relations(sheets: int) -> str:
    targets = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, sheets + 1)
    )
    return (
        f'<Relationships xmlns="{PACKAGE}/relationships">{targets}'
        f'<Relationship Id="rId{sheets + 1}" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
    )
