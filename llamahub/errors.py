"""The pages for what went wrong. They ask the database for nothing and tell no detail."""

import logging
import sys
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.log import log_response

from editorial.context import FOOTER, NAVIGATION
from editorial.models import HubSettings
from editorial.pictures.stores import StoreAway

from .desk.signed_out import take_in
from .logs import request_id

logger = logging.getLogger(__name__)
PAGES = {400, 403, 404, 405, 410, 413, 429, 500, 503}
RETRY_AFTER = "5"  # seconds; a database that was restarted is back by then
# Of PostgreSQL’s errors, the classes that speak of the server and not of what it was asked: no connection, nothing left
# of what it needs, being stopped.
SERVER = ("08", "53", "57P")


def error_page(status: int, template: str | None = None, **more: str) -> HttpResponse:
    context = {
        "request_id": request_id.get(),
        # The name an editor gave the hub is in the database, which may be what failed.
        "hub": HubSettings(name="LlamaHub", tagline="The reference on Meta’s Llama models"),
        "site_navigation": NAVIGATION,
        "site_footer": FOOTER,
        **more,
    }
    body: str
    try:
        body = render_to_string(template or f"errors/{status}.html", context)
    except Exception:
        # An error page must not fail, least of all because of what made it necessary.
        logger.exception("The page for status %d cannot be rendered", status)
        body = f"<!doctype html><html lang=en><title>{HTTPStatus(status).phrase}</title><h1>{HTTPStatus(status).phrase}</h1>"
    response = HttpResponse(body, status=status)
    response.headers["Cache-Control"] = "no-store"
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    too_big = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return error_page(413 if too_big else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    logger.warning("A form was refused: %s", reason)
    # Most often its writer has signed in anew in another tab. A form from elsewhere brings nothing that is kept.
    kept = take_in(request)
    return error_page(403, "errors/403_csrf.html", kept_at=kept[0].address if kept else "")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls this while it handles the exception. A database or store that does not answer is no error of ours."""
    error = sys.exception()
    response = error_page(503 if isinstance(error, OperationalError | InterfaceError | StoreAway) else 500)
    if away := _away(error):
        # What is logged here, Django does not log again with the way to it, a page of text for each request.
        said = str(error).partition("\n")[0]
        log_response(
            "%s does not answer: %s", away, said, response=response, request=request, logger=logger, level="warning"
        )
    return response


def _away(error: BaseException | None) -> str | None:
    """What does not answer; None where nobody knows why, and where it was asked for too much or at a bad moment."""
    if isinstance(error, StoreAway):
        return "The store of pictures"
    if isinstance(error, InterfaceError):
        return "The database" if "connection" in str(error) else None
    if isinstance(error, OperationalError):
        # A connection that broke has no code: nobody was there to give one.
        code = getattr(error.__cause__, "sqlstate", None)
        return "The database" if code is None or code.startswith(SERVER) else None
    return None


class ErrorPagesMiddleware:
    """Gives a page to errors that come without one: methods that are not allowed, what is gone, and the like."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or response.streaming or response.content or response.status_code not in PAGES:
            return response
        page = error_page(response.status_code)
        for name, value in response.items():
            if name != "Content-Type":
                page.headers.setdefault(name, value)
        return page
