"""Opens what is said to be an archive, and trusts none of it.

Nothing is unpacked: members are read where they lie, never more than their manifest says, so that no name, link or size
in an archive reaches the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import lzma
import os
import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Protocol

from .errors import BackupError, Damaged
from .manifest import MEDIA
from .writing import RIGHTS, SIGNATURE, ZipWriter

MOST_MEMBERS: Final = 250_000
LONGEST_INDEX: Final = 64 * 1024 * 1024
LONGEST_NAME: Final = 200
# A member that grows to so many times its size is a trap; only a large one does harm.
HARMLESS: Final = 64 * 1024 * 1024
STEEPEST: Final = 500
# No part of a path may begin with a dot: neither “..” nor what the media folder hides.
SAFE: Final = re.compile(r"(?!.*(^|/)\.)[\w.-]+(/[\w.-]+)*")
BLOCK: Final = 1 << 20
TAIL: Final = len(SIGNATURE) + 64
UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, struct.error,
    ValueError, KeyError, IndexError, OverflowError,
)  # fmt: skip


class Archive(Protocol):
    def sizes(self) -> dict[str, int]:
        """The members, each with its size."""

    def open(self, name: str) -> contextlib.AbstractContextManager[IO[bytes]]: ...

    def check_whole(self) -> None:
        """Raises Damaged when a byte between the members has changed."""


def is_safe(name: str) -> bool:
    return len(name) <= LONGEST_NAME and SAFE.fullmatch(name) is not None


@contextmanager
def opened(source: Path) -> Iterator[Archive]:
    try:
        kind = source.stat().st_mode
        if stat.S_ISDIR(kind):
            yield Folder(source)
            return
        if not stat.S_ISREG(kind):
            raise BackupError(f"{source} is neither a file nor a folder: name an export.")
        with source.open("rb") as file:
            yield Zip(file)
    except FileNotFoundError as error:
        if error.filename == str(source) or error.filename == source:
            raise BackupError(f"{source} does not exist: name an export.") from error
        raise Damaged(str(error.filename), "is not there any more") from error
    except PermissionError as error:
        raise BackupError(f"{error.filename or source} may not be read by this account.") from error


def _check_name(name: str) -> None:
    if not is_safe(name):
        raise Damaged(name, "is no name that an export gives (it might lead out of the folder)")


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def sizes(self) -> dict[str, int]:
        found: dict[str, int] = {}
        waiting = [self.root]
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    name = path.relative_to(self.root).as_posix()
                    _check_name(name)
                    if entry.is_symlink():
                        raise Damaged(name, "is a link, which no export contains")
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    elif entry.is_file(follow_symlinks=False):
                        found[name] = entry.stat(follow_symlinks=False).st_size
                    else:
                        raise Damaged(name, "is no regular file")
                    if len(found) + len(waiting) > MOST_MEMBERS:
                        raise Damaged("", f"has more than {MOST_MEMBERS:,} files")
        return found

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        # A link that took the file's place meanwhile is not followed.
        with os.fdopen(os.open(self.root / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            yield file

    def check_whole(self) -> None:
        """A folder has nothing but its files."""


class Zip:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._signature = self._check_end()
        try:
            self._zip = zipfile.ZipFile(file)
        except UNREADABLE as error:
            raise Damaged("", "has a broken list of members") from error
        self._infos: dict[str, zipfile.ZipInfo] = {}

    def sizes(self) -> dict[str, int]:
        for info in self._zip.infolist():
            name = info.orig_filename
            _check_name(name)
            if name in self._infos:
                raise Damaged(name, "is there twice")
            if stat.S_ISLNK(info.external_attr >> 16):
                raise Damaged(name, "is a link, which no export contains")
            is_stored = info.compress_type == zipfile.ZIP_STORED
            if info.external_attr != RIGHTS or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise Damaged(name, "is no member as an export writes it")
            if is_stored and info.compress_size != info.file_size:
                raise Damaged(name, "has two sizes")
            if name.startswith(f"{MEDIA}/") and not is_stored:
                raise Damaged(name, "is compressed, which no export does to pictures")
            if info.file_size > HARMLESS and info.file_size > STEEPEST * max(info.compress_size, 1):
                raise Damaged(name, f"would grow from {info.compress_size:,} to {info.file_size:,} bytes")
            self._infos[name] = info
        return {name: info.file_size for name, info in self._infos.items()}

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with self._zip.open(self._infos[name]) as file:
                yield file
        except UNREADABLE as error:
            raise Damaged(name, "cannot be unpacked") from error

    def check_whole(self) -> None:
        digest, left = hashlib.sha256(), self._size - TAIL - 2
        self._file.seek(0)
        while left and (block := self._file.read(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
        digest.update(b"\0\0")  # the length of the comment, before there was one
        if digest.hexdigest().encode() != self._signature:
            place = self._first_difference()
            raise Damaged(place, "has changed outside its content" if place else "has changed between its members")

    def _first_difference(self) -> str:
        """The member where writing the same archive anew gives other bytes; empty for the list at the end."""
        sink = _Comparison(self._file)
        name = ""
        try:
            writer = ZipWriter(sink)  # type: ignore[arg-type]
            for name in self._infos:
                with self.open(name) as source, writer.open(name) as copy:
                    shutil.copyfileobj(source, copy)
            return ""
        except _Differs:
            return name
        finally:
            writer.abandon()

    def _check_end(self) -> bytes:
        """The checksum at the end; what stands before it says how much there is to read."""
        self._size = self._file.seek(0, os.SEEK_END)
        self._file.seek(max(0, self._size - TAIL - 22 - 20))
        end = self._file.read()
        # The locator of the longer kind of index, then the end of the index, then the checksum.
        locator, index, comment = end[: -TAIL - 22][-20:], end[-TAIL - 22 : -TAIL], end[-TAIL:]
        if not (
            index.startswith(b"PK\5\6") and comment.startswith(SIGNATURE) and index.endswith(struct.pack("<H", TAIL))
        ):
            raise self._cut_off()
        count, length = struct.unpack("<10xHL", index[:16])
        if locator.startswith(b"PK\6\7"):
            self._file.seek(min(struct.unpack("<8xQ", locator[:16])[0], self._size))
            record = self._file.read(56)
            if len(record) == 56:
                count, length = struct.unpack("<32xQQ", record[:48])
        if count > MOST_MEMBERS or length > LONGEST_INDEX:
            raise Damaged("", f"has {count:,} members, more than the {MOST_MEMBERS:,} that an export can have")
        return comment[len(SIGNATURE) :]

    def _cut_off(self) -> BackupError:
        """Names the last member that begins in what there is."""
        last, rest, is_zip = "", b"", False
        self._file.seek(0)
        while block := self._file.read(BLOCK):
            block = rest + block
            for found in re.finditer(rb"PK\x03\x04.{22}(..)..", block, re.DOTALL):
                name = block[found.end() : found.end() + int.from_bytes(found[1], "little")].decode("latin-1")
                if name and is_safe(name):
                    last, is_zip = name, True
            rest = block[-LONGEST_NAME - 30 :]
        if not is_zip:
            return NotAnArchive()
        return Damaged(last, "is the last that is there: the archive is cut off or its end has changed")


class _Differs(Exception):
    pass


class _Comparison:
    """Takes what is written and looks whether it is in the file at the same place."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.offset = file, 0

    def write(self, data: bytes) -> int:
        if os.pread(self.file.fileno(), len(data), self.offset) != data:
            raise _Differs
        self.offset += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""


class NotAnArchive(Damaged):
    def __init__(self) -> None:
        super().__init__("", "is no export of this hub: it does not begin and end like one")


def blocks(archive: Archive, name: str, size: int, sha256: str) -> Iterator[bytes]:
    """What a member holds, block by block; raises Damaged at the end unless it is what the manifest says."""
    digest, left = hashlib.sha256(), size
    with archive.open(name) as file:
        while block := file.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise Damaged(name, f"is longer than the {size:,} bytes in the manifest")
            digest.update(block)
            yield block
    if left:
        raise Damaged(name, f"is {left:,} bytes too short")
    if digest.hexdigest() != sha256:
        raise Damaged(name, "does not match its checksum")


def whole(archive: Archive, name: str, most: int) -> bytes:
    with archive.open(name) as file:
        data: Any = file.read(most + 1)
    if len(data) > most:
        raise Damaged(name, f"is longer than {most:,} bytes")
    return bytes(data)
