"""Signing in: a password, then a code from those who have a second factor."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from llamahub.accounts import devices, second_factor, throttle
from llamahub.accounts.forms import CodeForm, Proof, SignInForm

# In a session of nobody yet: who gave the right password, and where to go then.
PENDING = "second_factor_pending"
# Long enough to find the phone.
PENDING_AGE = 10 * 60
SALT = "llamahub.accounts.sign_in"


def throttled(response: HttpResponse, form: SignInForm | Proof | Any) -> HttpResponse:
    """The same page, and the status that says to come back later."""
    if getattr(form, "was_throttled", False):
        response.status_code = 429
        response.headers["Retry-After"] = throttle.RETRY_AFTER
    return response


class SignIn(LoginView):
    authentication_form = SignInForm
    template_name = "admin/login.html"

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")

    def form_invalid(self, form: Any) -> HttpResponse:
        return throttled(super().form_invalid(form), form)

    def form_valid(self, form: Any) -> HttpResponse:
        user: User = form.get_user()
        if second_factor.of(user) is None:
            return enter(self.request, user, self.get_success_url())
        self.request.session.flush()
        self.request.session[PENDING] = signing.dumps([user.pk, user.get_session_auth_hash()], salt=SALT)
        self.request.session["next"] = self.get_success_url()
        return HttpResponseRedirect(reverse("admin:login_code"))


def enter(request: HttpRequest, user: User, then: str) -> HttpResponse:
    """Signed in, under a new session id; this browser is known from now on."""
    if request.user.is_authenticated:
        # Django keeps the session of someone who signs in a second time.
        request.session.flush()
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    response = HttpResponseRedirect(then)
    devices.remember(request, response, user)
    return response


def pending(request: HttpRequest) -> User | None:
    """Who gave the right password in this session a moment ago, and has kept it since."""
    try:
        pk, password = signing.loads(request.session.get(PENDING, ""), salt=SALT, max_age=PENDING_AGE)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, is_active=True, is_staff=True).first()
    return user if user and constant_time_compare(user.get_session_auth_hash(), password) else None


def code(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The second step. Without the first, back to it."""
    user = pending(request)
    if user is None:
        return HttpResponseRedirect(reverse("admin:login"))
    form = CodeForm(request, user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        then = request.session.pop("next", reverse("admin:index"))
        del request.session[PENDING]
        response = enter(request, user, then)
        request.session[second_factor.PASSED] = True
        return response
    response = TemplateResponse(
        request, "admin/accounts/code.html", {**context, "form": form, "title": "Your second factor"}
    )
    return throttled(response, form)
