"""What a file would change, row by row, and what is wrong with it. Nothing is written here."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from . import rules
from .cells import CellError, Column, Keys, lines, nearest
from .differences import Difference, difference
from .files import FileError, Line, Sheet
from .tables import VERSION, Table


class Standing(models.TextChoices):
    ERROR = "error", "error"
    NEW = "new", "new"
    CHANGED = "changed", "changed"
    UNCHANGED = "unchanged", "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that the import would write: what is there now, and what would be."""

    column: Column
    old: str
    new: str

    @property
    def difference(self) -> Difference:
        return difference(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row; ``column`` is empty for the row as a whole."""

    row: int
    column: str
    message: str


@dataclass(slots=True)
class Row:
    """One row of the file beside the entry that it names. ``entry`` carries the values that the file gives it."""

    number: int
    name: str = ""
    entry: Any = None
    is_new: bool = False
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    note: str = ""
    # Differs from what was shown before.
    is_news: bool = False

    @property
    def standing(self) -> Standing:
        if self.problems:
            return Standing.ERROR
        if self.is_new:
            return Standing.NEW
        return Standing.CHANGED if self.changes else Standing.UNCHANGED

    def blame(self, column: str, message: str) -> None:
        self.problems.append(Problem(self.number, column, message))

    def fingerprint(self) -> str:
        """The same only for a row that would do the same."""
        told = [
            self.number,
            self.name,
            self.standing.value,
            [(change.column.name, change.old, change.new) for change in self.changes],
            [(problem.column, problem.message) for problem in self.problems],
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]


@dataclass(slots=True)
class Comparison:
    table: Table
    columns: list[Column]
    rows: list[Row]

    @property
    def counts(self) -> dict[Standing, int]:
        counted = Counter(row.standing for row in self.rows)
        return {standing: counted[standing] for standing in Standing}

    @property
    def problems(self) -> list[Problem]:
        return [problem for row in self.rows for problem in row.problems]

    @property
    def to_write(self) -> list[Row]:
        return [row for row in self.rows if row.standing in {Standing.NEW, Standing.CHANGED}]

    @property
    def is_ready(self) -> bool:
        """Something would change, and nothing is wrong."""
        return bool(self.to_write) and not self.problems

    def fingerprints(self) -> list[str]:
        return [row.fingerprint() for row in self.rows]

    def shown(self) -> Iterator[Row]:
        """What would be written or is wrong, or has something to say; all else is unchanged."""
        return (row for row in self.rows if row.standing is not Standing.UNCHANGED or row.note or row.is_news)

    def mark_news(self, shown: list[str]) -> None:
        for row, before in zip(self.rows, shown, strict=False):
            row.is_news = row.fingerprint() != before


def compare(table: Table, sheet: Sheet, *, lock: bool = False) -> Comparison:
    """The file beside the database. With ``lock``, its entries stay as they are until the transaction ends.

    Raises FileError when the columns are not those of the table.
    """
    return _Comparing(table, sheet, lock=lock).result()


class _Comparing:
    def __init__(self, table: Table, sheet: Sheet, *, lock: bool) -> None:
        self.table, self.sheet = table, sheet
        self.keys = Keys()
        self.at = places(table, sheet)
        self.columns = [column for column in table.columns if column.name in self.at]
        self.lines = [(line, Row(line.number)) for line in sheet.lines]
        self.existing = self._existing(lock)

    def result(self) -> Comparison:
        seen: dict[tuple[str, ...], int] = {}
        for line, row in self.lines:
            for place, message in line.problems.items():
                row.blame("" if place is None else self._name_at(place), message)
            key = self._key(line)
            row.name = self.table.words_for(key)
            if not row.name:
                row.blame(self.table.key[0].name, "Is empty, so that it is not clear which entry the row is about.")
            elif key in seen:
                row.blame(self.table.key[0].name, f"Row {seen[key]} is about the same {self.table.name}. Keep one.")
            else:
                seen[key] = row.number
                self._compare(line, row, key)
        rows = [row for _, row in self.lines]
        self._ask_rules(rows)
        return Comparison(self.table, self.columns, rows)

    def _cell(self, line: Line, name: str) -> str:
        place = self.at.get(name, len(line.cells))
        return line.cells[place] if place < len(line.cells) else ""

    def _key(self, line: Line) -> tuple[str, ...]:
        return self.table.key_of({column.name: self._cell(line, column.name) for column in self.table.key})

    def _name_at(self, place: int) -> str:
        return self.sheet.header[place] if place < len(self.sheet.header) else ""

    def _existing(self, lock: bool) -> dict[tuple[str, ...], tuple[Any, dict[str, str]]]:
        """The entries that the file names, with the texts of their cells."""
        wanted = {self._key(line) for line, _ in self.lines}
        entries = self.table.named(wanted, self.keys)
        # In one order, so that two imports wait for each other and do not block each other for good.
        found = list(entries.order_by("pk").select_for_update() if lock else entries)
        self.table.fetch_related(found, self.keys)
        texts = [self.table.texts(entry, self.keys) for entry in found]
        existing = {
            key: (entry, cells)
            for entry, cells in zip(found, texts, strict=True)
            if (key := self.table.key_of(cells)) in wanted
        }
        if any(column.target is self.table.model for column in self.table.related):
            self.keys.announce(self.table.model, map(self.table.words_for, wanted - existing.keys()))
        return existing

    def _compare(self, line: Line, row: Row, key: tuple[str, ...]) -> None:
        entry, old = self.existing.get(key, (None, {}))
        row.is_new = entry is None
        row.entry = self.table.model() if entry is None else entry
        new = dict(old)
        for column in self.columns:
            cell, before = self._cell(line, column.name), old.get(column.name, "")
            if self.at[column.name] in line.problems or (not row.is_new and lines(cell) == before):
                continue
            try:
                value = column.read(cell, self.keys)
            except CellError as error:
                row.blame(column.name, error.message)
                continue
            new[column.name] = column.text(value, self.keys)
            if new[column.name] != before:
                row.changes.append(Change(column, before, new[column.name]))
            if row.is_new or new[column.name] != before:
                column.put(row.entry, value)
        if row.is_new:
            for column in self.table.columns:
                if column.name not in self.at and column.is_required:
                    row.blame(column.name, "A new entry needs this column. Add it to the file.")
        self._check_version(row, self._cell(line, VERSION).strip(), old, new)

    def _check_version(self, row: Row, exported: str, old: dict[str, str], new: dict[str, str]) -> None:
        """Somebody may have changed the entry after the file was exported."""
        if not exported:
            return
        if row.is_new:
            row.blame(
                VERSION,
                f"The row was exported, but no {self.table.name} is called so now: it was deleted, or its name was "
                "changed, here or in the file. Names are changed in the form of the entry. To add a new entry, empty "
                "this cell.",
            )
        elif row.changes and exported != self.table.version(old):
            if exported == self.table.version(new) and len(self.columns) == len(self.table.columns):
                # Nobody touched the row in the file: what was changed here since is newer.
                row.changes.clear()
                row.note = "Changed here since the export and not in the file: stays as it is here."
            else:
                row.blame(
                    VERSION,
                    "Somebody changed this entry after the file was exported. Export it again and make your change "
                    "there; or, to have it as the file says all the same, empty this cell.",
                )

    def _ask_rules(self, rows: list[Row]) -> None:
        """The rules of fields, model and database, for rows whose cells could be read."""
        in_file = {column.name for column in self.columns}
        asked = [row for row in rows if row.entry is not None and not row.problems and (row.is_new or row.changes)]
        for row in asked:
            absent = set() if row.is_new else set(self.table.by_name) - in_file
            for name, messages in rules.own_rules(row.entry, exclude=absent).items():
                for message in messages:
                    row.blame(name if name in self.table.by_name else "", message)
        asked = [row for row in asked if not row.problems]
        entries = [row.entry for row in asked]
        for place, broken in rules.broken_rules(self.table.model, entries).items():
            for names, message in broken:
                asked[place].blame(self._to_blame(names), message)
        for twin in rules.twins(self.table.model, entries):
            message = twin.message
            if twin.other is not None:
                message = f"Row {asked[twin.other].number} has the same. {message}"
            asked[twin.place].blame(self._to_blame(twin.fields), message)

    def _to_blame(self, names: list[str]) -> str:
        in_file = {column.name for column in self.columns}
        return next((name for name in names if name in in_file), next(iter(names), ""))


def places(table: Table, sheet: Sheet) -> dict[str, int]:
    """Where each column of the table stands in the file. Raises FileError that names every wrong one."""
    found: dict[str, int] = {}
    wrong: list[str] = []
    for place, name in enumerate(sheet.header):
        if not name:
            if any(place < len(line.cells) and line.cells[place].strip() for line in sheet.lines):
                wrong.append(f"Column {place + 1} has values but no name in the first row.")
        elif name in found:
            wrong.append(f"The column “{name}” is there twice. Keep one.")
        elif name == VERSION or name in table.by_name:
            found[name] = place
        else:
            wrong.append(f"There is no column “{name[:60]}”.{_suggestion(table, name)}")
    wrong += [
        f"The column “{column.name}” is missing: it says which {table.name} a row is about."
        for column in table.key
        if column.name not in found and not column.field.null
    ]
    if wrong:
        raise FileError(*wrong)
    return found


def _suggestion(table: Table, name: str) -> str:
    """A column is often called as people see it in the form."""
    for column in table.columns:
        if name.casefold() in {column.label.casefold(), column.name.replace("_", " ").casefold()}:
            return f" Did you mean “{column.name}”?"
    return nearest(name, table.by_name)
