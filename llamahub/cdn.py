"""Tells the network that keeps copies of our pages (CDN) which ones to forget.

Every page names what it shows in ``Surrogate-Key`` and ``Cache-Tag`` (`models_catalog.views.base`); a hook is one way
to have the copies with such a tag thrown away. Which one a site uses is the address in ``PURGE_URL``.
"""

from __future__ import annotations

import base64
import http.client
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# Seconds to connect, and for each part of an answer.
TIMEOUT = 5
# Of an answer that says what is wrong.
MOST_READ = 2000
EXAMPLES = (
    "fastly://TOKEN@SERVICE, cloudflare://TOKEN@ZONE, varnish://host:port,host:port or the https:// address of a hook"
)


class PurgeFailed(Exception):
    """The network did not say that it has forgotten. The message holds no secret."""


@dataclass(frozen=True)
class Call:
    """One request. What it carries may be secret, so it is never printed."""

    origin: str
    path: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)

    def send(self) -> bytes:
        parts = urlsplit(self.origin)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            connection.request(self.method, self.path, self.body, dict(self.headers))
            response = connection.getresponse()
            answer = response.read(MOST_READ)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise PurgeFailed(f"{parts.netloc} does not answer: {type(error).__name__}") from None
        finally:
            connection.close()
        if not 200 <= response.status < 300:
            raise PurgeFailed(f"{parts.netloc} answers {response.status} {response.reason}")
        return answer


class Hook(ABC):
    """Where purges are sent."""

    # What it takes at once.
    most_tags: ClassVar[int] = 30

    def purge(self, tags: Sequence[str]) -> None:
        """Returns when all copies are gone, as far as the network tells; raises `PurgeFailed`."""
        for start in range(0, len(tags), self.most_tags):
            for call in self.calls(tags[start : start + self.most_tags]):
                self.judge(call.send())

    @abstractmethod
    def calls(self, tags: Sequence[str]) -> Iterator[Call]: ...

    def judge(self, answer: bytes) -> None:
        """Raises `PurgeFailed` for a success that is none."""
        return


@dataclass(frozen=True)
class Fastly(Hook):
    service: str
    token: str = field(repr=False)
    origin: str = "https://api.fastly.com"
    most_tags: ClassVar[int] = 256

    def calls(self, tags: Sequence[str]) -> Iterator[Call]:
        headers = {"Fastly-Key": self.token, "Surrogate-Key": " ".join(tags), "Accept": "application/json"}
        yield Call(self.origin, f"/service/{self.service}/purge", headers=headers)


@dataclass(frozen=True)
class Cloudflare(Hook):
    zone: str
    token: str = field(repr=False)
    origin: str = "https://api.cloudflare.com"

    def calls(self, tags: Sequence[str]) -> Iterator[Call]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        body = json.dumps({"tags": list(tags)}).encode()
        yield Call(self.origin, f"/client/v4/zones/{self.zone}/purge_cache", headers=headers, body=body)

    def judge(self, answer: bytes) -> None:
        try:
            is_done = json.loads(answer)["success"] is True
        except (ValueError, KeyError, TypeError):
            is_done = False
        if not is_done:
            raise PurgeFailed(f"{urlsplit(self.origin).netloc} answers 200, but not that it has purged")


@dataclass(frozen=True)
class Varnish(Hook):
    """Each server for itself; its configuration says what PURGE with tags does."""

    origins: tuple[str, ...]

    def calls(self, tags: Sequence[str]) -> Iterator[Call]:
        for origin in self.origins:
            yield Call(origin, "/", method="PURGE", headers={"Surrogate-Key": " ".join(tags)})


@dataclass(frozen=True)
class AnyHook(Hook):
    """Gets the tags as JSON."""

    origin: str
    path: str = field(repr=False)
    authorization: str = field(default="", repr=False)

    def calls(self, tags: Sequence[str]) -> Iterator[Call]:
        headers = {"Content-Type": "application/json"}
        if self.authorization:
            headers["Authorization"] = self.authorization
        yield Call(self.origin, self.path, headers=headers, body=json.dumps({"tags": list(tags)}).encode())


def hook(url: str) -> Hook | None:
    """The hook that ``PURGE_URL`` names; the address itself may be secret, so no message repeats it."""
    if not url:
        return None
    try:
        found = _read(urlsplit(url))
    except ValueError:  # a port that is no number, a bracket that is not closed
        found = None
    if found is None or not url.isascii() or not url.isprintable():
        raise ImproperlyConfigured(f"PURGE_URL cannot be read: set it to {EXAMPLES}.")
    return found


def _read(url: SplitResult) -> Hook | None:
    user, _, place = url.netloc.rpartition("@")
    token = unquote(user.removesuffix(":"))
    match url.scheme:
        case "fastly" | "cloudflare":
            kind = Fastly if url.scheme == "fastly" else Cloudflare
            return kind(place, token) if place.isalnum() and token and not url.path.strip("/") else None
        case "varnish":
            hosts = [urlsplit(f"http://{host}") for host in place.split(",")]
            sound = not user and not url.path.strip("/") and all(host.hostname and host.port != 0 for host in hosts)
            return Varnish(tuple(f"http://{host.netloc}" for host in hosts)) if sound else None
        case "https" | "http":
            if not url.hostname or url.port == 0:
                return None
            basic = base64.b64encode(unquote(user).encode()).decode()
            path = (url.path or "/") + (f"?{url.query}" if url.query else "")
            return AnyHook(f"{url.scheme}://{place}", path, f"Basic {basic}" if user else "")
    return None
