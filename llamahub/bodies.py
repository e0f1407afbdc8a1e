"""Takes in the body of a request, whole, before Django begins.

The server hands on a form that broke off in the middle as if that were all of it, and waits for one that comes byte by
byte for as long as it takes, with one of its few threads. So a form is read here first: within a time, by few at once,
to its last byte. What is wrong with it is written into the request for `edge`, which says so to the visitor.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import IO, Any

from django.conf import settings

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# In the environ: the status of the refusal.
REFUSED = "llamahub.body_refused"
# Who sends less a second than this (an eighth of the slowest lines that are sold), after some seconds of grace, is cut.
BYTES_A_SECOND, GRACE = 16 * 1024, 8.0
# Half of the threads in README.md: whatever comes slowly, the others go on answering.
AT_ONCE = 2
# Seconds to wait for one of those ahead. A form behind a proxy that buffers takes a thousandth of that.
MOMENT = 0.5
PIECE, IN_MEMORY = 64 * 1024, 1024 * 1024


class Bodies:
    """A WSGI application around Django’s."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._places = threading.BoundedSemaphore(AT_ONCE)
        # Files, the form around them, and some room.
        self.most = settings.FILES_MAX_SIZE + settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1024 * 1024

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        # What is no number is none to Django either, which then reads nothing.
        if length.isascii() and length.isdecimal() and (size := int(length)):
            self._take_in(environ, size)
        return self.application(environ, start_response)

    def _take_in(self, environ: Environ, size: int) -> None:
        if size > self.most:
            environ[REFUSED] = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        elif not self._places.acquire(timeout=MOMENT):
            environ[REFUSED] = HTTPStatus.SERVICE_UNAVAILABLE
        else:
            try:
                body = Body(environ["wsgi.input"], size)
                if body.is_whole():
                    environ["wsgi.input"] = body.file
                    return
                environ[REFUSED] = HTTPStatus.BAD_REQUEST
            finally:
                self._places.release()


class Body:
    """Read by a thread of its own, since no reading of the server’s can be given up: it ends with the request."""

    def __init__(self, source: Any, size: int) -> None:
        self.source, self.size = source, size
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - Django reads it later
        self.received = 0
        self._reader = threading.Thread(target=self._read, name="body of a request", daemon=True)

    def is_whole(self) -> bool:
        """Waits until it is, or certainly will not be."""
        began = time.monotonic()
        self._reader.start()
        self._reader.join(GRACE)
        while self._reader.is_alive():
            if self.received < (time.monotonic() - began - GRACE) * BYTES_A_SECOND:
                return False
            self._reader.join(1)
        self.file.seek(0)
        return self.received == self.size

    def _read(self) -> None:
        try:
            while self.received < self.size:
                piece = self.source.read(min(PIECE, self.size - self.received))
                if not piece:
                    return
                self.file.write(piece)
                self.received += len(piece)
        except Exception:
            # However the server says that the sender has gone: what was received is not all.
            return
