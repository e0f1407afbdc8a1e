"""The admin of what Django brings: groups and redirects. Accounts are in `llamahub.accounts.admin`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# Imported first, so that they have registered what is replaced below.
import django.contrib.redirects.admin
import django.contrib.sites.admin  # noqa: F401
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.redirects.models import Redirect
from django.contrib.sites.models import Site
from django.http import HttpRequest

from models_catalog.admin.base import Tolerant

if TYPE_CHECKING:
    RedirectModelForm = forms.ModelForm[Redirect]
else:
    RedirectModelForm = forms.ModelForm

# There is one site, whose address is a setting (SITE_URL): a second place to set it would be one that does nothing.
admin.site.unregister(Site)
admin.site.unregister(Redirect)


class RedirectForm(RedirectModelForm):
    class Meta:
        model = Redirect
        fields = ("old_path", "new_path")
        help_texts = {
            "old_path": "From the first slash on, without the domain: “/models/llama-4/”.",
            "new_path": "Where readers are sent for good. Empty: they are told that the page is gone.",
        }

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        old, new = data.get("old_path"), data.get("new_path")
        if old and not old.startswith("/"):
            self.add_error("old_path", "Begin with a slash: only addresses of this site are redirected.")
        if old and old == new:
            self.add_error("new_path", "This sends readers in a circle. Enter another address, or leave it empty.")
        if new and (new.startswith("//") or not new.startswith(("/", "https://"))):
            self.add_error("new_path", "Begin with a slash for a page of this site, or with https:// for another.")
        others = Redirect.objects.filter(site_id=settings.SITE_ID, old_path=old).exclude(pk=self.instance.pk)
        if old and others.exists():
            self.add_error("old_path", "This address is redirected already. Edit that redirect instead.")
        return data


@admin.register(Redirect)
class RedirectAdmin(Tolerant):
    form = RedirectForm
    list_display = ("old_path", "new_path")
    search_fields = ("old_path", "new_path")
    search_help_text = "By old or new address."

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.site_id = settings.SITE_ID
        super().save_model(request, obj, form, change)
