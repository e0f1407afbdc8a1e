"""Whether a part of several machines is there: the replica, the shared cache.

While one is away nobody asks it but a thread, so that no reader waits to find out that it still is.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

# Seconds between two tries to reach one that is away.
PAUSE = 1.0


class Presence:
    """Of one part, for all threads of the process."""

    def __init__(self, name: str, answers: Callable[[], bool], back: Callable[[float], None]) -> None:
        """``answers`` tries the part, and may fail in any way; ``back`` is told for how many seconds it was away."""
        self._name, self._answers, self._back = name, answers, back
        self._know_nothing()
        # What is forked off has no thread that tries: it finds out for itself.
        os.register_at_fork(after_in_child=self._know_nothing)

    def _know_nothing(self) -> None:
        self.is_away = False
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def lost(self) -> bool:
        """Somebody got no answer. Whether that is news."""
        with self._lock:
            if self.is_away:
                return False
            self._end = threading.Event()
            arguments = self._end, time.monotonic()
            self._thread = threading.Thread(target=self._try, args=arguments, name=self._name, daemon=True)
            self._thread.start()
            self.is_away = True
            return True

    def _try(self, end: threading.Event, since: float) -> None:
        while not end.wait(PAUSE):
            try:
                is_there = self._answers()
            except Exception:  # what a server that speaks nonsense leads to has no end
                is_there = False
            if is_there:
                self._back(time.monotonic() - since)
                self.is_away = False
                return

    def stop(self) -> None:
        """For tests: ends the thread and knows nothing."""
        with self._lock:
            self._end.set()
            if self._thread is not None:
                self._thread.join(10)
            self._thread, self.is_away = None, False
