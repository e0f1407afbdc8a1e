"""“Before you use AI”."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from editorial.live_facts import reading
from editorial.models import Notice
from models_catalog.views.base import public_page
from models_catalog.views.past import readable_as_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public_page
@readable_as_of
def notices(request: HttpRequest) -> HttpResponse:
    return render(
        request, "editorial/notices.html", {"notices": reading.read_all(Notice.objects.listed(), prefix="slug")}
    )
