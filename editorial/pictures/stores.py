"""Where files of pictures are kept, by what the product needs of such a place.

Django’s storages promise less: not that a file appears as a whole, not that it can be found with its date in one step,
not that one asks for all files under a name. `DiskStore` is a folder of this machine; `bucket.BucketStore` is any store
that speaks S3. Addresses are the same with both: it is always the site that serves a file.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, ClassVar, NamedTuple, Protocol, cast

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage


class StoreAway(OSError):
    """The store does not answer, or refuses; the message says what it said."""


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...
    def close(self) -> None: ...
    def __enter__(self) -> Readable: ...
    def __exit__(self, *error: Any) -> None: ...


class Opened(NamedTuple):
    """A file as it is being read; ``modified`` in seconds since 1970."""

    file: Readable
    size: int
    modified: float


class Listed(NamedTuple):
    name: str
    modified: float


class Store(Protocol):
    # Whether files lie in a folder of this machine, so that they can be linked, locked and renamed.
    is_on_disk: ClassVar[bool]

    def put(self, name: str, data: IO[bytes]) -> None:
        """Write a file that is either there as a whole or not at all, whoever looks at the same moment."""

    def opened(self, name: str) -> Opened | None:
        """The file; None where there is none. Raises for names that no file can have."""

    def remove(self, name: str) -> None:
        """Without a complaint where it is gone already."""

    def listed(self, folder: str) -> Iterator[Listed]:
        """All files under a folder, in the order of their names."""

    def check(self) -> None:
        """Raises StoreAway where nothing could be written now."""


def store() -> Store:
    return cast(Store, default_storage)


class DiskStore(FileSystemStorage):
    is_on_disk: ClassVar = True

    def put(self, name: str, data: IO[bytes]) -> None:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with open(handle, "wb") as file:
                while chunk := data.read(1 << 20):
                    file.write(chunk)
                file.flush()
                os.fsync(handle)
            os.chmod(temporary, settings.FILE_UPLOAD_PERMISSIONS)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def opened(self, name: str) -> Opened | None:
        if name.endswith("/") or not self.exists(name):
            return None
        modified = self.get_modified_time(name).timestamp()
        file: Any = self.open(name)
        return Opened(file, file.size, modified)

    def remove(self, name: str) -> None:
        """The folder of a picture goes with its last file."""
        path = Path(self.path(name))
        path.unlink(missing_ok=True)
        if name.count("/") > 1:
            try:
                path.parent.rmdir()
            except OSError:
                pass  # there is more in it

    def listed(self, folder: str) -> Iterator[Listed]:
        root = Path(self.location)
        for path in sorted((root / folder).rglob("*")):
            try:
                found = path.stat()
            except FileNotFoundError:  # somebody else was quicker
                continue
            if stat.S_ISREG(found.st_mode):
                yield Listed(path.relative_to(root).as_posix(), found.st_mtime)

    def check(self) -> None:
        """A disk that fails says so when it is written to."""
