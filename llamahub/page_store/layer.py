"""The outermost layer of the application: answers from the store what it can, and hands on all else."""

from __future__ import annotations

import time
from collections.abc import Iterable
from random import getrandbits
from typing import Any

from llamahub.logs import Hits
from models_catalog.views.base import MAX_AGE, STALE_IF_ERROR

from .asking import Environ, Key, Reader
from .filling import Application, Filling, Made
from .knowledge import Knowledge, knowledge
from .listening import Listener
from .memory import Memory
from .pages import HIT, STORED, Headers, StoredPage
from .purging import purger
from .second_level import second_level

# Seconds for which a network in front keeps a page that nothing happens to. An end, should a purge ever be lost.
LONGEST_COPY = 24 * 60 * 60


class PageStore:
    """A WSGI application around Django’s. What a kept page costs is a look into a dictionary."""

    def __init__(self, application: Application, *, most_bytes: int, knowledge: Knowledge = knowledge) -> None:
        self.application = application
        self.reader = Reader()
        self.memory: Memory[StoredPage] = Memory(most_bytes)
        self.knowledge = knowledge
        self.filling = Filling(application, self.reader, self.memory, knowledge, second_level())
        self.listener = Listener(knowledge)
        self.purger = purger(knowledge)
        self.hits = Hits()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        key = self.reader.key(environ)
        if key is None:
            return self.application(environ, start_response)
        page = self.memory.get(key)
        if page is not None and page.version is self.knowledge.version and time.monotonic() < page.until:
            return self._show(page, environ, start_response)
        return self._missing(key, page, environ, start_response)

    def _show(self, page: StoredPage, environ: Environ, start_response: Any, request_id: str = "") -> Iterable[bytes]:
        status, headers, body = page.answer(environ, is_blind=self.knowledge.blind_since is not None)
        if self.purger is not None:
            headers = self._for_copies(headers, page)
        if request_id:  # Django has made the page for this reader, and logged it
            source = STORED
        else:
            source, request_id = HIT, getrandbits(128).to_bytes(16).hex()
            self.hits.note(environ["REQUEST_METHOD"], environ["PATH_INFO"], status)
        start_response(status, [*headers, source, ("X-Request-ID", request_id)])
        return body

    def _for_copies(self, headers: Headers, page: StoredPage) -> Headers:
        """Lets the network in front keep the page until it is told otherwise, or something that is planned comes.

        Only if the page is known to be of the present: one that is not might get there after the purge. Nor is what
        is to be withdrawn shown after its time because we are down.
        """
        now = time.monotonic()
        seconds = int(min(page.until - now, LONGEST_COPY))
        if seconds < 1 or page.version is not self.knowledge.version or not self.knowledge.is_sure():
            return headers
        down = int(min(page.withdraws_at - now - seconds, STALE_IF_ERROR))
        kept = f"public, max-age={MAX_AGE}, s-maxage={seconds}, stale-if-error={max(down, 0)}"
        return tuple((name, kept if name == "Cache-Control" else value) for name, value in headers)

    def _missing(self, key: Key, kept: StoredPage | None, environ: Environ, start_response: Any) -> Iterable[bytes]:
        self.watch()
        if kept is not None and self._stands_in(kept):
            # The database is known to be away: nobody need wait to be told so.
            return self._show(kept, environ, start_response)
        made = self.filling.make(key)
        if made is None:
            page = self.memory.get(key)
            if page is not None and (self._is_present(page) or self._stands_in(page)):
                return self._show(page, environ, start_response)
            return self.application(environ, start_response)
        if made.page is not None:
            made.response.close()
            return self._show(made.page, environ, start_response, made.request_id)
        if kept is not None and made.code == 503 and self._may_stand_in(kept):
            made.response.close()
            return self._show(kept, environ, start_response, made.request_id)
        return self._pass_on(made, key, environ, start_response)

    def _is_present(self, page: StoredPage) -> bool:
        return page.version is self.knowledge.version and time.monotonic() < page.until

    def _stands_in(self, page: StoredPage) -> bool:
        return self.knowledge.blind_since is not None and self._may_stand_in(page)

    def _may_stand_in(self, page: StoredPage) -> bool:
        """While the database is away, for a page whose time is over but that nothing is known to have replaced.

        A day’s marks or a new edition come late then. What was to be withdrawn is not shown any more.
        """
        return page.version is self.knowledge.version and time.monotonic() < page.withdraws_at

    def _pass_on(self, made: Made, key: Key, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """What Django said to us, if that is what it would say to the visitor."""
        if environ.get("QUERY_STRING", "") != key.query and made.code != 503:
            # A redirect or an error may speak of what the visitor asked besides.
            made.response.close()
            return self.application(environ, start_response)
        start_response(made.status, made.headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            made.response.close()
            return []
        return made.response  # closed by the server, as it does with Django’s own

    def watch(self) -> None:
        """Begins to hear of changes, and to tell of them: when the process starts, so that its first reader need not wait."""
        self.listener.start()
        if self.purger is not None:
            self.purger.start()

    def make(self, path: str) -> None:
        """Has a page kept that nobody has asked for yet."""
        made = self.filling.make(Key(self.reader.site, path, ""))
        if made is not None:
            made.response.close()

    def close(self) -> None:
        """Ends its threads."""
        if self.purger is not None:
            self.purger.stop()
        self.listener.stop()
        self.hits.stop()
