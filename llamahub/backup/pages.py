"""Every public page of the site, and whether another site answers the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit
from xml.etree import ElementTree as ET

from django.conf import settings
from django.contrib.redirects.models import Redirect
from django.test import Client
from django.utils import timezone

# What is public and in no sitemap: for machines, answers to questions, and the answer to a wrong address.
BESIDES = (
    "/sitemap.xml", "/robots.txt", "/opensearch.xml", "/feeds/articles.xml", "/feeds/events.xml",
    "/licensing/check.json", "/search/?q=llama", "/search/suggest/?q=llama", "/no/such/page/",
)  # fmt: skip
# Not content: the program’s own files, and what only the signed-in see.
NOT_COMPARED = ("/admin/", settings.STATIC_URL)
# A feed without entries gives the time at which it is asked for as that of its last change.
CLOCK = re.compile(rb"<updated>[^<]*</updated>")
INDEX, LOCATION = (f"{{http://www.sitemaps.org/schemas/sitemap/0.9}}{name}" for name in ("sitemapindex", "loc"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader gets, as far as it is the site’s own."""

    status: int
    kind: str
    location: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Difference:
    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


class Reader:
    """Asks the site in this process, through every layer that a request from outside passes."""

    def __init__(self) -> None:
        site = urlsplit(settings.SITE_URL)
        self.origin = f"{site.scheme}://{site.netloc}"
        self._client = Client(raise_request_exception=False, headers={"host": site.netloc})

    def ask(self, path: str) -> tuple[Answer, bytes]:
        response: Any = self._client.get(path, secure=not settings.LOCAL)
        body = b"".join(response.streaming_content) if response.streaming else bytes(response.content)
        response.close()
        # Error pages name their request, which is another each time.
        number = response.headers.get("X-Request-ID", "").encode()
        body = body.replace(number, b"") if number else body
        if b"<feed" in body and b"<entry>" not in body:
            body = CLOCK.sub(b"", body)
        kind, location = response.headers.get("Content-Type", ""), response.headers.get("Location", "")
        return Answer(response.status_code, kind, location, hashlib.sha256(body).digest()), body

    def addresses(self, sample: int | None = None) -> Iterator[tuple[str, Answer]]:
        """Every address of the sitemap, whatever those pages lead to, and what is public besides; each with its answer.

        ``sample``: so many of the sitemap alone, evenly spread.
        """
        listed = [self._path(location) for location in self._sitemap()]
        if sample is not None and sample < len(listed):
            listed = [listed[number * len(listed) // sample] for number in range(sample)]
        today = timezone.localdate().isoformat()
        besides = [*BESIDES, *(f"{path}?as_of={today}" for path in listed[:: max(1, len(listed) // 50)])]
        besides += Redirect.objects.order_by("pk").values_list("old_path", flat=True)[: sample or None]
        seen = set(listed)
        for path in listed:
            answer, body = self.ask(path)
            yield path, answer
            if answer.kind.startswith("text/html"):
                besides += self._links(path, body)
        for path in besides:
            if path not in seen:
                seen.add(path)
                yield path, self.ask(path)[0]

    def _sitemap(self, path: str = "/sitemap.xml") -> Iterator[str]:
        """Every address that is listed, in a large site's further files as well."""
        answer, body = self.ask(path)
        if answer.status != 200:
            return
        listing = ET.fromstring(body)  # noqa: S314 - our own
        for element in listing.iter(LOCATION):
            if listing.tag == INDEX:
                yield from self._sitemap(self._path(element.text or ""))
            else:
                yield element.text or ""

    def _path(self, address: str) -> str:
        parts = urlsplit(address)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _links(self, page: str, body: bytes) -> Iterator[str]:
        """Where a page leads within the site, its pictures included."""
        found = _Links()
        found.feed(body.decode(errors="replace"))
        for link in found.links:
            address = urldefrag(urljoin(self.origin + page, link)).url
            path = self._path(address)
            if address.startswith(f"{self.origin}/") and not path.startswith(NOT_COMPARED):
                yield path


@dataclass
class _Links(HTMLParser):
    links: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name in {"href", "src"} and value:
                self.links[value] = None


def differing(reader: Reader, answers: Iterable[tuple[str, Answer]]) -> list[str]:
    """The addresses that are answered otherwise here than there."""
    return [path for path, answer in answers if reader.ask(path)[0] != answer]


def describe(path: str, here: tuple[Answer, bytes], there: tuple[Answer, bytes]) -> Difference | None:
    """What differs, in a line; None where nothing does."""
    (one, text), (other, other_text) = here, there
    if one == other:
        return None
    for name, was, is_now in (
        ("status", one.status, other.status),
        ("type", one.kind, other.kind),
        ("redirect", one.location, other.location),
    ):
        if was != is_now:
            return Difference(path, f"{name} was {was or 'none'}, restored it is {is_now or 'none'}")
    if not one.kind.startswith(("text/", "application/json", "application/xml", "application/atom")):
        return Difference(path, f"{len(text):,} bytes were, {len(other_text):,} restored, and they differ")
    lines, other_lines = text.decode(errors="replace").splitlines(), other_text.decode(errors="replace").splitlines()
    for number, line in enumerate(lines):
        restored = other_lines[number] if number < len(other_lines) else ""
        if line != restored:
            return Difference(
                path, f"line {number + 1} was {line.strip()[:120]!r}, restored it is {restored.strip()[:120]!r}"
            )
    return Difference(path, f"{len(other_lines) - len(lines)} lines more when restored")
