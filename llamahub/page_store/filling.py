"""Has Django make a page that is missing: once, however many ask for it meanwhile."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpResponseBase

from .asking import Environ, Key, Reader, is_question
from .knowledge import Knowledge, Version
from .memory import Memory
from .pages import StoredPage
from .refusals import refusal_of
from .second_level import SecondLevel
from .snapshot import MAKING, Making
from .versions import SECOND

logger = logging.getLogger(__name__)

Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# Seconds that a reader waits for a page that another one is having made, before asking for it as well.
PATIENCE = 10
# Seconds for which the answer to a question is shown to others who ask the same, in this process alone: search follows a
# change only after its commit.
BRIEFLY = 0.5
# Seconds for which it waits to be told the version of the content, after a change or at the start.
MOMENT = 0.2


class Made:
    """What Django answered, and whether it was kept."""

    __slots__ = ("headers", "page", "response", "status")

    def __init__(self, status: str, headers: list[tuple[str, str]], response: HttpResponseBase) -> None:
        self.status, self.headers, self.response = status, headers, response
        self.page: StoredPage | None = None

    @property
    def code(self) -> int:
        return self.response.status_code

    @property
    def request_id(self) -> str:
        return self.response.headers.get("X-Request-ID", "")


class Filling:
    def __init__(
        self,
        application: Application,
        reader: Reader,
        memory: Memory[StoredPage],
        knowledge: Knowledge,
        second: SecondLevel | None = None,
    ) -> None:
        self.application = application
        self.reader, self.memory, self.knowledge, self.second = reader, memory, knowledge, second
        self._under_way: dict[Key, threading.Event] = {}
        self._lock = threading.Lock()
        self._said: set[str] = set()
        self._probe = threading.Lock()

    def make(self, key: Key) -> Made | None:
        """None if somebody else, here or on another machine, had the page made: look for it again."""
        with self._lock:
            if other := self._under_way.get(key):
                done = None
            else:
                done = self._under_way[key] = threading.Event()
        if done is None:
            assert other is not None
            other.wait(PATIENCE)
            return None
        try:
            return None if self._fetch(key) else self._make_or_probe(key)
        finally:
            with self._lock:
                del self._under_way[key]
            done.set()

    def _fetch(self, key: Key) -> bool:
        """Whether the second level had the page, so that memory has it now."""
        if self.second is None or (version := self.knowledge.wait(MOMENT)) is None:
            return False
        # While the database is away, a page whose time is over may stand in, as one in memory may.
        until = version.until if self.knowledge.blind_since is None else version.withdraws_at
        if time.monotonic() >= until:
            return False
        page = self.second.get(key, version)
        return page is not None and self.memory.put(key, page)

    def _make_or_probe(self, key: Key) -> Made:
        """While the database is away, one reader at a time tries it, and the others are told so at once.

        A server that does not even refuse takes seconds: all threads would wait, and kept pages with them.
        """
        if self.knowledge.blind_since is None:
            return self._make(key)
        is_first = self._probe.acquire(blocking=False)
        try:
            return self._make(key, is_away=not is_first)
        finally:
            if is_first:
                self._probe.release()

    def _make(self, key: Key, *, is_away: bool = False) -> Made:
        started: list[Any] = []
        # Taken before: a page during whose making a change became known is not kept.
        version = self.knowledge.wait(MOMENT)
        making = Making.of(self.knowledge, is_away=is_away)
        response: Any = self.application(
            {**self.reader.as_environ(key), MAKING: making}, lambda *arguments: started.extend(arguments)
        )
        made = Made(started[0], started[1], response)
        page = self.reader.page(key.path)
        why = refusal_of(response, page, making.read)
        if why is None and version is not None and making.seen is not None and self._holds(making, version):
            briefly = page is not None and is_question(key, page)
            stored = StoredPage(
                response.content,
                dict(response.items()),
                version=version,
                until=min(
                    making.publishes_at,
                    making.withdraws_at,
                    making.midnight,
                    time.monotonic() + BRIEFLY if briefly else math.inf,
                ),
                withdraws_at=making.withdraws_at,
                by_accept=bool(page and page.by_accept),
                before=self.memory.get(key),
                modified=making.seen.now // SECOND,
            )
            if self.second is not None and not briefly and making.day == version.state.day:
                stored = self.second.put(key, stored)
            if self.memory.put(key, stored):
                made.page = stored
        elif why is not None and response.status_code == 200 and why not in self._said:
            # Every reader waits for such a page: somebody should know, once.
            self._said.add(why)
            logger.warning("%s is not kept: %s", key.path, why)
        return made

    def _holds(self, making: Making, version: Version) -> bool:
        """The page shows what is known to be the present version, and nothing went out while it was made."""
        if making.seen is None or version is not self.knowledge.version:
            return False
        if making.seen.state != version.state:
            # The database has moved on, or the time of something has come, and nobody has heard of it yet.
            self.knowledge.forget()
            return False
        return time.monotonic() < min(making.publishes_at, making.withdraws_at, making.midnight)
