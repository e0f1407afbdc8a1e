"""What may be kept, said once.

A page is kept for everybody, so everything must speak for it. A new header or a new habit of a view is a reason to
refuse until it is named here.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from http import HTTPStatus

from django.http import HttpResponseBase

from models_catalog.views.base import Page

# Directives that a page for everybody may have. Another one may be a restriction that we do not know.
HARMLESS = frozenset({"public", "max-age", "s-maxage", "stale-if-error", "stale-while-revalidate", "must-revalidate"})
KINDS = ("text/", "application/json", "application/xml", "application/rss+xml", "application/atom+xml",
         "application/opensearchdescription+xml")  # fmt: skip
# A response with one of these is a part, already packed, or meant for one visitor.
TELLTALE = ("set-cookie", "content-range", "content-encoding", "www-authenticate", "authentication-info")


def refusal_of(response: HttpResponseBase, page: Page | None, read: Set[str]) -> str | None:
    """As `refusal`, of what a view gave; ``read`` are the parameters that it read."""
    return refusal(
        page,
        status=response.status_code,
        headers={name.lower(): value for name, value in response.items()},
        cookies=bool(response.cookies),
        streaming=response.streaming,
        undeclared=read - page.all_parameters if page else frozenset(),
    )


def refusal(
    page: Page | None,
    *,
    status: int,
    headers: Mapping[str, str],
    cookies: bool = False,
    streaming: bool = False,
    undeclared: Set[str] = frozenset(),
) -> str | None:
    """Why a response to `Reader.as_environ` may not be kept; None if it may.

    ``headers`` by name in lower case. ``undeclared`` are parameters that the view read without declaring them.
    """
    if page is None:
        return "its view does not declare it as a page for everybody"
    if status != HTTPStatus.OK:
        return f"its status is {status}"
    if streaming:
        return "it is streamed"
    if cookies:
        return "it sets a cookie"
    for name in TELLTALE:
        if name in headers:
            return f"it has the header {name}"
    if undeclared:
        return f"its view reads what it does not declare: {', '.join(sorted(undeclared))}"
    return _cache_control(headers) or _vary(page, headers) or _kind(headers)


def _words(header: str) -> list[str]:
    return [word.strip().lower() for word in header.split(",") if word.strip()]


def _cache_control(headers: Mapping[str, str]) -> str | None:
    directives = {word.partition("=")[0].strip() for word in _words(headers.get("cache-control", ""))}
    if unknown := sorted(directives - HARMLESS):
        return f"Cache-Control says {unknown[0]}"
    if "public" not in directives:
        return "Cache-Control does not say public"
    return "it has the header pragma" if "pragma" in headers else None


def _vary(page: Page, headers: Mapping[str, str]) -> str | None:
    ours = {"accept-encoding", "accept"} if page.by_accept else {"accept-encoding"}
    if beyond := sorted(set(_words(headers.get("vary", ""))) - ours):
        return f"it varies by {beyond[0]}"
    return None


def _kind(headers: Mapping[str, str]) -> str | None:
    kind = headers.get("content-type", "").strip().lower()
    return None if kind.startswith(KINDS) else f"its type is {kind or 'not given'}"
