"""What every page for readers has in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

P = ParamSpec("P")
M = TypeVar("M", bound=Model)

# Anybody may keep a page but asks before showing it again, so that an editor's change and a withdrawal are seen at
# once. While we are down, a cache between may show what it has.
MAX_AGE = 0
STALE_IF_ERROR = 86_400


def one_or_404(found: Iterable[M]) -> M:
    """The one row of a queryset that was fetched together with others."""
    for row in found:
        return row
    raise Http404


def public_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page that is the same for everyone: GET and HEAD only, cacheable by anybody.

    The view must not touch the session, the user or cookies: the answer would
    then vary by visitor, and a cache would hand one visitor's page to another.
    Answers other than 200 are left alone; a mistyped address is nobody's to keep.
    """

    @require_safe
    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            patch_cache_control(
                response,
                public=True,
                max_age=MAX_AGE,
                stale_if_error=STALE_IF_ERROR,
            )
        return response

    return page
