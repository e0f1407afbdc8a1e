"""Keeps exports in a folder: makes one, reads it back, writes it down, and thins out old ones."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from .errors import BackupError, of_system
from .exporting import export
from .manifest import NAME, Manifest
from .models import Export, Verification, place_of
from .naming import ExportName
from .telling import Progress
from .thinning import Dated, Keep, superfluous
from .verifying import verify

LOCK = ".lock"


@dataclass(frozen=True)
class Kept:
    """What came of it: the record of the new export, and the names of the old ones that went."""

    export: Export
    removed: list[str] = field(default_factory=list)


def keep_one(
    *,
    by: str,
    folder: Path | None = None,
    with_accounts: bool = False,
    keep: Keep | None = None,
    progress: Progress | None = None,
) -> Kept:
    """Export into a folder, the site's own unless told otherwise, under a name with the moment in it; and read it back.

    With ``keep``, old exports of the same kind go afterwards, and only when the new one is sound. One at a time in a
    folder. Raises a BackupError; an export that cannot be read back stays, marked as damaged.
    """
    folder = (folder or Path(settings.BACKUP_DIR)).absolute()
    with only_one(folder, f"Another export into {folder}"):
        path = _free(folder, with_accounts)
        started = time.monotonic()
        manifest = export(path, with_accounts=with_accounts, progress=progress)
        record = write_down(path, manifest, by=by, took=time.monotonic() - started)
        check(record, progress=progress)
        if not record.is_sound:
            raise BackupError(f"{path} was written but cannot be read back: {record.problem}")
        return Kept(record, thin(folder, keep, with_accounts=with_accounts) if keep else [])


def write_down(path: Path, manifest: Manifest, *, by: str, took: float) -> Export:
    """Put an archive that was just written on record."""
    path = path.absolute()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    # It holds addresses of people and what they did: for its owner alone.
    path.chmod(0o600)
    record, _ = Export.objects.update_or_create(
        folder=place_of(path.parent),
        file=path.name,
        defaults={
            "made_at": timezone.now(),
            "made_by": by[:150],
            "size": path.stat().st_size,
            "rows": manifest.rows,
            "counts": manifest.counts,
            "sha256": digest,
            "with_accounts": manifest.with_accounts,
            "took": timedelta(seconds=round(took, 3)),
            "verification": Verification.NONE,
            "verified_at": None,
            "problem": "",
        },
    )
    return record


def check(record: Export, *, progress: Progress | None = None) -> None:
    """Read an export from end to end and put on record what was found. The file itself is not touched."""
    try:
        if not record.is_there:
            raise BackupError(f"{record.file} is no longer there.")
        with record.path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != record.sha256:
                raise BackupError(f"{record.file} is not the file that was written: its SHA-256 is another.")
        verify(record.path, progress=progress)
    except (BackupError, OSError) as error:
        record.verification, record.problem = Verification.DAMAGED, str(error)[:500]
    else:
        record.verification, record.problem = Verification.SOUND, ""
    record.verified_at = timezone.now()
    record.save(update_fields=["verification", "verified_at", "problem"])


def thin(folder: Path, keep: Keep, *, with_accounts: bool = False) -> list[str]:
    """Remove the exports of one kind that are superfluous; their names. Nothing that is no export is touched.

    Exports with and without passwords are two series: a plan for the one takes nothing from the other.
    """
    known = {record.file: record for record in Export.objects.in_folder(folder)}
    found = [
        Dated(path.name, name.made_at, known[path.name].is_sound if path.name in known else None)
        for path, name in _exports_in(folder)
        if name.with_accounts == with_accounts
    ]
    removed = []
    for each in superfluous(found, keep, timezone.get_default_timezone()):
        (folder / each.name).unlink(missing_ok=True)
        if each.name in known:
            known[each.name].delete()
        removed.append(each.name)
    return removed


def _exports_in(folder: Path) -> Iterator[tuple[Path, ExportName]]:
    """Files that bear the name of an export and are one. Whoever gave a file of theirs such a name keeps it."""
    for path in folder.iterdir():
        name = ExportName.read(path.name)
        if name and path.is_file() and not path.is_symlink() and _is_archive(path):
            yield path, name


def _is_archive(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return NAME in archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return False


def _free(folder: Path, with_accounts: bool) -> Path:
    """A name that is not taken. Nobody else is looking for one (see `only_one`)."""
    while True:
        path = folder / str(ExportName(timezone.now(), with_accounts))
        if not path.exists():
            return path
        time.sleep(0.05)  # two exports in one second


@contextmanager
def only_one(folder: Path, what: str) -> Iterator[None]:
    """Make the folder where it is missing, and keep others out of it. ``what`` others are told is under way.

    The kernel drops the lock with the process, however that ends. It is on a file of its own: the writer of an archive
    locks the folder.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = _locked(folder / LOCK, what)
    except OSError as error:
        raise of_system(error, "opening the folder of exports") from None
    try:
        yield
    finally:
        os.close(handle)


def _locked(path: Path, what: str) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had it before may have removed the folder with it.
            if path.exists() and os.path.samestat(path.stat(), os.fstat(handle)):
                return handle
        except BlockingIOError:
            os.close(handle)
            raise BackupError(f"{what} is under way. Wait for it, then try again.") from None
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
