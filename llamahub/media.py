"""Serves uploads when no web server in front does, and makes what is derived from pictures when it is first asked for.

Whatever a file holds, it stays a picture: the browser must not guess another type, and should one be opened as a page
of its own, it runs nothing and belongs to no origin. A web server in front may serve what is there, with the same
headers, and must pass on what is not.
"""

import logging
import mimetypes
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from django.core.exceptions import SuspiciousFileOperation
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    HttpResponseRedirect,
)
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from django.views.static import was_modified_since

from editorial.models import Image
from editorial.pictures import ADDRESS
from editorial.pictures.stores import Opened, StoreAway, store

from .errors import error_page

logger = logging.getLogger(__name__)

SHOWN: Final = {"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"}
YEAR, DAY, MINUTES = 31_536_000, 86_400, 300


@require_safe
def serve(request: HttpRequest, name: str) -> HttpResponseBase:
    try:
        return _serve(request, name)
    except StoreAway as error:
        logger.warning("%s cannot be served: %s", name, error)
        return error_page(HTTPStatus.SERVICE_UNAVAILABLE)


def _serve(request: HttpRequest, name: str) -> HttpResponseBase:
    found = _open(name)
    response: HttpResponseBase
    if found is None:
        response = _picture(name)
    else:
        file, size, modified = found
        if was_modified_since(request.headers.get("If-Modified-Since"), modified):
            kind = _kind(name)
            response = FileResponse(file, content_type=kind, as_attachment=kind not in SHOWN)
            response.headers["Content-Length"] = str(size)
        else:
            file.close()
            response = HttpResponseNotModified()
        response.headers["Last-Modified"] = http_date(modified)
    if response.status_code != 302:
        # The name of a picture’s file is never used twice. Other files may be replaced.
        forever = ADDRESS.fullmatch(name) is not None
        response.headers["Cache-Control"] = (
            f"public, max-age={YEAR}, immutable" if forever else f"public, max-age={DAY}"
        )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response


def _kind(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _open(name: str) -> Opened | None:
    """The file. Raises Http404 for names that no file can have, and StoreAway where a store does not answer."""
    try:
        return store().opened(name)
    except StoreAway:
        raise
    except (SuspiciousFileOperation, OSError, ValueError):
        # The picture’s own address is a folder to the disk.
        if not ADDRESS.fullmatch(name):
            raise Http404 from None
    return None


def _picture(name: str) -> HttpResponse:
    """A rendition that is made now, or the way to what readers get today."""
    answer = Image.objects.rendition(name)
    if answer is None:
        raise Http404
    rendition, content = answer
    if content is None:
        response: HttpResponse = HttpResponseRedirect(rendition.url)
        response.headers["Cache-Control"] = f"public, max-age={MINUTES}"
        return response
    response = HttpResponse(content, content_type=_kind(rendition.name))
    response.headers["Last-Modified"] = http_date(datetime.now(UTC).timestamp())
    return response
