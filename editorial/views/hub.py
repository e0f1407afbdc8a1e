"""The hub page and the page about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from editorial.models import HubSettings
from editorial.prose import render as render_prose
from editorial.sections import filled_sections
from models_catalog.views.base import public_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public_page
def hub(request: HttpRequest) -> HttpResponse:
    return render(request, "editorial/hub.html", {"sections": filled_sections()})


@public_page
def about(request: HttpRequest) -> HttpResponse:
    settings = HubSettings.load()
    context = {
        "hub": settings,
        "about": render_prose(settings.about),
        "independence": render_prose(settings.independence, prefix="independence-"),
    }
    return render(request, "editorial/about.html", context)
