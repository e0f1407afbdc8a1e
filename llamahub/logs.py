"""What the site says about itself: one JSON object a line, each with the id of the request it belongs to."""

import atexit
import json
import logging
import os
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

request_id: ContextVar[str] = ContextVar("request_id", default="")
requests = logging.getLogger("llamahub.requests")
# Whoever has the address of a shared draft can read it. Django names addresses in its own lines as well.
SECRET = re.compile(r"(?<=/preview/)[^/\s]+")


def in_a_line(error: BaseException) -> str:
    """What an error says, however many lines it takes for that."""
    return " ".join(str(error).split())


class JSONFormatter(logging.Formatter):
    """A record with its time, level, logger, message, request, traceback, and what was passed as ``extra={"data": …}``."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": SECRET.sub("…", record.getMessage()),
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
    """Logs pages that came from the store: a line a second for each page, with the number of times.

    A line for each time would take as long to write as the page takes to answer, and say nothing more: nothing happened
    on the way.
    """

    DELAY = 1

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._wanted = threading.Event()
        self._process: int | None = None
        self._ended = False
        self._lock = threading.Lock()

    def note(self, method: str, path: str, status: str) -> None:
        # Without a lock: two at the same moment may count as one.
        self._counts[method, path, status] += 1
        if not self._wanted.is_set():
            self._start()
            self._wanted.set()

    def stop(self) -> None:
        self._ended = True
        self._wanted.set()
        self.write()

    def write(self) -> None:
        counts, self._counts = self._counts, Counter()
        for (method, path, status), times in list(counts.items()):
            data = {"method": method, "path": path, "status": int(status[:3]), "times": times, "from": "store"}
            requests.info("%s %s %s × %d", method, path, status[:3], times, extra={"data": data})

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
