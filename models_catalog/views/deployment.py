"""What it takes to run the models, and who offers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from models_catalog.models import DeploymentOption

from .base import public_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public_page
def run(request: HttpRequest) -> HttpResponse:
    options = list(DeploymentOption.objects.with_providers())
    return render(request, "models_catalog/run.html", {"options": options})
