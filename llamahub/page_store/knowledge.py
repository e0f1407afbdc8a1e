"""What this process knows of the version of the content.

One thread asks (`listening`), so that what is learned never goes backwards. Others can only say that they know better:
then nothing kept is shown until the thread has asked again.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from .versions import Seen

# Seconds after an answer for which the process vouches for what it shows: three questions' worth.
SURE = 1.5


class Version:
    """A version of the content, for as long as the process holds it to be the present one. Compared by identity.

    It ends by itself when something planned comes, and at midnight. Times are those of `time.monotonic`.
    """

    __slots__ = ("seen", "state", "until", "withdraws_at")

    def __init__(self, seen: Seen, asked_at: float) -> None:
        """``asked_at`` is before the database looked: the version is never thought to hold for longer than it does."""
        self.seen, self.state = seen, seen.state
        publishes_in, withdraws_in = seen.publishes_in, seen.withdraws_in
        self.withdraws_at = float("inf") if withdraws_in is None else asked_at + withdraws_in
        publishes_at = float("inf") if publishes_in is None else asked_at + publishes_in
        self.until = min(publishes_at, self.withdraws_at, asked_at + seen.midnight_in)


class Knowledge:
    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Knows nothing, as at the start of a process: one that is forked off has no thread that asks."""
        # None: not known, so that no page can be shown or kept. Read without the lock.
        self.version: Version | None = None
        # Since when the database has not answered; None while it does.
        self.blind_since: float | None = None
        # Called when somebody knows better than the thread that asks.
        self.wake: Callable[[], None] | None = None
        # Called when there is a new version. It must not take long.
        self.tell: Callable[[], None] | None = None
        # The newest that was known, even while none is.
        self.last: Version | None = None
        self._sure_until = 0.0
        self._doubts = 0
        self._is_known = threading.Event()
        self._lock = threading.Lock()

    def forget(self, **kwargs: Any) -> None:
        """The content has changed, or may have."""
        with self._lock:
            self._doubts += 1
            self.version = None
            self._is_known.clear()
        if self.wake is not None:
            self.wake()

    def question(self) -> int:
        """Taken before the database is asked and handed in with the answer."""
        return self._doubts

    def answer(self, seen: Seen, question: int, asked_at: float) -> bool:
        """Whether the answer counts: not if somebody came to know better while it was on its way."""
        with self._lock:
            self.blind_since = None
            if question != self._doubts:
                return False
            # The same content as before is the same version: pages that were made from it are shown again.
            is_new = self.last is None or self.last.state != seen.state
            if is_new:
                self.last = Version(seen, asked_at)
            self.version = self.last
            self._sure_until = asked_at + SURE
            self._is_known.set()
        if is_new and self.tell is not None:
            self.tell()
        return True

    def is_sure(self) -> bool:
        """Whether the version was the present one a moment ago. A database that is silent is not known to be away yet."""
        return self.blind_since is None and time.monotonic() < self._sure_until

    def wait(self, seconds: float) -> Version | None:
        """The version; where it is asked for just now, after a moment, so that the page that waits can be kept."""
        if self.version is None and self.blind_since is None:
            self._is_known.wait(seconds)
        return self.version

    def no_answer(self, *, bearable: float) -> None:
        """The database is away. Nobody can publish then, so what is kept stands, but not for ever."""
        with self._lock:
            if self.blind_since is None:
                self.blind_since = time.monotonic()
            elif time.monotonic() - self.blind_since > bearable:
                self.version = None
                self._is_known.clear()


knowledge = Knowledge()
os.register_at_fork(after_in_child=knowledge.begin)
