"""Serves uploads when no web server in front does.

Whatever a file holds, it stays a picture: the browser must not guess another type, and should one be opened as a page
of its own, it runs nothing and belongs to no origin.
"""

import mimetypes
from typing import Final

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseNotModified
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from django.views.static import was_modified_since

SHOWN: Final = {"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"}


@require_safe
def serve(request: HttpRequest, name: str) -> HttpResponseBase:
    try:
        if name.endswith("/") or not default_storage.exists(name):
            raise Http404
        modified = default_storage.get_modified_time(name).timestamp()
        file = default_storage.open(name)
    except (SuspiciousFileOperation, OSError, ValueError):
        raise Http404 from None
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response: HttpResponseBase
    if was_modified_since(request.headers.get("If-Modified-Since"), modified):
        response = FileResponse(file, content_type=kind, as_attachment=kind not in SHOWN)
    else:
        file.close()
        response = HttpResponseNotModified()
    response.headers["Last-Modified"] = http_date(modified)
    # Names are never used twice, but a file may be replaced or taken down.
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response
