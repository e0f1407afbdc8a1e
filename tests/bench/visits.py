"""What a reader’s first visit to each kind of page fetches: requests and bytes, packed as a browser takes them.

A page is read as a browser reads it: its style sheets, scripts, pictures and icon, what these import, and the fonts
they name. The server is asked for each once.
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from tests.pages import PAGES

from . import record

LOADED = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}
IN_CSS = re.compile(r"""(?:@import\s+|url\()\s*(?:url\()?["']?([^"')\s]+)""")
IN_SCRIPT = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.{0,2}/[^"']+)["']""")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and LOADED & set(given.get("rel", "").split()):
            # Of several icons a browser takes one; the first is drawn at any size.
            is_second_icon = given["rel"] == "icon" and any(link.endswith(".svg") for link in self.links)
            self.links += [] if is_second_icon else [given["href"]]
        elif tag in {"script", "img"} and given.get("src"):
            self.links.append(given["src"])


def visit(origin: str, path: str, seen: dict[str, tuple[int, list[str]]]) -> tuple[int, int]:
    """Requests and bytes. ``seen`` holds what was fetched for another page, so that it is asked for once a run."""
    waiting, done, total = [urljoin(origin, path)], set[str](), 0
    while waiting:
        url = waiting.pop()
        if url in done or urlsplit(url).netloc != urlsplit(origin).netloc:
            continue
        done.add(url)
        if url not in seen:
            seen[url] = _fetch(url)
        size, links = seen[url]
        total += size
        waiting += links
    return len(done), total


def _fetch(url: str) -> tuple[int, list[str]]:
    """The bytes that were sent, and what they make a browser fetch."""
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept-Encoding": "br, gzip"})) as response:
        packed: bytes = response.read()
        encoding, kind = response.headers.get("Content-Encoding", ""), response.headers.get_content_type()
    text = _unpacked(packed, encoding).decode(errors="replace")
    return len(packed), [
        urldefrag(urljoin(url, link)).url for link in _links(kind, text) if not link.startswith("data:")
    ]


def _unpacked(packed: bytes, encoding: str) -> bytes:
    import gzip

    import brotli

    if encoding == "br":
        plain: bytes = brotli.decompress(packed)
        return plain
    return gzip.decompress(packed) if encoding == "gzip" else packed


def _links(kind: str, text: str) -> Iterator[str]:
    if kind == "text/html":
        page = _Page()
        page.feed(text)
        yield from page.links
    elif kind == "text/css":
        yield from IN_CSS.findall(text)
    elif "javascript" in kind:
        yield from IN_SCRIPT.findall(text)


def report(port: int) -> None:
    print(f"\n{'a first visit':<26}{'requests':>10}{'kilobytes':>11}")
    seen: dict[str, tuple[int, list[str]]] = {}
    found = {name: visit(f"http://127.0.0.1:{port}", path, seen) for name, path in PAGES.items()}
    for name, (requests, size) in found.items():
        print(f"{name:<26}{requests:>10}{size / 1000:>11.1f}")
    record.note("requests", {name: requests for name, (requests, _) in found.items()})
    record.note("kilobytes", {name: size / 1000 for name, (_, size) in found.items()})
