"""Writes the files of an archive, whole or not at all.

Everything goes under a temporary name beside the destination, which is renamed once it is on the disk. The writer holds
a lock on it: what nobody holds any more was left by a run that was killed, and the next one takes it away.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Protocol

from .errors import BackupError
from .locks import locked, made_and_locked, remove, remove_left
from .manifest import MEDIA

UNFINISHED: Final = ".export-"
# The same moment and rights for every file, so that the same content gives the same bytes.
TIME: Final = (1980, 1, 1, 0, 0, 0)
RIGHTS: Final = 0o100644 << 16
SIGNATURE: Final = b"sha256:"


class Writer(Protocol):
    def open(self, name: str, size: int = 0) -> contextlib.AbstractContextManager[IO[bytes]]: ...


class _Summed:
    """A file that can only be appended to, and knows the checksum of all that was."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self.file.write(data)

    def flush(self) -> None:
        self.file.flush()


class ZipWriter:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._summed = _Summed(file)
        self._zip = zipfile.ZipFile(self._summed, "w")  # type: ignore[call-overload]

    def open(self, name: str, size: int = 0) -> Any:
        info = zipfile.ZipInfo(name, TIME)
        info.external_attr = RIGHTS
        info.create_system = 3
        # Pictures are compressed already.
        info.compress_type = zipfile.ZIP_STORED if name.startswith(f"{MEDIA}/") else zipfile.ZIP_DEFLATED
        return self._zip.open(info, "w", force_zip64=True)

    def finish(self) -> None:
        """End with the checksum of every byte before it, in the place of the zip's comment."""
        self._zip.close()
        # The length of the comment is the last that zipfile writes; it is what the comment begins after.
        signature = SIGNATURE + self._summed.digest.hexdigest().encode()
        self._file.seek(-2, os.SEEK_END)
        self._file.write(struct.pack("<H", len(signature)) + signature)
        self._file.flush()
        os.fsync(self._file.fileno())

    def abandon(self) -> None:
        """Without writing what a zip ends with."""
        self._zip.fp = None


class FolderWriter:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def open(self, name: str, size: int = 0) -> Iterator[IO[bytes]]:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def finish(self) -> None:
        for folder, _, _ in os.walk(self.folder, topdown=False):
            sync(Path(folder))

    def abandon(self) -> None:
        """What there is goes with its folder."""


@contextmanager
def new_archive(destination: Path, *, directory: bool) -> Iterator[Writer]:
    """A writer; when the block ends without an error, the archive is under its name."""
    parent = destination.absolute().parent
    if directory and destination.exists() and (not destination.is_dir() or any(destination.iterdir())):
        raise BackupError(f"{destination} exists already: name a folder that does not exist yet.")
    if not directory and destination.is_dir():
        raise BackupError(f"{destination} is a folder: name the file in it, or ask for a folder with --directory.")
    unfinished = parent / f"{UNFINISHED}{secrets.token_hex(8)}"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with locked(parent, wait=True):
            remove_left(parent, UNFINISHED)
            handle = made_and_locked(unfinished, is_folder=directory)
    except OSError as error:
        raise BackupError(f"Nothing can be written in {parent}: {error.strerror}.") from error
    writer: ZipWriter | FolderWriter = (
        FolderWriter(unfinished) if directory else ZipWriter(os.fdopen(handle, "w+b", closefd=False))
    )
    try:
        yield writer
        writer.finish()
        if directory:
            with contextlib.suppress(FileNotFoundError):
                destination.rmdir()
        os.replace(unfinished, destination)
        sync(parent)
    except BaseException:
        writer.abandon()
        remove(unfinished)
        raise
    finally:
        os.close(handle)


def sync(folder: Path) -> None:
    """Make the names in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that has no such thing
            raise
    finally:
        os.close(handle)
