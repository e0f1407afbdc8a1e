"""The thread that learns of changes: told by the database at once, and asking twice a second in any case.

Asking as well costs two tiny queries a second. It holds where notifications do not arrive, behind some connection
poolers for example, and notices a connection that died without a word.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import threading
import time
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

from llamahub.logs import in_a_line
from models_catalog.views.base import STALE_IF_ERROR

from . import versions
from .knowledge import Knowledge
from .versions import Seen

logger = logging.getLogger(__name__)

# Seconds between two questions, and before the next try to connect.
ASKING, TRYING = 0.5, 0.25
# What a database that is gone raises, whichever layer notices; and an embedded one that cannot be started.
GONE = (DatabaseError, InterfaceError, psycopg.Error, OSError, ImproperlyConfigured)


class Listener:
    """One thread and one connection a process.

    It begins when the process does. One that is forked off has no threads, and begins with its first request.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.process: int | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = False

    def start(self) -> None:
        with self._lock:
            if self.process == os.getpid():
                return
            self._ended = False
            self._alarm, self._bell = os.pipe()
            for end in (self._alarm, self._bell):
                os.set_blocking(end, False)
            self.knowledge.wake = self._ring
            self._thread = threading.Thread(target=self._run, name="content changes", daemon=True)
            self._thread.start()
            self.process = os.getpid()

    def stop(self) -> None:
        """Ends the thread and its connection, and forgets: for tests, and for whoever unloads the application."""
        with self._lock:
            if self._thread is None:
                return
            self._ended = True
            self._ring()
            self._thread.join(10)
            self.knowledge.wake = None
            self.knowledge.forget()
            os.close(self._alarm)
            os.close(self._bell)
            self.process = self._thread = None

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):  # it has been rung often enough
            os.write(self._bell, b"!")

    def _wait(self, seconds: float, *others: int) -> None:
        poll = select.poll()  # not select(), which fails beyond a thousand connections
        for end in (self._alarm, *others):
            poll.register(end, select.POLLIN)
        poll.poll(seconds * 1000)
        with contextlib.suppress(BlockingIOError):
            os.read(self._alarm, 65536)

    def _run(self) -> None:
        while not self._ended:
            try:
                self._listen()
            except GONE as error:
                if self.knowledge.blind_since is None and not self._ended:
                    logger.warning("The database does not tell of changes: %s", in_a_line(error))
                self.knowledge.no_answer(bearable=STALE_IF_ERROR)
            except Exception:
                logger.exception("Asking for changes failed; trying again")
                self.knowledge.no_answer(bearable=STALE_IF_ERROR)
            if not self._ended:
                self._wait(TRYING)

    def _listen(self) -> None:
        # Of Django's own kind, so that the settings hold for it as well, and an embedded server is started.
        ours = connections.create_connection(DEFAULT_DB_ALIAS)
        ours.settings_dict = {
            **ours.settings_dict,
            "OPTIONS": {
                **ours.settings_dict["OPTIONS"],
                "application_name": "llamahub content changes",
                # A machine that vanishes says nothing: two seconds without its acknowledgment are an answer too.
                "tcp_user_timeout": 2000,
                "keepalives_idle": 2,
                "keepalives_interval": 1,
                "keepalives_count": 2,
            },
        }
        try:
            ours.connect()
            connection = ours.connection
            cursor = connection.cursor()
            # An answer that takes longer is none: pages might have changed meanwhile.
            cursor.execute("SET statement_timeout = '2s'")
            cursor.execute(f"LISTEN {versions.CHANNEL}")
            if self.knowledge.blind_since is not None:
                logger.info("The database tells of changes again")
            while not self._ended:
                question, asked_at = self.knowledge.question(), time.monotonic()
                if self.knowledge.answer(self._ask(cursor), question, asked_at):
                    self._wait(ASKING, connection.fileno())
                    # What they say is known: that something changed.
                    for _ in connection.notifies(timeout=0):
                        pass
        finally:
            with contextlib.suppress(*GONE):
                ours.close()

    def _ask(self, cursor: Any) -> Seen:
        last = self.knowledge.last
        return last.seen if last is not None and versions.still(cursor, last.seen) else versions.seen(cursor)
