"""What every page for readers has in its template context."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.encoding import escape_uri_path
from django.utils.functional import SimpleLazyObject

from editorial.site_zone import hub_of

if TYPE_CHECKING:
    from django.http import HttpRequest

NAVIGATION = (
    ("Models", "/models/"),
    ("Licensing", "/licensing/"),
    ("Running it", "/run/"),
    ("Timeline", "/timeline/"),
    ("Articles", "/articles/"),
    ("Figures", "/figures/"),
)
FOOTER = (
    ("About", "/about/"),
    ("Before you use AI", "/notices/"),
    ("Glossary", "/glossary/"),
    ("Sources", "/sources/"),
    ("Corrections", "/corrections/"),
    ("Compare models", "/models/compare/"),
)


def site(request: HttpRequest) -> dict[str, Any]:
    """The hub’s settings (fetched only if a template prints them: never in the admin), navigation and address."""
    return {
        "hub": SimpleLazyObject(partial(hub_of, request)),
        "site_url": settings.SITE_URL.rstrip("/"),
        "page_path": escape_uri_path(request.path),
        "site_navigation": NAVIGATION,
        "site_footer": FOOTER,
    }
