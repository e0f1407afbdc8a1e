"""The restore drill: an export is as good as the site that comes out of it.

Exports the running site, restores that into a database and a folder made for the purpose, and compares what readers
get: every page, picture, feed and redirect, byte for byte. And what is restored is exported again, which must give the
same file. The running site is only read, and nothing is left behind.
"""

from __future__ import annotations

import filecmp
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Max

from models_catalog.models import RecordedChange

from .errors import BackupError
from .exporting import export
from .keeping import only_one
from .manifest import Manifest
from .pages import Answer, Difference, Reader, describe, differing
from .restoring import restore
from .throwaway import Place, empty_site

# Told as it goes: the step, what came of it, and the seconds that it took.
Say = Callable[[str, str, float], None]
ARCHIVE, AGAIN = "export.zip", "again.zip"


@dataclass(frozen=True)
class Verdict:
    """``was_edited``: somebody changed content meanwhile, so that a difference need not be the export’s fault."""

    addresses: int
    differences: list[Difference]
    is_same_archive: bool
    was_edited: bool
    seconds: float

    @property
    def is_good(self) -> bool:
        return not self.differences and self.is_same_archive


def drill(*, sample: int | None = None, say: Say = lambda step, outcome, seconds: None) -> Verdict:
    """``sample``: compare so many pages of the sitemap instead of all. Raises a BackupError when it cannot be held."""
    begun = time.monotonic()
    here = Place(str(connection.settings_dict["NAME"]))
    with _folder() as folder:
        newest = _newest_change()
        started = time.monotonic()
        manifest = export(folder / ARCHIVE)
        size = (folder / ARCHIVE).stat().st_size
        say("Exported", f"{_contents(manifest)} into {size / 1e6:,.1f} MB", time.monotonic() - started)

        started = time.monotonic()
        with empty_site(folder / "media") as there:
            with there.entered():
                restore(folder / ARCHIVE)
            say("Restored", f"into the database {there.database}", time.monotonic() - started)

            started = time.monotonic()
            with there.entered():
                export(folder / AGAIN)
            is_same = filecmp.cmp(folder / ARCHIVE, folder / AGAIN, shallow=False)
            say("Exported again", "the same bytes" if is_same else "other bytes", time.monotonic() - started)

            started = time.monotonic()
            number, differences = compare(here, there, sample)
            say("Compared", f"{number:,} addresses", time.monotonic() - started)
        was_edited = _newest_change() != newest
    return Verdict(number, differences, is_same, was_edited, time.monotonic() - begun)


def compare(here: Place, there: Place, sample: int | None = None) -> tuple[int, list[Difference]]:
    """How many addresses were asked for in both places, and which of them are answered differently."""
    reader = Reader()
    with here.entered():
        answers: list[tuple[str, Answer]] = list(reader.addresses(sample))
    with there.entered():
        suspects = differing(reader, answers)
    # Once more, one right after the other: a page that changes with the clock may have changed in between.
    found = []
    for path in suspects:
        with here.entered():
            one = reader.ask(path)
        with there.entered():
            other = reader.ask(path)
        if difference := describe(path, one, other):
            found.append(difference)
    return len(answers), found


@contextmanager
def _folder() -> Iterator[Path]:
    """Empty, beside the site’s other data, for one drill at a time. What a killed one left goes first."""
    folder = Path(settings.DATA_DIR) / "restore-drill"
    with only_one(folder, "Another restore drill"):
        try:
            for leftover in folder.glob("[!.]*"):
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
            yield folder
        except OSError as error:
            raise BackupError(f"The drill cannot use {folder}: {error.strerror or error}.") from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _newest_change() -> int | None:
    newest: int | None = RecordedChange.objects.aggregate(newest=Max("id"))["newest"]
    return newest


def _contents(manifest: Manifest) -> str:
    files = sum(not member.rows and member.kind == "media" for member in manifest.members)
    return f"{manifest.rows:,} rows and {files:,} pictures"
