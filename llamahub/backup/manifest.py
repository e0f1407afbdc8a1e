"""What an archive says of itself.

An archive is a zip file, or a folder of the same files::

    media/images/<token>/<version>.jpg     the originals of pictures
    fixtures/<app>.<model>.json            Django fixtures, one row a line, for plain ``loaddata`` too
    records/<app>.<model>.json             the same, of what the database itself writes: history and audit log
    manifest.json                          last, since it knows the checksums of the others

The same content gives the same bytes: nothing in it is taken from the clock, the machine or its settings. A zip ends
with a comment, the checksum of every byte before it. Each row has, beside Django's ``model``, ``pk`` and ``fields``
(natural keys in place of numbers), the numbers under ``keys``: history refers to rows by number, so they must come back.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

FORMAT = 1
NAME = "manifest.json"
MEDIA, FIXTURES, RECORDS = "media", "fixtures", "records"


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive. ``kind`` is its first folder, ``rows`` is 0 for media."""

    name: str
    kind: str
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """``made_at`` is the time of the newest change that the archive holds, not of the export: so that two exports of the
    same content are the same bytes. When an archive was written, its file's date says.
    """

    format: int
    made_at: datetime | None
    site: str
    migrations: dict[str, str]
    members: tuple[Member, ...]
    counts: dict[str, int]
    sequences: dict[str, int] = field(default_factory=dict)
    with_accounts: bool = False
    versions: dict[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Signed with a checksum of its own, since no other file knows it."""
        values = asdict(self) | {"made_at": self.made_at and self.made_at.isoformat()}
        return _text(values | {"sha256": hashlib.sha256(_text(values)).hexdigest()})

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """Raises ValueError for anything but what `to_bytes` made."""
        try:
            values: dict[str, Any] = json.loads(data)
            values.pop("sha256")
            values["members"] = tuple(Member(**member) for member in values["members"])
            values["made_at"] = values["made_at"] and datetime.fromisoformat(values["made_at"])
            manifest = cls(**values)
            manifest._check_types()
            is_same = manifest.to_bytes() == data
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("is no manifest") from error
        if not is_same:
            raise ValueError("does not match its own checksum")
        return manifest

    def _check_types(self) -> None:
        numbers = [self.format, *self.counts.values(), *self.sequences.values()]
        texts = [self.site, *self.versions.values(), *self.migrations.values()]
        for member in self.members:
            numbers += [member.rows, member.size]
            texts += [member.name, member.kind, member.sha256]
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise TypeError
        if not all(isinstance(text, str) for text in texts):
            raise TypeError

    @property
    def size(self) -> int:
        return sum(member.size for member in self.members)

    @property
    def rows(self) -> int:
        return sum(member.rows for member in self.members)


def _text(values: dict[str, Any]) -> bytes:
    return (json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
