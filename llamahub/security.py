"""The headers that every response carries: pages, static files, uploads, redirects and errors alike."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def policy(directives: dict[str, list[str]]) -> str:
    """A Content-Security-Policy in the header's own writing."""
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())


class SecurityHeadersMiddleware:
    """Sets what is not set: a view may tighten a header for its own response, as uploads do.

    Django's own middlewares set some of these too, but only on what passes through them; a request that one of them
    refuses, for its host say, would be answered without.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.headers = {
            "Permissions-Policy": settings.PERMISSIONS_POLICY,
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
            # Nobody embeds our pictures and files by hot-linking, and no other site reads them through the browser.
            "Cross-Origin-Resource-Policy": "same-origin",
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A view’s own policy, under the name by which Django 6.0 has its responses carry it.
        directives = getattr(response, "_csp_config", settings.SECURE_CSP)
        response.headers.setdefault("Content-Security-Policy", policy(directives))
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return response
