"""Changes that the index missed, because the database went away between a commit and the entry that follows it.

They are made up for as soon as it answers again, by the process that knows of them. What a process takes with it when it
is killed in that moment, ``manage.py rebuild_search`` finds.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, connection

logger = logging.getLogger(__name__)

# Seconds between two attempts; and how many changes are remembered, beyond which all entries had better be made anew.
PAUSE, MOST = 1.0, 1000


class Change(NamedTuple):
    model: type
    pk: int
    deleted: bool


class Missed:
    def __init__(self, make_anew: Callable[[Change], None]) -> None:
        self.make_anew = make_anew
        # In the order of their happening, each once.
        self._changes: dict[Change, None] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def note(self, change: Change) -> bool:
        """Whether it will be made up for."""
        with self._lock:
            if len(self._changes) >= MOST:
                return False
            self._changes[change] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="search catches up", daemon=True)
                self._thread.start()
            return True

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(PAUSE)
            try:
                self._catch_up()
            except (DatabaseError, InterfaceError):
                continue
            finally:
                connection.close()
            with self._lock:
                if not self._changes:
                    self._thread = None
                    return

    def _catch_up(self) -> None:
        for change in list(self._changes):
            self.make_anew(change)
            with self._lock:
                self._changes.pop(change, None)
            logger.info("The search index has caught up with %s %s", change.model.__name__, change.pk)
