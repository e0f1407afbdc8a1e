"""What exports and restores need of the place where pictures lie, and which of the two kinds of place there is."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from editorial.pictures.stores import Readable, store

from . import bucket, media
from .manifest import Manifest
from .reading import Archive
from .telling import Progress


class Held(Protocol):
    def open(self, name: str) -> tuple[Readable, int]:
        """A file that was there when it was asked for, and its size."""


class Journal(Protocol):
    def write(self, names: Iterable[str]) -> None:
        """The names of files that come or go with a restore. Those that no row names afterwards are removed."""


class Place(Protocol):
    """`media` is a folder, `bucket` a store."""

    def held(self, names: Iterable[str]) -> AbstractContextManager[tuple[Held, set[str]]]: ...
    def journal(self, connection: Any) -> AbstractContextManager[Journal]: ...
    def recover(self, connection: Any) -> None: ...
    def check_room(self, manifest: Manifest) -> None: ...
    def put(self, archive: Archive, manifest: Manifest, progress: Progress) -> None: ...


def of_pictures() -> Place:
    return media if store().is_on_disk else bucket
