"""The pages that all machines share: asked when memory has nothing, before Django makes the page.

A page lies under its address and carries the state of the content that it shows. It is taken only by a process that
holds just that state to be the present one, so nothing here is ever invalidated: the next one that is made lies over
it. Pages with parameters share a fixed number of places, since anybody can ask for ever more of them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
from typing import Any

from django.core.cache import caches

from llamahub.caching import RedisCache

from .asking import Key
from .knowledge import Version
from .pages import OURS, StoredPage
from .release import release

logger = logging.getLogger(__name__)

ALIAS = "default"
# A page that nobody asked for in a day makes room. It might be shown for longer.
KEPT_FOR = 24 * 60 * 60
PLACES_WITH_PARAMETERS = 500
LARGEST = 2 * 1024 * 1024


class SecondLevel:
    def __init__(self, alias: str = ALIAS) -> None:
        self.alias = alias
        release()  # it reads all files: not while a reader waits

    def get(self, key: Key, version: Version) -> StoredPage | None:
        """The page, if one of this very state of the content is there."""
        found = caches[self.alias].get(place(key))
        if not isinstance(found, bytes):
            return None
        try:
            return read(found, key, version)
        except (ValueError, KeyError, TypeError, AttributeError, OSError, EOFError) as error:
            # It is signed, so it is ours: of a program that writes pages otherwise and has the same release.
            logger.warning("A page of the second level cannot be read: %s", error)
            return None

    def put(self, key: Key, page: StoredPage) -> StoredPage:
        """The page that all machines show from now on: another one may have made it a moment before."""
        if (found := self.get(key, page.version)) is not None:
            return found
        written = write(key, page)
        if len(written) <= LARGEST:
            caches[self.alias].set(place(key), written, KEPT_FOR)
        return page


def second_level() -> SecondLevel | None:
    """None where the cache is not one that machines share."""
    return SecondLevel() if isinstance(caches[ALIAS], RedisCache) else None


def place(key: Key) -> str:
    digest = hashlib.sha256("\0".join(key).encode("utf-8", "surrogateescape")).hexdigest()
    if key.query:
        return f"page:{release()}:?{int(digest, 16) % PLACES_WITH_PARAMETERS}"
    return f"page:{release()}:{digest}"


def write(key: Key, page: StoredPage) -> bytes:
    """A line of JSON, then the bodies. The plain one is left out where a packed one holds the same."""
    headers = page.undated[""].headers
    bodies = {encoding: body for encoding, body in page.bodies.items() if encoding or "gzip" not in page.bodies}
    head = {
        "key": key,
        "state": page.version.state,
        "modified": page.modified,
        "by_accept": ("Vary", "Accept-Encoding, Accept") in headers,
        "headers": [header for header in headers if header[0].lower() not in OURS],
        "bodies": [[encoding, len(body)] for encoding, body in bodies.items()],
    }
    return b"\n".join([json.dumps(head).encode(), b"".join(bodies.values())])


def read(written: bytes, key: Key, version: Version) -> StoredPage | None:
    """None if it is another page, or one of another state."""
    line, _, rest = written.partition(b"\n")
    head: dict[str, Any] = json.loads(line)
    if head["key"] != list(key) or head["state"] != as_json(version):
        return None
    bodies: dict[str, bytes] = {}
    for encoding, length in head["bodies"]:
        bodies[encoding], rest = rest[:length], rest[length:]
    if "" not in bodies:
        bodies[""] = gzip.decompress(bodies["gzip"])
    return StoredPage(
        bodies[""],
        dict(head["headers"]),
        version=version,
        until=version.until,
        withdraws_at=version.withdraws_at,
        by_accept=head["by_accept"],
        bodies=bodies,
        modified=head["modified"],
    )


def as_json(version: Version) -> list[Any]:
    """The state as it comes back from JSON, which knows no tuples."""
    token, *rest = version.state
    return [list(token), *rest]
