"""Topics and authors: what was written about something, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, render

from editorial.models import Author, Edition, Topic
from models_catalog import paging
from models_catalog.views.base import public_page
from models_catalog.views.past import readable_as_of

from .articles import list_context

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public_page(parameters=paging.PARAMETERS)
@readable_as_of
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic, slug=slug)
    context = list_context(request, Edition.objects.live().filter(article__topic=topic))
    return render(request, "editorial/topic.html", {**context, "topic": topic})


@public_page(parameters=paging.PARAMETERS)
@readable_as_of
def author(request: HttpRequest, slug: str) -> HttpResponse:
    author = get_object_or_404(Author, slug=slug)
    context = list_context(request, Edition.objects.live().filter(article__authors=author))
    return render(request, "editorial/author.html", {**context, "author": author})
