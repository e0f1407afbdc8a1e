"""CSV: UTF-8, with or without a byte order mark, commas or semicolons or tabs, any line ends."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from .files import MAX_ROWS, FileError, Line, Sheet, too_many_rows

DELIMITERS = ",;\t"
BOM = "\ufeff"  # without it, Excel takes UTF-8 for an older code


def write(rows: Iterable[list[str]]) -> Iterator[str]:
    """The file in pieces, a row each."""
    line = StringIO(newline="")
    writer = csv.writer(line)
    yield BOM
    for row in rows:
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def read(data: bytes) -> Sheet:
    """Raises FileError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FileError(
            f"The file is not UTF-8: line {line} holds bytes that mean no letter in it. "
            "In the spreadsheet, save it as “CSV UTF-8” (or as .xlsx)."
        ) from None
    if "\0" in text:
        raise FileError("The file holds NUL characters, so it is no CSV. Save it as “CSV UTF-8” or .xlsx.")
    rows = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = next(rows, [])
        lines = []
        for number, cells in enumerate(rows, start=2):
            if any(cells):
                lines.append(_line(number, cells, len(header)))
            if len(lines) > MAX_ROWS:
                raise too_many_rows()
    except csv.Error as error:
        raise FileError(
            f"Line {rows.line_num} cannot be read ({error}). A text that holds a quotation mark is itself put in "
            "quotation marks, and the mark within it is doubled."
        ) from None
    return Sheet(header, lines)


def _line(number: int, cells: list[str], width: int) -> Line:
    line = Line(number, cells)
    extra = [cell for cell in cells[width:] if cell.strip()]
    if extra:
        line.problems[None] = (
            f"Has {len(cells)} cells, but the first row names {width} columns. "
            "A text that holds the character between cells is put in quotation marks."
        )
    elif len(cells) < width:
        # Not taken for empty: a line that was cut off would empty the fields that it lost.
        line.problems[None] = f"Has only {len(cells)} of {width} cells. Add the missing ones, if only as empty cells."
    return line


def _delimiter(text: str) -> str:
    """What stands between the names of the columns, which hold none of these characters themselves."""
    first = text.split("\n", 1)[0]
    return max(DELIMITERS, key=first.count)
