"""How far an export or a restore has come, for people."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final, TextIO

# Called with the name of the member, what is done of it and how much there is: rows or bytes, 0 where not known.
Progress = Callable[[str, int, int], None]
OFTEN: Final = 0.1


def silent(name: str, done: int, total: int) -> None:
    """Where nobody watches."""


class Line:
    """One line that is written over; nothing where nobody watches."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.is_watched = self.stream.isatty()
        self.last = 0.0

    def __call__(self, name: str, done: int, total: int) -> None:
        now = time.monotonic()
        if not self.is_watched or now - self.last < OFTEN:
            return
        self.last = now
        # The total may be the database's estimate.
        share = f"{min(done * 100 // total, 100):3d} %  " if total else ""
        self._write(f"{share}{name[-60:]} {done:,}")

    def end(self) -> None:
        if self.is_watched:
            self._write("")

    def _write(self, text: str) -> None:
        self.stream.write(f"\r\033[K{text}")
        self.stream.flush()


def in_bytes(size: int) -> str:
    """For people: “281 kB”."""
    value = float(size)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
