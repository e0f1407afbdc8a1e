"""Changing one's own password. All other sessions end with the old one: a trigger sees to it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import PasswordChangeView
from django.http import HttpResponse
from django.urls import reverse_lazy

from llamahub.accounts import devices
from llamahub.accounts.forms import PasswordForm

from .sign_in import throttled


class PasswordChange(PasswordChangeView):
    form_class = PasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        # Browsers are known by the password that they signed in with.
        devices.remember(self.request, response, form.user)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        return throttled(super().form_invalid(form), form)
