"""Entries as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO

from django.utils.text import capfirst

from . import comma_separated, workbook_writing
from .cells import Keys
from .files import FileKind, guard
from .tables import VERSION, VERSION_HELP, Table

AT_ONCE = 500  # entries in memory
IN_MEMORY = 2 * 1024 * 1024  # bytes of a workbook, before it goes to a temporary file


def export(table: Table, pks: Sequence[int], kind: FileKind) -> Iterable[bytes]:
    """The entries with these keys, in this order, as a file in pieces."""
    rows = _rows(table, pks)
    if kind is FileKind.CSV:
        return (piece.encode() for piece in comma_separated.write(rows))
    return _pieces(table, rows)


def explained(table: Table) -> Iterator[list[str]]:
    """What each column is: its name, what people call it, what goes into it, and what it means."""
    for column in table.columns:
        need = "names the row, so it is not changed here" if column in table.key else column.need
        yield [column.name, capfirst(column.label), f"{column.shape} ({need})", column.help]
    yield [VERSION, "Version", "as exported", VERSION_HELP]


def _numbers(table: Table) -> list[bool]:
    return [*(column.is_number for column in table.columns), False]


def _rows(table: Table, pks: Sequence[int]) -> Iterator[list[str]]:
    """The header and the entries, with nothing in them that a spreadsheet would take for a formula."""
    numbers = _numbers(table)
    yield table.header
    keys = Keys()
    for start in range(0, len(pks), AT_ONCE):
        found = table.entries().in_bulk(pks[start : start + AT_ONCE])
        entries = [found[pk] for pk in pks[start : start + AT_ONCE] if pk in found]
        table.fetch_related(entries, keys)
        for entry in entries:
            texts = table.texts(entry, keys)
            row = [*texts.values(), table.version(texts)]
            # A negative number is no formula.
            yield [text if is_number else guard(text) for text, is_number in zip(row, numbers, strict=True)]


def _pieces(table: Table, rows: Iterable[list[str]]) -> Iterator[bytes]:
    with SpooledTemporaryFile(IN_MEMORY) as file:
        target: IO[bytes] = file
        workbook_writing.write(
            target,
            name=capfirst(table.names),
            rows=rows,
            numbers=_numbers(table),
            explained=[["column", "called", "holds", "meaning"], *explained(table)],
        )
        target.seek(0)
        while piece := target.read(64 * 1024):
            yield piece
