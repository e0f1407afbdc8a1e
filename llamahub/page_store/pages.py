"""A kept page: its bytes as they go out, and what a request for it is answered."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import brotli  # type: ignore[import-untyped]
from django.utils.http import http_date, parse_http_date_safe

from .knowledge import Version

Headers = list[tuple[str, str]]

# Made anew for each response, or for each encoding.
OURS = frozenset({"x-request-id", "content-length", "etag", "last-modified", "date", "vary", "age", "cache-status"})
# What describes a body is left out where there is none (RFC 9110, 15.4.5).
OF_THE_BODY = frozenset({"content-type", "content-language", "content-disposition"})
# Fast ones: a page is packed again after every change that alters it, while a reader waits.
BROTLI_QUALITY, GZIP_LEVEL = 5, 6
# Not worth unpacking.
SMALL = 300
# Two changes within a second have the same date, so a date is told only when no reader can have got the page before
# the second of them: the second in which the page was made, and the one for which others may still show the older one.
SETTLES = 2
# RFC 9211, so that a look at a response tells where it came from.
HIT = ("Cache-Status", "LlamaHub; hit")
STORED = ("Cache-Status", "LlamaHub; fwd=miss; stored")
# Beside the bytes of bodies: names, headers and the objects that hold them.
OVERHEAD = 4096


class Answer(NamedTuple):
    status: str
    headers: Headers
    body: list[bytes]


class StoredPage:
    __slots__ = ("bodies", "etag", "headers", "modified", "modified_header", "seen_headers", "size", "until", "version",
                 "withdraws_at")  # fmt: skip

    def __init__(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        version: Version,
        until: float,
        withdraws_at: float,
        by_accept: bool = False,
        before: StoredPage | None = None,
        bodies: dict[str, bytes] | None = None,
        modified: int | None = None,
    ) -> None:
        """``before`` is what was kept of the page until now: what has not changed is not packed again.

        ``bodies`` are there already when another machine has packed them. ``modified`` is by the database's clock, so
        that no machine dates a newer page before an older one.
        """
        self.version, self.until, self.withdraws_at = version, until, withdraws_at
        self.etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        unchanged = before.bodies if before is not None and before.etag == self.etag else None
        self.bodies: dict[str, bytes] = bodies or unchanged or packed(body)
        self.modified = int(time.time()) if modified is None else modified
        self.modified_header = ("Last-Modified", http_date(self.modified))
        kept = [(name, value) for name, value in headers.items() if name.lower() not in OURS]
        kept += [("ETag", self.etag), ("Vary", "Accept-Encoding, Accept" if by_accept else "Accept-Encoding")]
        self.seen_headers = [header for header in kept if header[0].lower() not in OF_THE_BODY]
        self.headers: dict[str, Headers] = {
            encoding: [
                *kept,
                *([("Content-Encoding", encoding)] if encoding else []),
                ("Content-Length", str(len(content))),
            ]
            for encoding, content in self.bodies.items()
        }
        self.size = OVERHEAD + sum(map(len, self.bodies.values()))

    def answer(self, environ: dict[str, Any], *, is_blind: bool = False) -> Answer:
        """What the request gets. ``is_blind``: nobody knows whether the page is still the newest, so no date is told."""
        get = environ.get
        dated = not is_blind and time.time() - self.modified >= SETTLES
        if (known := get("HTTP_IF_NONE_MATCH")) is not None:
            is_seen = known == self.etag or names(known, self.etag)
        else:
            since = get("HTTP_IF_MODIFIED_SINCE")
            is_seen = bool(dated and since and (parse_http_date_safe(since) or 0) >= self.modified)
        if is_seen:
            headers = [*self.seen_headers, self.modified_header] if dated else self.seen_headers.copy()
            return Answer("304 Not Modified", headers, [])
        encoding = encoding_for(get("HTTP_ACCEPT_ENCODING", ""))
        if encoding not in self.bodies:
            encoding = ""
        headers = [*self.headers[encoding], self.modified_header] if dated else self.headers[encoding].copy()
        return Answer("200 OK", headers, [] if environ["REQUEST_METHOD"] == "HEAD" else [self.bodies[encoding]])


def packed(body: bytes) -> dict[str, bytes]:
    """The body by encoding, “” for the plain one. Encodings that gain nothing are left out."""
    bodies = {"": body}
    if len(body) >= SMALL:
        bodies["br"] = brotli.compress(body, quality=BROTLI_QUALITY)
        bodies["gzip"] = gzip.compress(body, GZIP_LEVEL, mtime=0)
    return {encoding: content for encoding, content in bodies.items() if not encoding or len(content) < len(body)}


def names(header: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names the tag, by the weak comparison that it asks for."""
    strong = etag.removeprefix("W/")
    return any(part == "*" or part.removeprefix("W/") == strong for part in map(str.strip, header.split(",")))


_encodings: dict[str, str] = {}


def encoding_for(accepted: str) -> str:
    """The best of our encodings for an ``Accept-Encoding``. There are few of them, so answers are remembered."""
    try:
        return _encodings[accepted]
    except KeyError:
        if len(_encodings) >= 500:
            _encodings.clear()
        _encodings[accepted] = found = _best(accepted)
        return found


def _best(accepted: str) -> str:
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    offered = ("br", "gzip")
    best = max(offered, key=lambda name: weights.get(name, weights.get("*", 0)))
    return best if weights.get(best, weights.get("*", 0)) > 0 else ""


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1
    try:
        return float(value)
    except ValueError:
        return 0
