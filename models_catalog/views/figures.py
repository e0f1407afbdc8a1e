"""The headline numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from models_catalog.charts import context_chart
from models_catalog.models import KeyFigure, Release

from .base import public_page
from .past import readable_as_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public_page
@readable_as_of
def figures(request: HttpRequest) -> HttpResponse:
    releases = list(Release.objects.listed().newest_first().with_facts())
    context = {
        "figures": list(KeyFigure.objects.with_facts()),
        "releases": releases,
        "contexts": context_chart(releases),
    }
    return render(request, "models_catalog/figures.html", context)
