"""“Before you use AI”."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from editorial.live_facts.reading import Reader
from editorial.models import Notice
from models_catalog import evidence
from models_catalog.together import ask
from models_catalog.views.base import public_page
from models_catalog.views.past import readable_as_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public_page
@readable_as_of
def notices(request: HttpRequest) -> HttpResponse:
    notices = Notice.objects.listed()
    ask(notices)
    reader = Reader(notices)
    evidence.attach(reader.gather(notices))
    return render(request, "editorial/notices.html", {"notices": reader.read_all(notices, prefix="slug")})
