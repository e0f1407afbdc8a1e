"""In which zone a page writes its times: the site’s for readers, their own for those who are signed in to the admin."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from editorial.site_zone import hub_of
from models_catalog.zones import LazyZone, living_in

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def _sites(request: HttpRequest) -> str:
    return hub_of(request).time_zone


def _editors(request: HttpRequest, user: User) -> str:
    from llamahub.accounts.models import Preferences

    chosen = Preferences.objects.filter(user=user).values_list("time_zone", flat=True).first()
    return chosen or _sites(request)


class SiteZoneMiddleware:
    """The site’s zone for the whole of a request, looked up only if a time is written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with living_in(LazyZone(partial(_sites, request))):
            return self.get_response(request)


def follow_editor(request: HttpRequest) -> None:
    """From here on, and while the page is rendered, times are those of whoever is signed in."""
    if request.user.is_authenticated:
        timezone.activate(LazyZone(partial(_editors, request, request.user)))
