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

Headers = tuple[tuple[str, str], ...]

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


# What is answered to a reader who has the page, beside those by encoding.
SEEN = "304"


class Answer(NamedTuple):
    """Made once and shared by all who get it."""

    status: str
    headers: Headers
    body: list[bytes]


class StoredPage:
    __slots__ = ("bodies", "dated", "etag", "modified", "size", "undated", "until", "version", "withdraws_at")

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
        kept = [(name, value) for name, value in headers.items() if name.lower() not in OURS]
        kept += [("ETag", self.etag), ("Vary", "Accept-Encoding, Accept" if by_accept else "Accept-Encoding")]
        self.undated = {SEEN: Answer("304 Not Modified", tuple(h for h in kept if h[0].lower() not in OF_THE_BODY), [])}
        for encoding, content in self.bodies.items():
            described = [("Content-Encoding", encoding)] if encoding else []
            described.append(("Content-Length", str(len(content))))
            self.undated[encoding] = Answer("200 OK", (*kept, *described), [content])
        date = ("Last-Modified", http_date(self.modified))
        self.dated = {what: a._replace(headers=(*a.headers, date)) for what, a in self.undated.items()}
        self.size = OVERHEAD + sum(map(len, self.bodies.values()))

    def answer(self, environ: dict[str, Any], *, is_blind: bool = False) -> Answer:
        """What the request gets. ``is_blind``: nobody knows whether the page is still the newest, so no date is told."""
        get = environ.get
        dated = not is_blind and time.time() - self.modified >= SETTLES
        answers = self.dated if dated else self.undated
        if (known := get("HTTP_IF_NONE_MATCH")) is not None:
            if known == self.etag or names(known, self.etag):
                return answers[SEEN]
        elif dated and (since := get("HTTP_IF_MODIFIED_SINCE")) and (parse_http_date_safe(since) or 0) >= self.modified:
            return answers[SEEN]
        answer = answers.get(encoding_for(get("HTTP_ACCEPT_ENCODING", ""))) or answers[""]
        return answer._replace(body=[]) if environ["REQUEST_METHOD"] == "HEAD" else answer


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
