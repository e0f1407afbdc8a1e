"""Every address of the site: the admin, uploads, and what the two apps declare."""

from django.conf import settings
from django.contrib import admin
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView

from models_catalog.views.base import public_page

from . import errors, media, sitemaps

urlpatterns = [
    path("admin/", admin.site.urls),
    # Browsers and feed readers ask for it on pages that name no icon.
    path("favicon.ico", cache_control(public=True, max_age=86400)(lambda request: redirect(static("img/favicon.png")))),
    re_path(rf"^{settings.MEDIA_URL.lstrip('/')}(?P<name>.+)$", media.serve, name="media"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.section, name="sitemap-section"),
    path(
        "robots.txt",
        public_page(TemplateView.as_view(template_name="robots.txt", content_type="text/plain"), kind="robots"),
    ),
    path("", include("models_catalog.urls")),
    path("", include("editorial.urls")),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
