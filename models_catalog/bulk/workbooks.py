"""Reads the first sheet of an .xlsx workbook: texts, numbers, dates and yes/no.

A workbook is a zip of XML files from a stranger. Only the parts needed are opened, together they are unpacked no
further than a limit, whatever their headers say, and reading the XML stops at a document type and after so many
elements: so there are no entities, inside or out, and no tree in memory.
"""

from __future__ import annotations

import posixpath
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from .files import MAX_COLUMNS, MAX_ROWS, FileError, Line, Sheet, too_many_rows
from .workbook_cells import Unclear, column_number, date_styles, is_1904, plain_text, value_of

MAX_PARTS = 2_000
MAX_UNPACKED = 32 * 1024 * 1024  # bytes of XML in all
MAX_ELEMENTS = 2_000_000  # of XML in all: some for each cell that there may be
MAX_DEPTH = 64
Attributes = dict[str, str]
DAMAGED = "The workbook is damaged or no .xlsx. Open it in a spreadsheet and save it again."


def read(data: bytes) -> Sheet:
    """Raises FileError."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            return _Workbook(archive).sheet()
    except (BadZipFile, struct.error, zlib.error, EOFError, OSError, RuntimeError):  # also NotImplementedError
        raise FileError(DAMAGED) from None
    except (ValueError, LookupError, ArithmeticError):
        raise FileError(DAMAGED) from None
    except expat.ExpatError as error:
        raise FileError(f"{DAMAGED} (XML, line {error.lineno})") from None


class _Workbook:
    def __init__(self, archive: ZipFile) -> None:
        self.archive = archive
        self.bytes_left = MAX_UNPACKED
        self.elements_left = MAX_ELEMENTS
        self.parts: dict[str, ZipInfo] = {}
        if len(archive.infolist()) > MAX_PARTS:
            raise FileError(f"The workbook has more than {MAX_PARTS:,} parts. Copy the table into a new one.")
        for info in archive.infolist():
            if info.filename in self.parts:
                raise FileError(DAMAGED)
            self.parts[info.filename] = info

    def sheet(self) -> Sheet:
        path, epoch_1904 = self._first_sheet()
        styles = self._styles()
        texts = self._shared_texts()
        reader = _SheetReader(texts, styles, epoch_1904)
        self._parse(path, reader.start, reader.end, reader.text)
        return reader.sheet()

    def _unpacked(self, path: str) -> bytes:
        info = self.parts.get(path)
        if info is None or info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise FileError(DAMAGED)
        with self.archive.open(info) as part:
            data = part.read(self.bytes_left + 1)
        self.bytes_left -= len(data)
        if self.bytes_left < 0:
            raise FileError(
                f"The workbook unpacks to more than {MAX_UNPACKED // 1024**2} MB. "
                "Copy the table alone into a new one, as values."
            )
        return data

    def _parse(
        self,
        path: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] = lambda name: None,
        text: Callable[[str], None] = lambda data: None,
    ) -> None:
        """Calls back for each element, by its name without the namespace, and for text."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        depth = 0

        def refuse(*declaration: object) -> None:
            raise FileError("The workbook’s XML has a document type, which no spreadsheet writes. It is not read.")

        def opened(name: str, attributes: Attributes) -> None:
            nonlocal depth
            depth += 1
            self.elements_left -= 1
            if depth > MAX_DEPTH:
                raise FileError(DAMAGED)
            if self.elements_left < 0:
                raise FileError("The workbook has too many cells. Copy the table alone into a new one, as values.")
            start(_local(name), {_local(key): value for key, value in attributes.items()})

        def closed(name: str) -> None:
            nonlocal depth
            depth -= 1
            end(_local(name))

        parser.StartDoctypeDeclHandler = refuse
        parser.EntityDeclHandler = refuse
        parser.StartElementHandler = opened
        parser.EndElementHandler = closed
        parser.CharacterDataHandler = text
        # In one piece: in many, a very long tag would be read again with each.
        parser.Parse(self._unpacked(path), True)

    def _first_sheet(self) -> tuple[str, bool]:
        """Where the first visible sheet lies, and whether days are counted from 1904."""
        sheets: list[Attributes] = []
        epoch: list[bool] = []

        def start(name: str, attributes: Attributes) -> None:
            if name == "sheet" and attributes.get("state", "visible") == "visible":
                sheets.append(attributes)
            elif name == "workbookPr":
                epoch.append(is_1904(attributes))

        self._parse("xl/workbook.xml", start)
        if not sheets:
            raise FileError("The workbook has no visible sheet.")
        targets: dict[str, str] = {}

        def relation(name: str, attributes: Attributes) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                targets[attributes["Id"]] = attributes["Target"]

        self._parse("xl/_rels/workbook.xml.rels", relation)
        target = targets[sheets[0]["id"]]
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        return path, any(epoch)

    def _styles(self) -> list[bool]:
        """For each cell style, whether it shows a number as a date."""
        formats: dict[str, str] = {}
        used: list[str] = []
        inside = False

        def start(name: str, attributes: Attributes) -> None:
            nonlocal inside
            if name == "numFmt":
                formats[attributes["numFmtId"]] = attributes["formatCode"]
            elif name == "cellXfs":
                inside = True
            elif name == "xf" and inside:
                used.append(attributes.get("numFmtId", "0"))

        def end(name: str) -> None:
            nonlocal inside
            inside = inside and name != "cellXfs"

        if "xl/styles.xml" in self.parts:
            self._parse("xl/styles.xml", start, end)
        return date_styles(used, formats)

    def _shared_texts(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self.parts:
            return []
        reader = _TextReader()
        self._parse("xl/sharedStrings.xml", reader.start, reader.end, reader.text)
        return reader.texts


class _TextReader:
    """Texts that cells share. Of a formatted one, its runs together; not the reading aids above Japanese."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.inside = False
        self.aside = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self.parts = []
        elif name == "rPh":
            self.aside = True
        self.inside = name == "t" and not self.aside

    def text(self, data: str) -> None:
        if self.inside:
            self.parts.append(data)

    def end(self, name: str) -> None:
        self.inside = False
        if name == "rPh":
            self.aside = False
        elif name == "si":
            self.texts.append(plain_text("".join(self.parts)))


class _SheetReader:
    """The rows of one sheet, as texts."""

    def __init__(self, texts: list[str], date_styles: list[bool], epoch_1904: bool) -> None:
        self.texts, self.date_styles, self.epoch_1904 = texts, date_styles, epoch_1904
        self.header: list[str] = []
        self.lines: list[Line] = []
        self.line: Line | None = None
        self.number = 0
        self.column = -1
        self.cell: Attributes = {}
        self.parts: list[str] = []
        self.inside = self.aside = self.is_formula = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            self.number = int(attributes.get("r", self.number + 1))
            self.line, self.column = Line(self.number, []), -1
        elif name == "c":
            self.column = column_number(attributes["r"]) if "r" in attributes else self.column + 1
            self.cell, self.parts, self.is_formula = attributes, [], False
        elif name == "f":
            self.is_formula = True
        elif name == "rPh":
            self.aside = True
        self.inside = name in {"v", "t"} and not self.aside

    def text(self, data: str) -> None:
        if self.inside:
            self.parts.append(data)

    def end(self, name: str) -> None:
        self.inside = False
        if name == "rPh":
            self.aside = False
        elif name == "c" and self.line is not None:
            self._keep(self.line)
        elif name == "row" and self.line is not None:
            self._finish(self.line)
            self.line = None

    def _keep(self, line: Line) -> None:
        raw = "".join(self.parts)
        if not raw and not self.is_formula:
            return
        if not len(line.cells) <= self.column < MAX_COLUMNS:
            raise FileError(
                f"Row {line.number} has a value beyond column {MAX_COLUMNS}, or two in one cell. Keep the table alone."
            )
        line.cells += [""] * (self.column - len(line.cells))
        try:
            if self.is_formula:
                raise Unclear("Holds a formula. Copy the cells and paste them as values only.")
            style = int(self.cell.get("s", "0"))
            is_date = style < len(self.date_styles) and self.date_styles[style]
            text = value_of(raw, self.cell.get("t", "n"), self.texts, is_date=is_date, epoch_1904=self.epoch_1904)
        except Unclear as problem:
            line.problems[self.column] = problem.message
            text = raw
        line.cells.append(text)

    def _finish(self, line: Line) -> None:
        if not line.cells:
            return
        if line.number == 1 and not self.header:
            self.header = line.cells
            if line.problems:
                raise FileError("The first row must name the columns, in words.")
            return
        if not self.header:
            raise FileError("The first row is empty. It must name the columns: export the list to see them.")
        if line.number <= (self.lines[-1].number if self.lines else 1):
            raise FileError(DAMAGED)
        self.lines.append(line)
        if len(self.lines) > MAX_ROWS:
            raise too_many_rows()

    def sheet(self) -> Sheet:
        width = len(self.header)
        for line in self.lines:
            if any(cell.strip() for cell in line.cells[width:]):
                line.problems[None] = "Has a value to the right of the last named column. Name the column or remove it."
            # A workbook has no cells for what is empty.
            line.cells += [""] * (width - len(line.cells))
        return Sheet(self.header, self.lines)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
