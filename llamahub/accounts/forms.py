"""The forms of signing in and of one’s own account. Each checks a secret through `throttle`, and none says what was wrong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from models_catalog import zones

from . import audit, devices, second_factor, throttle, totp
from .models.audit import AuditKind

# One text for a wrong name, a wrong password, an account that is switched off and a pause: none tells of the others.
REFUSED = (
    "That did not work. Check the name and the password; capital letters matter in both. After five wrong tries, "
    "signing in pauses for 15 minutes: until then, the right password is refused as well."
)
NOT_YOURS = (
    "This is not your password. After five wrong tries, no further one counts for 15 minutes, not even the right one."
)
WRONG_CODE = (
    "This code does not fit. Each code works once: wait for the next one, and check that the clock of your phone is "
    "right. After five wrong tries, no further one counts for 15 minutes."
)
CODE_HELP = "Six digits from your authenticator app, or one of your recovery codes."


class SignInForm(AdminAuthenticationForm):
    """Name and password. ``was_throttled`` says whether they were not even looked at."""

    error_messages = {**AdminAuthenticationForm.error_messages, "invalid_login": REFUSED, "inactive": REFUSED}
    was_throttled = False

    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password:
            return self.cleaned_data
        assert self.request is not None  # the view always passes it
        account = User.objects.filter(username=name).first()
        try:
            tried = throttle.begin(self.request, account=name, device=devices.known(self.request, account))
        except throttle.TooManyTries:
            self.was_throttled = True
            raise self.get_invalid_login_error() from None
        try:
            cleaned = super().clean()
        except ValidationError:
            tried.settle()
            audit.record(
                audit.Kind.SIGN_IN_FAILED,
                # What names no account may be a password in the wrong field: it is not kept.
                by=account.get_username() if account else "unknown name",
                about=account.get_username() if account else "",
                request=self.request,
                **tried.consequence,
            )
            raise
        tried.forgive()
        return cleaned


class Proof(forms.Form):
    """Fields by which the owner of an account proves to be the one. ``was_throttled`` as above."""

    was_throttled = False

    def __init__(self, request: HttpRequest, user: User, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.request, self.user = request, user

    def prove(self, field: str, check: Any, *, purpose: str, kind: AuditKind, wrong: str) -> None:
        """Run a check that raises or returns false for what is wrong, within the limits."""
        name = self.user.get_username()
        try:
            tried = throttle.begin(
                self.request, account=name, purpose=purpose, device=devices.known(self.request, self.user)
            )
        except throttle.TooManyTries:
            self.was_throttled = True
            self.add_error(field, wrong)
            return
        if check():
            tried.forgive()
            return
        tried.settle()
        audit.record(kind, by=name, about=name, request=self.request, **tried.consequence)
        self.add_error(field, wrong)

    def prove_password(self) -> None:
        password = self.cleaned_data.get("password")
        if password:
            self.prove(
                "password",
                lambda: self.user.check_password(password),
                purpose="password",
                kind=audit.Kind.PASSWORD_FAILED,
                wrong=NOT_YOURS,
            )

    def prove_code(self) -> None:
        given = self.cleaned_data.get("code")
        if given:
            self.prove(
                "code",
                lambda: _accepts(second_factor.check, self.request, self.user, given),
                purpose="code",
                kind=audit.Kind.CODE_FAILED,
                wrong=WRONG_CODE,
            )


def _accepts(check: Any, *arguments: Any) -> bool:
    try:
        check(*arguments)
    except second_factor.WrongCode:
        return False
    return True


def code_field(label: str, help_text: str, **attributes: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=30,
        help_text=help_text,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"} | attributes
        ),
    )


def password_field() -> forms.CharField:
    return forms.CharField(
        label="Your password",
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class CodeForm(Proof):
    """The second step of signing in."""

    code = code_field("Code", CODE_HELP, autofocus=True)

    def clean(self) -> dict[str, Any]:
        self.prove_code()
        return self.cleaned_data


class SetUpForm(Proof):
    """A new secret, its owner’s password, and the code that shows the app has the secret."""

    password = password_field()
    code = code_field("Code", "The six digits that the app shows now.", inputmode="numeric")
    offer = forms.CharField(widget=forms.HiddenInput, max_length=500)
    recovery_codes: list[str]

    def clean_code(self) -> str:
        given = "".join(self.cleaned_data["code"].split())
        if not (given.isascii() and given.isdigit() and len(given) == totp.DIGITS):
            raise ValidationError(f"Enter the {totp.DIGITS} digits that the app shows.")
        return given

    def clean(self) -> dict[str, Any]:
        self.prove_password()
        code, secret = (
            self.cleaned_data.get("code"),
            second_factor.accept(self.user, self.cleaned_data.get("offer", "")),
        )
        if not secret:
            self.add_error("code", "This page was open for too long. Scan the new code below.")
        elif code and not self.errors:
            try:
                self.recovery_codes = second_factor.set_up(self.request, self.user, secret, code)
            except second_factor.WrongCode:
                self.add_error("code", WRONG_CODE)
        return self.cleaned_data


class TurnOffForm(Proof):
    """Password and code: whoever finds a browser open can do nothing with it alone."""

    password = password_field()
    code = code_field("Code", CODE_HELP)

    def clean(self) -> dict[str, Any]:
        self.prove_password()
        if not self.errors:
            # Only then, so that a mistyped password uses no code up.
            self.prove_code()
        return self.cleaned_data


class RenewForm(TurnOffForm):
    """The same proof, for new recovery codes."""


class PasswordForm(AdminPasswordChangeForm):
    """Django’s, the old password within the limits that signing in has."""

    was_throttled = False

    def __init__(self, user: User, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        proof = Proof(self.request, self.user, {})
        proof.is_valid()
        proof.fields["old_password"] = forms.CharField()
        proof.prove(
            "old_password",
            lambda: self.user.check_password(self.cleaned_data["old_password"]),
            purpose="password",
            kind=audit.Kind.PASSWORD_FAILED,
            wrong=NOT_YOURS,
        )
        self.was_throttled = proof.was_throttled
        if proof.errors:
            raise ValidationError(NOT_YOURS, code="password_incorrect")
        return str(self.cleaned_data["old_password"])


class TimeZoneForm(forms.Form):
    """In which zone an account reads and types times."""

    time_zone = forms.ChoiceField(
        label="Time zone",
        required=False,
        choices=lambda: [("", "The site’s"), *zones.choices()],
        help_text="All times in the admin are shown in it, and times that you type are meant in it.",
        error_messages={"invalid_choice": "“%(value)s” is no time zone of the list. Choose one from it."},
    )
