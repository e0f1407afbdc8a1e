"""Which page a request asks for: its key in the store, or None where Django is to answer.

Only an address counts. What else a visitor sends neither tells pages apart nor reaches the view that makes one: it is
given a request of our own making (`as_environ`), with nothing in it but the key.
"""

from __future__ import annotations

import io
import sys
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from models_catalog.views.base import Page, declared

Environ = dict[str, Any]

# Longer questions are for the view to judge.
LONGEST_QUERY = 500
MOST_PARAMETERS = 20
# Remembered answers to what hardly differs between visitors; forgotten all at once when someone makes it differ.
MOST_REMEMBERED = 1000
SAFE_METHODS = frozenset({"GET", "HEAD"})


class Key(NamedTuple):
    host: str
    path: str
    query: str


class Reader:
    """Reads requests by the settings of the site."""

    def __init__(self) -> None:
        self.site = site = urlsplit(settings.SITE_URL).hostname or ""
        # Those with a wildcard have no end of names: their pages are made each time.
        self.hosts = {host.lower() for host in (*settings.ALLOWED_HOSTS, site) if host and host[0] not in ".*"}
        self.cookies = (
            settings.SESSION_COOKIE_NAME,
            settings.CSRF_COOKIE_NAME,
            settings.DEVICE_COOKIE_NAME,
            "messages",  # where Django keeps messages when there is no session
        )
        self.needs_https = bool(settings.SECURE_SSL_REDIRECT)
        self.proxy_header, self.proxy_value = settings.SECURE_PROXY_SSL_HEADER or ("", "")
        self._keys: dict[tuple[str, str], tuple[Key, Page | None]] = {}
        self._pages: dict[str, Page | None] = {}

    def key(self, environ: Environ) -> Key | None:
        if (
            environ["REQUEST_METHOD"] not in SAFE_METHODS
            # Whoever signs in sees the site as it is, not as it is kept.
            or "HTTP_AUTHORIZATION" in environ
            # Not what a reader sends; `edge` judges it.
            or environ.get("CONTENT_TYPE")
            or environ.get("SCRIPT_NAME")
        ):
            return None
        if (cookies := environ.get("HTTP_COOKIE")) and not self.are_foreign(cookies):
            return None
        named = environ.get("HTTP_HOST", ""), environ["PATH_INFO"]
        key, page = self._keys.get(named) or self._remember(*named)
        if (
            page is None
            or (self.needs_https and not self.is_secure(environ))
            or (page.by_accept and not environ.get("HTTP_ACCEPT", "").startswith("text/html"))
        ):
            return None
        if not (query := environ.get("QUERY_STRING")):
            return key
        canonical = canonical_query(query, page)
        return None if canonical is None else key._replace(query=canonical)

    def _remember(self, named: str, path: str) -> tuple[Key, Page | None]:
        """The key of an address without its parameters, and what its view declares: nothing if the host is not ours."""
        if len(self._keys) >= MOST_REMEMBERED:
            self._keys.clear()
        host = self.host(named)
        self._keys[named, path] = found = Key(host or "", path, ""), self.page(path) if host else None
        return found

    def is_for_everybody(self, environ: Environ) -> bool:
        """Whether a page is asked for that is the same for everyone, by somebody who need not see a change at once."""
        return (
            environ["REQUEST_METHOD"] in SAFE_METHODS
            and "HTTP_AUTHORIZATION" not in environ
            and self.are_foreign(environ.get("HTTP_COOKIE", ""))
            and self.page(environ["PATH_INFO"]) is not None
        )

    def are_foreign(self, cookies: str) -> bool:
        """None of them is ours: some service between us and the reader put them there, and no page reads them."""
        return "\\" not in cookies and not any(name in cookies for name in self.cookies)

    def host(self, named: str) -> str | None:
        """The host without its port, if it is one of the site’s."""
        name, _, port = named.lower().rpartition(":")
        found = name if port.isdecimal() and name else named.lower()
        return found if found in self.hosts else None

    def is_secure(self, environ: Environ) -> bool:
        """As Django sees it."""
        if self.proxy_header and self.proxy_header in environ:
            return environ[self.proxy_header].split(",", 1)[0].strip() == self.proxy_value
        return environ.get("wsgi.url_scheme") == "https"

    def page(self, path: str) -> Page | None:
        """What the view at an address declares."""
        try:
            return self._pages[path]
        except KeyError:
            if len(self._pages) >= MOST_REMEMBERED:
                self._pages.clear()
            found = None
            if path.isascii() and path.isprintable():
                try:
                    found = declared(resolve(path).func)
                except Resolver404:
                    pass
            self._pages[path] = found
            return found

    def as_environ(self, key: Key) -> Environ:
        """The request from which a page is made for everybody."""
        environ: Environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": key.path,
            "QUERY_STRING": key.query,
            "SERVER_NAME": key.host,
            "SERVER_PORT": "443" if self.needs_https else "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": key.host,
            "HTTP_ACCEPT": "text/html,*/*",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if self.needs_https else "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        if self.proxy_header and self.needs_https:
            environ[self.proxy_header] = self.proxy_value
        return environ


def is_question(key: Key, page: Page) -> bool:
    """Whether it is asked with something that readers make up."""
    return any(name in page.questions for name, _ in parse_qsl(key.query, keep_blank_values=True))


def canonical_query(query: str, page: Page) -> str | None:
    """The declared parameters alone, by name; None if the question is not to be kept, or is no text."""
    if len(query) > LONGEST_QUERY:
        return None
    try:
        # Surrogates and Latin-1 that is no UTF-8 stop here, and `edge` says so to the visitor.
        pairs = parse_qsl(
            query, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError:
        return None
    if "\0" in query or "%00" in query or not query.isascii():
        return None
    kept = []
    for name, value in pairs:
        if name in page.never_kept_with:
            return None
        if name in page.parameters or name in page.questions:
            kept.append((name, value))
    kept.sort(key=lambda pair: pair[0])  # stable: the order of values of one name may matter
    return urlencode(kept)
