"""One’s own account: password, second factor, time zone and sessions; and what an administrator sees of another’s."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from llamahub.accounts import audit, preferences, qr, second_factor, sessions, totp
from llamahub.accounts.forms import RenewForm, SetUpForm, TimeZoneForm, TurnOffForm
from llamahub.accounts.models import Session

from .sign_in import throttled

Context = dict[str, Any]
ISSUER = "LlamaHub"


def overview(request: HttpRequest, context: Context, form: TimeZoneForm | None = None) -> HttpResponse:
    user = cast(User, request.user)
    return TemplateResponse(
        request,
        "admin/accounts/overview.html",
        {
            **context,
            "title": "Your account",
            "factor": second_factor.of(user),
            "codes_left": _codes_left(user),
            "is_required": second_factor.is_required_of(user),
            "sessions": Session.objects.of(user),
            "this_key": request.session.session_key,
            "time_zone_form": form or TimeZoneForm(initial={"time_zone": preferences.time_zone_of(user)}),
        },
    )


def time_zone(request: HttpRequest, context: Context) -> HttpResponse:
    """Choose the zone of one’s own times; empty: the site’s."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = TimeZoneForm(request.POST)
    if not form.is_valid():
        return overview(request, context, form)
    chosen = form.cleaned_data["time_zone"]
    preferences.choose_time_zone(user=cast(User, request.user), name=chosen, request=request)
    messages.success(
        request, f"Times are those of {chosen} from now on." if chosen else "Times are the site’s from now on."
    )
    return HttpResponseRedirect(reverse("admin:account"))


def end_sessions(request: HttpRequest, context: Context) -> HttpResponse:
    """``which``: the number of a session, “others” or “all”."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    user, which = cast(User, request.user), request.POST.get("which", "")
    if which == "all":
        _end(request, user)
        logout(request)
        return HttpResponseRedirect(reverse("admin:login"))
    _end(request, user, which)
    return HttpResponseRedirect(reverse("admin:account"))


def _end(request: HttpRequest, user: User, which: str = "all") -> None:
    """Those of one account, and say so, here and in the log."""
    by = cast(User, request.user)
    number = _number(which)
    if which not in {"all", "others"} and number is None:
        messages.error(request, "This session is not one of the account’s. Choose one from the list.")
        return
    keep = request.session.session_key if which == "others" else None
    ended = sessions.end(user, number=number, except_for=keep)
    if ended:
        audit.record(
            audit.Kind.SESSION_ENDED, by=by.get_username(), about=user.get_username(), request=request, sessions=ended
        )
    messages.success(
        request, f"Ended {ended} session{'' if ended == 1 else 's'}." if ended else "It had ended already."
    )


def _number(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# --- The second factor ------------------------------------------------------------------------------------------------


def set_up(request: HttpRequest, context: Context) -> HttpResponse:
    """Shows a new secret and stores it once a code proves that the app has it. Opening the page stores nothing."""
    user = cast(User, request.user)
    if second_factor.of(user) is not None:
        return HttpResponseRedirect(reverse("admin:account"))
    form = SetUpForm(request, user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _show_codes(request, context, form.recovery_codes, is_new=True)
    secret = second_factor.accept(user, request.POST.get("offer", ""))
    signed = request.POST.get("offer", "")
    if secret is None:
        secret, signed = second_factor.offer(user)
    address = totp.uri(secret, account=user.get_username(), issuer=ISSUER)
    response = TemplateResponse(
        request,
        "admin/accounts/set_up.html",
        {
            **context,
            "title": "Set up your second factor",
            "form": form,
            "offer": signed,
            "secret": totp.text_of(secret),
            "address": address,
            "qr": qr.svg(address, label="QR code for your authenticator app; the same secret stands beside it as text"),
            "is_required": second_factor.is_required_of(user),
        },
    )
    return throttled(response, form)


def turn_off(request: HttpRequest, context: Context) -> HttpResponse:
    user = cast(User, request.user)
    if second_factor.of(user) is None:
        return HttpResponseRedirect(reverse("admin:account"))
    form = TurnOffForm(request, user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        second_factor.remove(user)
        request.session.pop(second_factor.PASSED, None)
        messages.success(request, "Your second factor is off. You sign in with your password alone.")
        return HttpResponseRedirect(reverse("admin:account"))
    more = {"title": "Turn your second factor off", "form": form, "is_required": second_factor.is_required_of(user)}
    return throttled(TemplateResponse(request, "admin/accounts/turn_off.html", {**context, **more}), form)


def recovery_codes(request: HttpRequest, context: Context) -> HttpResponse:
    user = cast(User, request.user)
    factor = second_factor.of(user)
    if factor is None:
        return HttpResponseRedirect(reverse("admin:account"))
    form = RenewForm(request, user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _show_codes(request, context, second_factor.renew_recovery_codes(request, factor), is_new=False)
    more = {"title": "New recovery codes", "form": form, "codes_left": _codes_left(user)}
    return throttled(TemplateResponse(request, "admin/accounts/renew_codes.html", {**context, **more}), form)


def _show_codes(request: HttpRequest, context: Context, codes: list[str], *, is_new: bool) -> HttpResponse:
    """This once: they are stored as hashes."""
    more = {"title": "Your recovery codes", "codes": codes, "is_new": is_new, "then": _then(request)}
    return TemplateResponse(request, "admin/accounts/codes.html", {**context, **more})


def _then(request: HttpRequest) -> str:
    """Where to go on: to the page that was asked for, if it is one of this site."""
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else reverse("admin:account")


def _codes_left(user: User) -> int:
    factor = second_factor.of(user)
    return factor.recovery_codes.filter(used_at=None).count() if factor else 0


# --- For administrators -----------------------------------------------------------------------------------------------


def of_another(request: HttpRequest, context: Context, user_id: int) -> HttpResponse:
    """The sessions and second factor of any account. ``action``: “end” with ``which``, or “reset_second_factor”."""
    if not cast(User, request.user).is_superuser:
        raise PermissionDenied
    user = get_object_or_404(User, pk=user_id)
    here = reverse("admin:auth_user_security", args=[user.pk])
    if request.method == "POST":
        match request.POST.get("action"):
            case "end":
                _end(request, user, "all" if request.POST.get("which") == "others" else request.POST.get("which", ""))
            case "reset_second_factor":
                if second_factor.reset(user):
                    messages.success(request, f"{user} signs in with the password alone now. All sessions are ended.")
                else:
                    messages.warning(request, f"{user} has no second factor.")
            case _:
                messages.error(request, "Nothing was done: choose one of the buttons.")
        return HttpResponseRedirect(here)
    return TemplateResponse(
        request,
        "admin/accounts/of_another.html",
        {
            **context,
            "title": f"Sessions and second factor of {user}",
            "account": user,
            "opts": User._meta,
            "factor": second_factor.of(user),
            "codes_left": _codes_left(user),
            "sessions": Session.objects.of(user),
        },
    )
