"""What the site says about itself: one JSON object a line, each with the id of the request it belongs to."""

import json
import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

request_id: ContextVar[str] = ContextVar("request_id", default="")
requests = logging.getLogger("llamahub.requests")
# Whoever has the address of a shared draft can read it.
SECRET = re.compile(r"(?<=^/preview/)[^/]+")


class JSONFormatter(logging.Formatter):
    """A record with its time, level, logger, message, request, traceback, and what was passed as ``extra={"data": …}``."""

    def format(self, record: logging.LogRecord) -> str:
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
