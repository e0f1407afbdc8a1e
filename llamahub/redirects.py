"""Sends readers of an old address to the new one, with whatever else the address asks for."""

from django.conf import settings
from django.contrib.redirects.middleware import RedirectFallbackMiddleware
from django.contrib.redirects.models import Redirect
from django.http import HttpRequest, HttpResponse


class RedirectMiddleware(RedirectFallbackMiddleware):
    """Django looks up the address with its query; ours are addresses of pages, whatever is asked of them."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        query = request.META.get("QUERY_STRING", "")
        if response.status_code != 404 or not query:
            return response
        found = Redirect.objects.filter(site_id=settings.SITE_ID, old_path=request.path).first()
        if found is None:
            return response
        if not found.new_path:
            return self.response_gone_class()
        separator = "&" if "?" in found.new_path else "?"
        return self.response_redirect_class(f"{found.new_path}{separator}{query}")
