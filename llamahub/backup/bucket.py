"""Pictures in a store of objects, on the way in and out.

An object appears whole, under a name that is never used twice, so there is nothing to stage: files come before the
commit, and go after it where no row names them. What a killed restore has brought is taken away by
``manage.py tidy_media``, a day later.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from editorial.pictures.stores import Opened, Readable, store

from .errors import BackupError
from .manifest import MEDIA, Manifest, Member
from .media import name_of, remove_unnamed
from .reading import Archive, blocks, is_safe
from .telling import Progress

CHUNK = 1 << 20
# Beyond this, a picture waits on the disk and not in memory.
SPOOLED = 8 << 20


class Held:
    def open(self, name: str) -> tuple[Readable, int]:
        found = _opened(name)
        if found is None:
            raise BackupError(
                f"{MEDIA}/{name} was replaced or deleted while it was to be read. Nothing was written; export again."
            )
        return found.file, found.size


@contextmanager
def held(names: Iterable[str]) -> Iterator[tuple[Held, set[str]]]:
    """Nothing can be held there: whoever finds that a file has gone meanwhile begins anew."""
    wanted = {name for name in names if is_safe(name)}
    there: set[str] = set()
    for folder in sorted({name.partition("/")[0] for name in wanted if "/" in name}):
        there.update(found.name for found in store().listed(folder))
    yield Held(), {name for name in names if name not in there}


class Journal:
    def __init__(self) -> None:
        self.names: list[str] = []

    def write(self, names: Iterable[str]) -> None:
        self.names = sorted(set(names))


@contextmanager
def journal(connection: Any) -> Iterator[Journal]:
    """One restore at a time: the others wait for the lock that each takes first in the database."""
    store().check()
    begun = Journal()
    try:
        yield begun
    finally:
        # What stays behind is litter, and is found as such.
        with contextlib.suppress(Exception):
            remove_unnamed(connection, [name for name in begun.names if is_safe(name)])


def recover(connection: Any) -> None:
    """Nobody knows which of the newest files belong to a restore that is still under way: `tidy_media` waits a day."""


def check_room(manifest: Manifest) -> None:
    """A store has room."""


def put(archive: Archive, manifest: Manifest, progress: Progress) -> None:
    """Every file of the archive under its name."""
    for member in manifest.members:
        if member.kind != MEDIA or _is_there(member):
            continue
        with tempfile.SpooledTemporaryFile(SPOOLED) as file:
            for block in blocks(archive, member.name, member.size, member.sha256):
                file.write(block)
            file.seek(0)
            store().put(name_of(member), file)
        progress(member.name, member.size, member.size)


def _is_there(member: Member) -> bool:
    found = _opened(name_of(member))
    if found is None:
        return False
    with found.file as file:
        if found.size != member.size:
            return False
        digest = hashlib.sha256()
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        return digest.hexdigest() == member.sha256


def _opened(name: str) -> Opened | None:
    return store().opened(name)
