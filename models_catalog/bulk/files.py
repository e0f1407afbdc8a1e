"""What the two formats have in common: a header, rows of texts, and limits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 100
MAX_CELL = 100_000  # characters
TOO_LARGE = f"The file is larger than {MAX_BYTES // 1024**2} MB. Split it, and import the parts in turn."

# What begins so, a spreadsheet takes for a formula and might run.
_FORMULA = re.compile(r"[' ]*[=+\-@＝＋－＠\t\r\n]")


class FileKind(Enum):
    CSV = "csv"
    XLSX = "xlsx"

    @property
    def content_type(self) -> str:
        if self is FileKind.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileError(Exception):
    """The file as a whole cannot be read: the messages say why, and what to do."""

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages = list(messages)


@dataclass(slots=True)
class Line:
    """One row: its number in the spreadsheet, its cells, and what is wrong with them as such.

    ``problems`` is by the column’s number, counted from 0, or None for the row as a whole.
    """

    number: int
    cells: list[str]
    problems: dict[int | None, str] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    header: list[str]
    lines: list[Line]


def guard(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: with an apostrophe before it.

    One that begins with apostrophes and then as a formula gets one more, so that `unguard` is the exact inverse.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def read(data: bytes) -> Sheet:
    """The table in an uploaded file, whichever of the two formats it is. Raises FileError."""
    from . import comma_separated, workbooks

    if not data.strip():
        raise FileError("The file is empty. Export the list first to see which columns it needs.")
    if len(data) > MAX_BYTES:
        raise FileError(TOO_LARGE)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileError(
            "This is an old .xls workbook, or one with a password. Save it as .xlsx without a password, or as CSV UTF-8."
        )
    sheet = (workbooks if data.startswith(b"PK") else comma_separated).read(data)
    return _trimmed(sheet)


def too_many_rows() -> FileError:
    return FileError(f"The file has more than {MAX_ROWS:,} rows. Split it, and import the parts in turn.")


def _trimmed(sheet: Sheet) -> Sheet:
    """Without empty rows, and without columns that have neither a name nor a value; apostrophes of `guard` taken off."""
    header = [name.strip() for name in sheet.header]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise FileError("The first row is empty. It must name the columns: export the list to see them.")
    if len(header) > MAX_COLUMNS:
        raise FileError(f"The first row names more than {MAX_COLUMNS} columns. Remove those that are not needed.")
    lines = []
    for line in sheet.lines:
        if not any(cell.strip() for cell in line.cells) and not line.problems:
            continue
        for number, cell in enumerate(line.cells):
            if len(cell) > MAX_CELL:
                line.problems[number] = f"Has more than {MAX_CELL:,} characters. Shorten it."
        line.cells = [unguard(cell) for cell in line.cells]
        lines.append(line)
    if len(lines) > MAX_ROWS:
        raise too_many_rows()
    return Sheet(header, lines)
