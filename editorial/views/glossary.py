"""The glossary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from editorial.models import GlossaryTerm
from models_catalog.views.base import public_page
from models_catalog.views.past import readable_as_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public_page
@readable_as_of
def glossary(request: HttpRequest) -> HttpResponse:
    terms = list(GlossaryTerm.objects.alphabetical().prefetch_related("see_also"))
    return render(request, "editorial/glossary.html", {"terms": terms})
