"""Takes in the body of a request, whole, before Django begins.

The server hands on a form that broke off in the middle as if that were all of it; and for one that comes byte by byte
it waits as long as it takes, with one of its few threads. So a form is read here first: to its last byte, and by few
threads at once, so that whoever sends slowly keeps readers from nothing. What is wrong with a form is written into the
request for `edge`, which says so to the visitor.

A reading cannot be given up: the server would stand still with all its threads until the sender goes on. To end slow
forms takes a proxy in front, which takes them in itself.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# In the environ: the status of the refusal.
REFUSED = "llamahub.body_refused"
# Half of the threads in README.md.
AT_ONCE = 2
# Seconds after which a form that is being read is a slow one, and nobody waits for its place. One from a proxy that has
# it all takes a thousandth of that.
MOMENT = 0.5


class Bodies:
    """A WSGI application around Django’s."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._places = threading.BoundedSemaphore(AT_ONCE)
        # When the newest of those that are being read began.
        self._began = 0.0
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
            return
        if not self._places.acquire(timeout=max(0.0, self._began + MOMENT - time.monotonic())):
            environ[REFUSED] = HTTPStatus.SERVICE_UNAVAILABLE
            return
        self._began = time.monotonic()
        try:
            content = environ["wsgi.input"].read(size)
        except Exception:
            # However the server says that the sender has gone: what was received is not all.
            content = b""
        finally:
            self._places.release()
        environ["wsgi.input"] = io.BytesIO(content)
        if len(content) != size:
            environ[REFUSED] = HTTPStatus.BAD_REQUEST
