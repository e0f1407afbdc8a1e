"""The hub page and the page about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from editorial.live_facts import reading
from editorial.models import HubSettings
from editorial.sections import filled_sections
from models_catalog.views.base import public_page
from models_catalog.views.past import readable_as_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public_page
@readable_as_of
def hub(request: HttpRequest) -> HttpResponse:
    settings = HubSettings.load()
    context = {
        "hub": settings,
        "sections": filled_sections(),
        "independence": reading.read(settings, "independence", prefix="independence-"),
    }
    return render(request, "editorial/hub.html", context)


@public_page
@readable_as_of
def about(request: HttpRequest) -> HttpResponse:
    settings = HubSettings.load()
    context = {
        "hub": settings,
        "about": reading.read(settings, "about"),
        "independence": reading.read(settings, "independence", prefix="independence-"),
    }
    return render(request, "editorial/about.html", context)
