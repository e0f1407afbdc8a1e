"""Turns away at the door what no page of ours can mean, so that nothing behind it needs to think of it.

PostgreSQL cannot store the character NUL, nor half of a UTF-16 pair; Django leaves both in place in several ways. And
a query that is not UTF-8 would be read with replacement characters, as a question that nobody asked.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.utils.http import parse_header_parameters

from .bodies import REFUSED

# How Django hands on the bytes of a path that are not UTF-8.
BROKEN = re.compile("%[89A-F][0-9A-F]")
METHODS = ("GET", "HEAD", "OPTIONS", "POST")


class EdgeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if refused := request.META.get(REFUSED):
            return HttpResponse(status=refused)  # `errors` gives it its page
        if "\0" in request.path_info or BROKEN.search(request.path_info):
            raise BadRequest("The path is not text.")
        _check_text(unquote_to_bytes(request.META.get("QUERY_STRING", "").replace("+", " ")), "query")
        _check_charset(request)
        # A quoted cookie may hold any character as \ooo. Most requests have no cookie, and no cookie of ours has that.
        if "\\" in request.META.get("HTTP_COOKIE", ""):
            for value in request.COOKIES.values():
                _check_text(value, "cookie")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        """Reads a form as soon as it is known that a view wants it; the CSRF check reads it next in any case."""
        if request.method == "POST":
            try:
                fields = request.POST
            except UnreadablePostError as error:  # the sender went away
                raise BadRequest("The form ended early.") from error
            for name, values in fields.lists():
                for text in (name, *values):
                    _check_text(text, "form")


def _check_text(text: str | bytes, where: str) -> None:
    try:
        text = text.decode() if isinstance(text, bytes) else text
        text.encode()
    except UnicodeError:
        raise BadRequest(f"The {where} is not UTF-8.") from None
    if "\0" in text:
        raise BadRequest(f"The {where} has a NUL character.")


def _check_charset(request: HttpRequest) -> None:
    if (request.content_params or {}).get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise BadRequest("The request is not in UTF-8.")


class EdgeRequest(WSGIRequest):
    """Is UTF-8, whatever it says.

    Django decodes the query and a form by any codec that the ``Content-Type`` names, and fails on some of them (and on
    a malformed header) before any of its own error handling is in place.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except Exception:  # whatever the parser of mail headers meets
            self.content_type, self.content_params = "", {"charset": "unreadable"}


class EdgeHandler(WSGIHandler):
    request_class = EdgeRequest
