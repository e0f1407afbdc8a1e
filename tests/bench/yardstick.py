"""A Django page that does nothing, behind the same server: what every rate is held against on a machine of any speed.

No middleware, no template, no database: what is left is the machine, Python, Django and the server.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

BODY = b"<!doctype html><title>Nothing</title>"


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY)


urlpatterns = [path("", nothing)]
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="of no use", MIDDLEWARE=[])
application: Any = get_wsgi_application()
