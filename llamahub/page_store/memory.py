"""Pages in the memory of the process, up to a bound in bytes: whatever was not asked for the longest goes first.

The version of the content is part of every page. When nothing is here, what all machines share is asked
(`second_level`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

from .asking import Key

# Pages that differ by their parameters alone have no end, and anybody can ask for them: they cannot drive out others.
MOST_WITH_PARAMETERS = 100
# No page takes more than this part of the bound.
LARGEST = 8


class Kept(Protocol):
    @property
    def size(self) -> int:
        """In bytes, about."""


K = TypeVar("K", bound=Kept)


class Shelf(Generic[K]):
    """Bounded by bytes and, where that is asked, by number."""

    def __init__(self, most_bytes: int, most_pages: int | None = None) -> None:
        self.most_bytes, self.most_pages = most_bytes, most_pages
        self.bytes = 0
        self._pages: OrderedDict[Key, K] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: Key) -> K | None:
        page = self._pages.get(key)
        if page is not None:
            try:
                self._pages.move_to_end(key)
            except KeyError:  # it went in the meantime
                pass
        return page

    def put(self, key: Key, page: K) -> bool:
        if page.size > self.most_bytes // LARGEST:
            self.discard(key)
            return False
        with self._lock:
            self._take(key)
            self._pages[key] = page
            self.bytes += page.size
            while self.bytes > self.most_bytes or (self.most_pages and len(self._pages) > self.most_pages):
                self._take(next(iter(self._pages)))
        return True

    def discard(self, key: Key) -> None:
        with self._lock:
            self._take(key)

    def _take(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self.bytes -= page.size


class Memory(Generic[K]):
    """Two shelves: a quarter of the room for pages with parameters."""

    def __init__(self, most_bytes: int) -> None:
        self.plain: Shelf[K] = Shelf(most_bytes - most_bytes // 4)
        self.asked: Shelf[K] = Shelf(most_bytes // 4, MOST_WITH_PARAMETERS)

    def _shelf(self, key: Key) -> Shelf[K]:
        return self.asked if key.query else self.plain

    def __len__(self) -> int:
        return len(self.plain) + len(self.asked)

    @property
    def bytes(self) -> int:
        return self.plain.bytes + self.asked.bytes

    def get(self, key: Key) -> K | None:
        return self._shelf(key).get(key)

    def put(self, key: Key, page: K) -> bool:
        return self._shelf(key).put(key, page)

    def discard(self, key: Key) -> None:
        self._shelf(key).discard(key)
