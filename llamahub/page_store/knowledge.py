"""What this process knows of the version of the content.

One thread asks (`listening`), so that what is learned never goes backwards. Others can only say that they know better:
then nothing kept is shown until the thread has asked again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from .versions import Token


class Version:
    """A version of the content, for as long as the process holds it to be the present one. Compared by identity."""

    __slots__ = ("token",)

    def __init__(self, token: Token) -> None:
        self.token = token


class Knowledge:
    def __init__(self) -> None:
        # None: not known, so that no page can be shown or kept. Read without the lock.
        self.version: Version | None = None
        # Since when the database has not answered; None while it does.
        self.blind_since: float | None = None
        # Called when somebody knows better than the thread that asks.
        self.wake: Callable[[], None] | None = None
        self._last: Version | None = None
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

    def answer(self, token: Token, question: int) -> bool:
        """Whether the answer counts: not if somebody came to know better while it was on its way."""
        with self._lock:
            self.blind_since = None
            if question != self._doubts:
                return False
            # The same content as before is the same version: pages that were made from it are shown again.
            if self._last is None or self._last.token != token:
                self._last = Version(token)
            self.version = self._last
            self._is_known.set()
            return True

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
