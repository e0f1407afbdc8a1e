"""The headline numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from models_catalog.charts import context_chart
from models_catalog.models import KeyFigure, Release
from models_catalog.together import fetch

from .base import public_page
from .past import readable_as_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# As many bars as a chart stays readable with.
CHARTED = 60


@public_page
@readable_as_of
def figures(request: HttpRequest) -> HttpResponse:
    figures, releases = KeyFigure.objects.with_facts(), Release.objects.listed().newest_first().with_facts()[:CHARTED]
    fetch(figures, releases)
    context = {"figures": figures, "releases": releases, "contexts": context_chart(list(releases))}
    return render(request, "models_catalog/figures.html", context)
