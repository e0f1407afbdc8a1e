"""The hub page and the page about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from editorial.live_facts.reading import reader_of
from editorial.models import HubSettings
from editorial.sections import hub_page
from models_catalog.views.base import public_page
from models_catalog.views.past import readable_as_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public_page
@readable_as_of
def hub(request: HttpRequest) -> HttpResponse:
    shown = hub_page()
    context = {"hub": shown.settings, "sections": shown.sections, "independence": shown.independence}
    return render(request, "editorial/hub.html", context)


@public_page
@readable_as_of
def about(request: HttpRequest) -> HttpResponse:
    settings = HubSettings.load()
    reader = reader_of([settings])
    context = {
        "hub": settings,
        "about": reader.read(settings, "about"),
        "independence": reader.read(settings, "independence", prefix="independence-"),
    }
    return render(request, "editorial/about.html", context)
