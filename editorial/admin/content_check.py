"""“Content check”: what ``manage.py check_content`` finds, with links to the places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.admin.sites import AdminSite
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.utils import timezone

from editorial.content_check.findings import Finding, Level
from editorial.content_check.site import check_site
from models_catalog.models import RecordedChange

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

# Of each kind: who has more to do than this begins at the top.
SHOWN = 200
# Seconds. What no record tells of (a redirect, an edition whose time comes) shows after this long at the latest.
KEPT = 10 * 60


def may_check(user: User | AnonymousUser) -> bool:
    """The report quotes texts that readers do not see yet, and names facts: for those who may see both."""
    return user.has_perms(("editorial.view_edition", "models_catalog.view_citation"))


@dataclass(frozen=True)
class Summary:
    """How much is wrong, and the worst of it."""

    errors: int
    warnings: int
    worst: tuple[Finding, ...]


def summary(count: int) -> Summary:
    """From the cache while nothing was changed: a check of everything takes longer than a page may."""
    newest = RecordedChange.objects.newest_first().values_list("pk", flat=True).first()
    key = f"content-check:{newest}:{timezone.localdate().isoformat()}:{count}"
    found: Summary | None = cache.get(key)
    if found is None:
        report = check_site()
        worst = sorted(report.findings, key=lambda finding: finding.level != Level.ERROR)[:count]
        found = Summary(report.count(Level.ERROR), report.count(Level.WARNING), tuple(worst))
        cache.set(key, found, KEPT)
    return found


def content_check_view(request: HttpRequest, site: AdminSite) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not may_check(request.user):
        raise PermissionDenied
    report = check_site()
    context = {
        **site.each_context(request),
        "title": "Content check",
        "errors": report.count(Level.ERROR),
        "warnings": report.count(Level.WARNING),
        "checked": sum(report.checked.values()),
        "groups": [
            {"title": code.label, "code": code.value, "findings": found[:SHOWN], "more": max(0, len(found) - SHOWN)}
            for code, found in report.by_code().items()
        ],
    }
    return TemplateResponse(request, "admin/content_check.html", context)
