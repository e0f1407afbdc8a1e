"""Files on the way in.

The database commits at one moment, the disk does not. So files come before the commit and go after it: a file has a name
that is never used twice, so one more does no harm to anybody. What may have to be taken away again is written into a
journal first, and whoever finds the journal of a run that is gone asks the database which of these files a row names.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction

from editorial.pictures import files

from .errors import BackupError, NoSpace
from .locks import locked, made_and_locked, remove_left
from .manifest import MEDIA, Manifest, Member
from .pins import held as held
from .reading import Archive, blocks, is_safe
from .rows import files_named
from .tables import tables
from .telling import Progress
from .writing import sync

JOURNAL = ".restore"
INCOMING = ".incoming-"
# A restore has this lock until its transaction has ended, one way or the other.
ALONE = """
SET LOCAL statement_timeout = 0;
SET LOCAL lock_timeout = '30s';
SELECT pg_advisory_xact_lock(hashtext('llamahub.backup'));
"""


@contextmanager
def journal(connection: Any) -> Iterator[Journal]:
    """One restore at a time. Before it begins, what a killed one left is taken away."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    recover(connection)
    path, draft = root / JOURNAL, root / f"{JOURNAL}-{secrets.token_hex(8)}"
    with locked(root, wait=True):
        handle = made_and_locked(draft)
        try:
            os.link(draft, path)
        except FileExistsError:
            os.close(handle)
            raise BackupError("Another restore is under way: wait until it has ended.") from None
        finally:
            draft.unlink()
    with os.fdopen(handle, "r+b") as file:
        begun = Journal(file)
        try:
            yield begun
        finally:
            # If the database does not answer, the journal stays for the next run.
            with contextlib.suppress(Exception):
                _tidy(connection, begun.names)
                path.unlink(missing_ok=True)


def recover(connection: Any) -> None:
    """Take away what a restore that was killed has left in the media folder; nothing while one is under way."""
    root = Path(settings.MEDIA_ROOT)
    if not root.is_dir():
        return
    with locked(root, wait=True):
        remove_left(root, f"{JOURNAL}-")
    path = root / JOURNAL
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                names = json.load(file)
            except ValueError:  # killed before it was written: nothing had come yet
                names = []
            _tidy(connection, names)
            path.unlink(missing_ok=True)
    except (FileNotFoundError, BlockingIOError):
        return


def _tidy(connection: Any, names: Iterable[str]) -> None:
    """Remove those files that no row names, with all that was derived from them."""
    names = [name for name in names if is_safe(name)]
    root = Path(settings.MEDIA_ROOT)
    for parent in {(root / name).parent for name in names}:
        for path in parent.glob(f"{INCOMING}*"):
            path.unlink(missing_ok=True)
    for name in remove_unnamed(connection, names):
        with contextlib.suppress(OSError):
            (root / name).parent.rmdir()


def remove_unnamed(connection: Any, names: list[str]) -> list[str]:
    """Those files, wherever pictures are kept, that no row names, with all that was derived from them; which they were."""
    if not names:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        # The process is gone, and the database may still be about to commit for it.
        cursor.execute(ALONE)
        kept = files_named(connection, tables(apps, with_accounts=True))
    gone = [name for name in names if name not in kept]
    for name in gone:
        files.remove(name)
        folder, _, own = name.rpartition("/")
        if folder.startswith(f"{files.FOLDER}/"):
            version = own.partition(".")[0]
            files.remove_where(folder.rpartition("/")[2], lambda file, version=version: file.startswith(version))  # type: ignore[misc]
    return gone


class Journal:
    """The names of files that come or go with this restore."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.names: list[str] = []

    def write(self, names: Iterable[str]) -> None:
        self.names = sorted(set(names))
        self.file.seek(0)
        self.file.truncate()
        self.file.write(json.dumps(self.names).encode())
        self.file.flush()
        os.fsync(self.file.fileno())
        sync(Path(settings.MEDIA_ROOT))


def check_room(manifest: Manifest) -> None:
    """Raises NoSpace before anything is written."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    needed = sum(m.size for m in manifest.members if m.kind == MEDIA and not (root / name_of(m)).exists())
    free = shutil.disk_usage(root).free
    if needed > free:
        raise NoSpace(
            f"The pictures need {needed:,} bytes in {root}, where {free:,} are free. Nothing was changed; free some."
        )


def put(archive: Archive, manifest: Manifest, progress: Progress) -> None:
    """Every file of the archive under its name, each whole or not at all, and on the disk."""
    root = Path(settings.MEDIA_ROOT)
    folders = {root}
    for member in manifest.members:
        if member.kind != MEDIA:
            continue
        path = root / name_of(member)
        if _is_there(path, member):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.parent / f"{INCOMING}{secrets.token_hex(8)}"
        try:
            with draft.open("xb") as file:
                for block in blocks(archive, member.name, member.size, member.sha256):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(draft, settings.FILE_UPLOAD_PERMISSIONS)
            os.replace(draft, path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        folders.update((path.parent, path.parent.parent))
        progress(member.name, member.size, member.size)
    for folder in folders:
        sync(folder)


def names_in(manifest: Manifest) -> list[str]:
    return [name_of(member) for member in manifest.members if member.kind == MEDIA]


def name_of(member: Member) -> str:
    return member.name.removeprefix(f"{MEDIA}/")


def _is_there(path: Path, member: Member) -> bool:
    if not path.is_file() or path.is_symlink() or path.stat().st_size != member.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == member.sha256
