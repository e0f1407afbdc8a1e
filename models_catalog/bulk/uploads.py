"""An upload between its dry run and its import: it travels with the page, signed, and nothing is kept on the server.

Any worker can go on with it, nothing needs tidying up, and what is imported is what was looked at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.core import signing

SALT = "models_catalog.bulk"
MAX_AGE = 24 * 60 * 60  # seconds
NAME_MAX = 100


@dataclass(frozen=True, slots=True)
class Upload:
    """``shown`` are the fingerprints of the rows as people saw them, ``whose`` is the key of the account."""

    whose: int
    kind: str
    name: str
    shown: list[str]
    data: bytes


class _Serializer:
    def dumps(self, upload: Upload) -> bytes:
        head = {"whose": upload.whose, "kind": upload.kind, "name": upload.name[:NAME_MAX], "shown": upload.shown}
        return json.dumps(head).encode() + b"\n" + upload.data

    def loads(self, text: bytes) -> Upload:
        head, _, data = text.partition(b"\n")
        fields: dict[str, Any] = json.loads(head)
        return Upload(**fields, data=data)


def seal(upload: Upload) -> str:
    """The upload as text that nobody else can make."""
    return signing.dumps(upload, salt=SALT, serializer=_Serializer, compress=True)


def unseal(sealed: str, *, whose: int, kind: str) -> Upload | None:
    """The upload; None for one that is forged, another person’s, about another kind of entry, or a day old."""
    try:
        upload: Upload = signing.loads(sealed, salt=SALT, serializer=_Serializer, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return upload if (upload.whose, upload.kind) == (whose, kind) else None
