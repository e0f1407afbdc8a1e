"""Writes the archive."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final, LiteralString

import django
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from llamahub.logs import in_a_line

from . import places, rows
from .errors import BackupError, of_system
from .manifest import FORMAT, MEDIA, NAME, Manifest, Member
from .tables import Table, in_order, is_local, tables, through
from .telling import Progress, silent
from .writing import Writer, new_archive

CHUNK: Final = 1 << 16
# The snapshot must stay open for as long as it takes, and every value is written as on any other machine.
SNAPSHOT: Final = """
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL timezone = 'UTC';
SET LOCAL extra_float_digits = 1;
"""
# Where the time of a change is written down.
TIMES: Final = (
    ("models_catalog.recordedchange", "at"),
    ("accounts.auditentry", "at"),
    ("admin.logentry", "action_time"),
)
# A picture may be replaced between the snapshot and the look at its file; then a new snapshot is taken.
ATTEMPTS: Final = 20


def export(
    destination: Path, *, with_accounts: bool = False, directory: bool = False, progress: Progress | None = None
) -> Manifest:
    """Write everything that the site holds to ``destination``: one zip file or, with ``directory``, a folder.

    One consistent snapshot, read over a connection of its own, however much is written meanwhile; nobody who writes
    waits for it. Constant memory. Under the name ``destination`` there is a whole archive or nothing new: an existing
    zip file is replaced in one step, a folder must not exist yet or be empty. Without ``with_accounts``, accounts come
    without passwords and second factors. Raises a BackupError; nothing is left behind then, and what a killed run
    leaves is removed by the next one in the same folder.
    """
    try:
        places.of_pictures().recover(connection)
        with (
            new_archive(destination, directory=directory) as archive,
            _snapshot(with_accounts) as (cursor_of, found, held, names),
        ):
            return _Export(archive, cursor_of, progress or silent).write(found, held, names, with_accounts)
    except OSError as error:
        raise of_system(error, f"writing {destination.name}") from error
    except DatabaseError as error:
        reason = in_a_line(error)
        raise BackupError(f"The database cannot be read: {reason} Nothing was written.") from error


@contextmanager
def _snapshot(with_accounts: bool) -> Iterator[tuple[Any, list[Table], places.Held, list[str]]]:
    """A connection in a snapshot; the tables; and the files that it names, held as well as can be."""
    found = in_order(tables(apps, with_accounts=with_accounts))
    source: Any = connection.copy()
    try:
        for _ in range(ATTEMPTS):
            with source.cursor() as cursor:
                cursor.execute(SNAPSHOT)
            names = sorted(rows.files_named(source, found))
            with places.of_pictures().held(names) as (held, missing):
                if not missing:
                    yield source, found, held, names
                    return
            with source.cursor() as cursor:
                cursor.execute("ROLLBACK")
            if named := missing & rows.files_named(source, found):
                raise BackupError(
                    f"{MEDIA}/{min(named)} is named by an entry, but the file is not there. "
                    "Upload it again or delete the entry, then export again."
                )
        raise BackupError("Pictures were replaced faster than they could be read. Try again in a quiet moment.")
    finally:
        source.close()


class _Export:
    def __init__(self, archive: Writer, source: Any, progress: Progress) -> None:
        self.archive, self.source, self.progress = archive, source, progress
        self.members: list[Member] = []

    def write(self, found: list[Table], held: places.Held, names: list[str], with_accounts: bool) -> Manifest:
        for name in names:
            self._media(held, name)
        for table in found:
            self._rows(table)
        manifest = Manifest(
            format=FORMAT,
            made_at=self._newest(found),
            site=self._site(),
            migrations=self._migrations(found),
            members=tuple(self.members),
            counts={table.label: m.rows for m in self.members for table in found if table.member == m.name},
            sequences=dict(self._sequences(found)),
            with_accounts=with_accounts,
            versions={"llamahub": version(), "django": django.__version__},
        )
        with self.archive.open(NAME) as file:
            file.write(manifest.to_bytes())
        return manifest

    def _media(self, held: places.Held, file: str) -> None:
        name = f"{MEDIA}/{file}"
        opened, size = held.open(file)
        with opened as source, self._member(name) as write:
            done = 0
            while chunk := source.read(CHUNK):
                write(chunk, 0)
                done += len(chunk)
                self.progress(name, done, size)

    def _rows(self, table: Table) -> None:
        total = self._estimate(table)
        self.progress(table.member, 0, total)
        with self._member(table.member) as write:
            waiting, length, count = ["[\n"], 0, 0
            for line in rows.lines(self.source, table):
                waiting.append(f",\n{line}" if count else line)
                length += len(line)
                count += 1
                if length > CHUNK:
                    write("".join(waiting).encode(), 0)
                    waiting, length = [], 0
                    self.progress(table.member, count, total)
            waiting.append("\n]\n" if count else "]\n")
            write("".join(waiting).encode(), count)
        self.progress(table.member, count, count)

    @contextmanager
    def _member(self, name: str) -> Iterator[Callable[[bytes, int], None]]:
        """A function that writes, and is told how many rows are complete; the member is listed afterwards."""
        digest, size, count = hashlib.sha256(), 0, 0
        file: IO[bytes]
        with self.archive.open(name) as file:

            def write(data: bytes, rows: int) -> None:
                nonlocal size, count
                digest.update(data)
                file.write(data)
                size += len(data)
                count += rows

            yield write
        self.members.append(Member(name, name.partition("/")[0], count, size, digest.hexdigest()))

    # --- What the manifest says ---------------------------------------------------------------------------------------

    def _all(self, query: LiteralString, *names: str | tuple[str, ...]) -> list[Any]:
        with self.source.cursor() as cursor:
            parts = [sql.Identifier(*([name] if isinstance(name, str) else name)) for name in names]
            cursor.execute(sql.SQL(query).format(*parts).as_string())
            return list(cursor.fetchall())

    def _estimate(self, table: Table) -> int:
        """For the progress alone."""
        with self.source.cursor() as cursor:
            cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table.db_table])
            return max(cursor.fetchone()[0], 0)

    def _newest(self, found: list[Table]) -> datetime | None:
        labels = {table.label: table.db_table for table in found}
        times = [
            self._all("SELECT max({}) FROM {}", column, labels[label])[0][0]
            for label, column in TIMES
            if label in labels
        ]
        return max((time for time in times if time), default=None)

    def _site(self) -> str:
        model = apps.get_model("editorial", "HubSettings")
        return next((name for (name,) in self._all("SELECT name FROM {}", model._meta.db_table)), "")

    def _migrations(self, found: list[Table]) -> dict[str, str]:
        labels = {table.model._meta.app_label for table in found}
        applied = MigrationRecorder(self.source).applied_migrations()
        return {label: max(name for app, name in applied if app == label) for label in sorted(labels)}

    def _sequences(self, found: list[Table]) -> Iterator[tuple[str, int]]:
        """The number that the next row gets: numbers of rows that are gone stay theirs, since history speaks of them."""
        for model in numbered(found):
            if name := rows.sequence(self.source, model):
                [[last, is_called]] = self._all("SELECT last_value, is_called FROM {}", name)
                yield model._meta.db_table, last + is_called


def numbered(found: Iterable[Table]) -> Iterator[Any]:
    """Every model whose rows come back under their own number, links of relations to many included."""
    for table in found:
        yield table.model
        yield from (through(field) for field in table.lists if not is_local(field))


def version() -> str:
    """Of the hub, as pyproject.toml has it."""
    return str(tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"])
