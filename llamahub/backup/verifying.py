"""Reads an archive from end to end and says what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from .errors import Damaged
from .manifest import FIXTURES, MEDIA, NAME, RECORDS, Manifest, Member
from .reading import Archive, NotAnArchive, blocks, is_safe, opened, whole
from .schema import Schema, check_format
from .tables import Table, tables
from .telling import Progress, silent

# What a manifest says of the site, and of each member.
MANIFEST, OF_A_MEMBER = 256 * 1024, 500
# A text of a megabyte, each character of which may take six in JSON, and the same again in its history.
LONGEST_ROW: Final = 32 * 1024 * 1024


def verify(source: Path, *, progress: Progress | None = None) -> Manifest:
    """Read every byte of the archive and check it against its manifest and against this version of the hub.

    Touches neither database content nor media. Raises a BackupError that names the first member that is wrong:
    `Damaged`, or `NotSupported` when a newer version of the hub made it.
    """
    with opened(source) as archive:
        return verified(archive, progress or silent)[0]


def verified(archive: Archive, progress: Progress) -> tuple[Manifest, Schema]:
    """What is to be known before anything is restored."""
    sizes = archive.sizes()
    manifest = _manifest(archive, sizes)
    schema = Schema(manifest)
    found = {table.member: table for table in tables(schema.apps, with_accounts=manifest.with_accounts)}
    _compare(manifest, sizes, found)
    named: set[str] = set()
    for member in manifest.members:
        table = found.get(member.name)
        if table is None:
            for _ in blocks(archive, member.name, member.size, member.sha256):
                pass
        else:
            named |= _check_rows(archive, member, table, progress)
        progress(member.name, member.size, member.size)
    kept = {member.name for member in manifest.members if member.kind == MEDIA}
    if missing := named - kept:
        raise Damaged(min(missing), "is named by a row, but is not in the archive")
    if too_many := kept - named:
        raise Damaged(min(too_many), "is named by no row")
    archive.check_whole()
    return manifest, schema


def _manifest(archive: Archive, sizes: dict[str, int]) -> Manifest:
    if NAME not in sizes:
        if not any(name.startswith((f"{FIXTURES}/", f"{RECORDS}/")) for name in sizes):
            raise NotAnArchive
        raise Damaged(NAME, "is missing")
    data = whole(archive, NAME, MANIFEST + OF_A_MEMBER * len(sizes))
    try:
        check_format(json.loads(data))
        return Manifest.from_bytes(data)
    except RecursionError:
        raise Damaged(NAME, "is nested too deep") from None
    except ValueError as error:
        problem = str(error) if type(error) is ValueError else "cannot be read"
        raise Damaged(NAME, problem) from error


def _compare(manifest: Manifest, sizes: dict[str, int], found: dict[str, Table]) -> None:
    """The members that there are, those in the manifest, and those that this state of the hub has."""
    listed = [member.name for member in manifest.members]
    if len(set(listed)) != len(listed):
        raise Damaged(NAME, "names a member twice")
    if missing := (set(listed) | {NAME}) - sizes.keys():
        raise Damaged(min(missing), "is missing")
    if extra := sizes.keys() - set(listed) - {NAME}:
        raise Damaged(min(extra), "is not in the manifest")
    for member in manifest.members:
        if member.size != sizes[member.name]:
            raise Damaged(member.name, f"has {sizes[member.name]:,} bytes instead of {member.size:,}")
        if member.kind != member.name.partition("/")[0]:
            raise Damaged(member.name, "is in the wrong place")
        if member.kind == MEDIA:
            if not is_safe(member.name) or member.rows:
                raise Damaged(member.name, "is no picture")
        elif member.name not in found:
            raise Damaged(member.name, "is of a kind of entry that this version of the hub does not know")
    if lacking := found.keys() - set(listed):
        raise Damaged(min(lacking), "is missing")


def _check_rows(archive: Archive, member: Member, table: Table, progress: Progress) -> set[str]:
    """The names of files in the rows, as members."""
    named: set[str] = set()
    count = 0
    for line in rows(archive, member):
        count += 1
        row = _row(line, member.name, count)
        try:
            is_known = row["model"] == table.label and row["fields"].keys() == table.names
            is_known = is_known and row.keys() == {"model", "pk", "fields", "keys"} and isinstance(row["keys"], dict)
            named.update(f"{MEDIA}/{name}" for field in table.files if (name := row["fields"][field]))
        except (KeyError, TypeError, AttributeError):
            is_known = False
        if not is_known:
            raise Damaged(member.name, f"has a row, no. {count}, with other fields than {table.label} has")
        if count % 1000 == 0:
            progress(member.name, count, member.rows)
    if count != member.rows:
        raise Damaged(member.name, f"has {count:,} rows instead of {member.rows:,}")
    return named


def _row(line: bytes, name: str, number: int) -> Any:
    try:
        return json.loads(line, parse_constant=_refuse)
    except RecursionError:
        raise Damaged(name, f"has a row, no. {number}, that is nested too deep") from None
    except ValueError:
        raise Damaged(name, f"has a row, no. {number}, that cannot be read") from None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def rows(archive: Archive, member: Member) -> Iterator[bytes]:
    """The rows of a fixture, each a line as `export` writes it. Never more than a block and a row in memory."""
    rest, is_begun, is_ended = b"", False, False
    for block in blocks(archive, member.name, member.size, member.sha256):
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) > LONGEST_ROW:
            raise Damaged(member.name, f"has a row of more than {LONGEST_ROW:,} bytes")
        for line in lines:
            if is_ended or (not is_begun and line != b"["):
                raise Damaged(member.name, "is no fixture as an export writes it, one row a line")
            if not is_begun:
                is_begun = True
            elif line == b"]":
                is_ended = True
            else:
                yield line.removesuffix(b",")
    if not is_ended or rest:
        raise Damaged(member.name, "is no fixture as an export writes it, one row a line")
