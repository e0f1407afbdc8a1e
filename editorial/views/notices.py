"""“Before you use AI”."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from editorial.models import Notice
from models_catalog.views.base import public_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public_page
def notices(request: HttpRequest) -> HttpResponse:
    return render(request, "editorial/notices.html", {"notices": list(Notice.objects.listed())})
