"""What the site says about itself: one JSON object a line, each with the id of the request it belongs to."""

import atexit
import json
import logging
import os
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache

from django.http import HttpRequest, HttpResponse

request_id: ContextVar[str] = ContextVar("request_id", default="")
requests = logging.getLogger("llamahub.requests")
# Whoever has the address of a shared draft can read it.
SECRET = re.compile(r"(?<=^/preview/)[^/]+")


class JSONFormatter(logging.Formatter):
    """A record with its time, level, logger, message, request, traceback, and what was passed as ``extra={"data": …}``."""

    def format(self, record: logging.LogRecord) -> str:
        if lines := getattr(record, "lines", None):  # written by `Hits`
            return "\n".join(lines)
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            entry["request_id"] = current
        entry |= getattr(record, "data", {})
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


class RequestLogMiddleware:
    """Names every request, says so in ``X-Request-ID``, and logs what became of it.

    The path is logged without its query and without tokens: what people search for, and the links they have, are
    theirs. The id is always ours, so that a visitor cannot write into the log or answer with someone else's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        token = request_id.set(uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            path = SECRET.sub("…", request.path)
            requests.info(
                "%s %s %d",
                request.method,
                path,
                response.status_code,
                extra={
                    "data": {
                        "method": request.method,
                        "path": path,
                        "status": response.status_code,
                        "milliseconds": round((time.perf_counter() - started) * 1000, 1),
                    }
                },
            )
            return response
        finally:
            request_id.reset(token)


class Hits:
    """Logs pages that came from the store: the same line as any request’s, written in batches.

    Writing each by itself would take longer than answering. They come up to `DELAY` seconds late, so the time in them
    is not always later than in the line before.
    """

    DELAY = 0.25

    def __init__(self) -> None:
        self._noted: deque[tuple[float, str, str, str, str, float]] = deque()
        self._wanted = threading.Event()
        self._process: int | None = None
        self._ended = False
        self._lock = threading.Lock()

    def note(self, began: float, method: str, path: str, status: str, id: str) -> None:
        self._noted.append((began, method, path, status, id, time.time() - began))
        if not self._wanted.is_set():
            self._start()
            self._wanted.set()

    def stop(self) -> None:
        self._ended = True
        self._wanted.set()
        self.write()

    def write(self) -> None:
        """All that is noted, as one record that holds a line for each."""
        noted = [self._noted.popleft() for _ in range(len(self._noted))]
        if not noted or not requests.isEnabledFor(logging.INFO):
            return
        record = requests.makeRecord(
            requests.name, logging.INFO, __file__, 0, "%d pages from the store", (len(noted),), None
        )
        record.lines = [_line(*each) for each in noted]
        requests.handle(record)

    def _start(self) -> None:
        """With the first hit of a process: what forks has no threads after it."""
        with self._lock:
            if self._process != os.getpid():
                self._process, self._ended = os.getpid(), False
                threading.Thread(target=self._run, name="log of kept pages", daemon=True).start()
                atexit.register(self.write)

    def _run(self) -> None:
        while not self._ended:
            self._wanted.wait()
            time.sleep(self.DELAY)
            self._wanted.clear()
            try:
                self.write()
            except Exception:
                logging.getLogger(__name__).exception("The log of kept pages cannot be written")


@lru_cache(maxsize=8)
def _second(since_1970: int) -> str:
    return datetime.fromtimestamp(since_1970, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _line(began: float, method: str, path: str, status: str, id: str, seconds: float) -> str:
    """As `JSONFormatter` writes it, in a tenth of the time. Only kept pages come here: their path needs no escaping."""
    second = int(began)
    return (
        f'{{"time": "{_second(second)}.{int((began - second) * 1000):03d}+00:00", "level": "info", "logger": "llamahub.requests", "message": "{method} {path} {status}", '
        f'"request_id": "{id}", "method": "{method}", "path": "{path}", "status": {status}, '
        f'"milliseconds": {seconds * 1000:.1f}, "from": "store"}}'
    )
