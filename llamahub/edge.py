"""Turns away at the door what no page of ours can mean, so that nothing behind it needs to think of it.

PostgreSQL cannot store the character NUL, nor half of a UTF-16 pair; Django leaves both in place in several ways. And
a query that is not UTF-8 would be read with replacement characters, as a question that nobody asked.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError

METHODS = ("GET", "HEAD", "OPTIONS", "POST")


class EdgeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        _check_text(_path(request), "path")
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


def _path(request: HttpRequest) -> bytes:
    if isinstance(request, WSGIRequest):
        return request.environ["PATH_INFO"].encode("latin-1")  # bytes in the guise of Latin-1, says WSGI
    return request.path_info.encode()


def _check_text(text: str | bytes, where: str) -> None:
    try:
        text = text.decode() if isinstance(text, bytes) else text
        text.encode()
    except UnicodeError:
        raise BadRequest(f"The {where} is not UTF-8.") from None
    if "\0" in text:
        raise BadRequest(f"The {where} has a NUL character.")


def _check_charset(request: HttpRequest) -> None:
    """Django would decode the query and a form by whatever codec the request names."""
    charset = (request.content_params or {}).get("charset", "utf-8")
    if charset.lower() not in {"utf-8", "utf8"}:
        raise BadRequest("The request is not in UTF-8.")
