"""A store that speaks as much S3 as the product asks for, in this process: objects in a dictionary.

It keeps to what Amazon documents where it matters here: an object appears whole, one that is missing is a 404, lists
come in pages. Signatures are not checked; that is boto3’s own part.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "pictures"
# Short, so that lists of a few objects take several pages.
PAGE = 2


class FakeS3(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        # Status that is answered to everything, for a store in trouble.
        self.trouble: int | None = None
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"s3://key:secret@{BUCKET}/hub?endpoint=http://127.0.0.1:{self.server_port}&region=us-east-1"

    def names(self) -> set[str]:
        return {name.removeprefix("hub/") for name in self.objects}

    def grow_older(self, age: Any) -> None:
        self.objects = {name: (data, when - age) for name, (data, when) in self.objects.items()}


class Handler(BaseHTTPRequestHandler):
    server: FakeS3
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str) -> None:
        self.answer(status, f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode())

    def handle_request(self) -> None:
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, key))
        objects = self.server.objects
        if self.server.trouble:
            self.refuse(self.server.trouble, "ServiceUnavailable")
        elif bucket != BUCKET:
            self.refuse(404, "NoSuchBucket")
        elif not key and self.command == "GET":
            self.list(parse_qs(parts.query))
        elif not key:
            self.answer(200)
        elif self.command == "PUT":
            objects[key] = (sent, datetime.now(UTC))
            self.answer(200, ETag='"x"')
        elif self.command == "DELETE":
            objects.pop(key, None)
            self.answer(204)
        elif key not in objects:
            self.refuse(404, "NoSuchKey")
        else:
            data, when = objects[key]
            modified = format_datetime(when, usegmt=True)
            self.answer(200, data, Last_Modified=modified, ETag='"x"')

    do_GET = do_HEAD = do_PUT = do_DELETE = handle_request

    def list(self, query: dict[str, list[str]]) -> None:
        [prefix] = query.get("prefix", [""])
        after = query.get("continuation-token", [""])[0]
        found = sorted(name for name in self.server.objects if name.startswith(prefix) and name > after)
        page, more = found[:PAGE], len(found) > PAGE
        contents = "".join(
            f"<Contents><Key>{escape(name)}</Key>"
            f"<LastModified>{self.server.objects[name][1]:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<Size>{len(self.server.objects[name][0])}</Size></Contents>"
            for name in page
        )
        following = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        self.answer(
            200,
            f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{following}{contents}"
            "</ListBucketResult>".encode(),
        )


@contextmanager
def running() -> Iterator[FakeS3]:
    with FakeS3() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
