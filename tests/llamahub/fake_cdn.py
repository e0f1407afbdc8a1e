"""A network in front of the site, on this machine: it takes down what it is asked to forget."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Purge:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class FakeCDN:
    purges: list[Purge] = field(default_factory=list)
    # Statuses of the next answers; when none are left, 200.
    answers: list[int] = field(default_factory=list)
    body: bytes = b'{"success": true}'
    delay: float = 0
    port: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running() -> Iterator[FakeCDN]:
    cdn = FakeCDN()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            time.sleep(cdn.delay)
            cdn.purges.append(Purge(self.command, self.path, headers, body, time.monotonic()))
            self.send_response(cdn.answers.pop(0) if cdn.answers else 200)
            self.send_header("Content-Length", str(len(cdn.body)))
            self.end_headers()
            self.wfile.write(cdn.body)

        do_PURGE = do_POST

        def log_message(self, *arguments: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    cdn.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield cdn
    finally:
        server.shutdown()
        server.server_close()
