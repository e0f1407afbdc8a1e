"""Every address of the site: the admin, uploads, and what the two apps declare."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from . import errors, media

urlpatterns = [
    path("admin/", admin.site.urls),
    re_path(rf"^{settings.MEDIA_URL.lstrip('/')}(?P<name>.+)$", media.serve, name="media"),
    path("", include("models_catalog.urls")),
    path("", include("editorial.urls")),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
