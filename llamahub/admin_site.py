"""Django’s admin, its start page arranged by what people come to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from models_catalog.history.attribution import attributed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Takes the request, the context that every page of the admin has, and what the address holds.
AccountView = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Room:
    """A group on the start page: plain name, and the kinds of entry kept there."""

    key: str
    name: str
    models: tuple[str, ...]


ROOMS = (
    Room(
        "family", "Facts: the family", ("models_catalog.Release", "models_catalog.Variant", "models_catalog.KeyFigure")
    ),
    Room("timeline", "Facts: timeline", ("models_catalog.TimelineEvent",)),
    Room(
        "licensing",
        "Facts: licensing",
        ("models_catalog.License", "models_catalog.UseCase", "models_catalog.LicenseRule"),
    ),
    Room(
        "running",
        "Facts: running the models",
        (
            "models_catalog.DeploymentOption",
            "models_catalog.Provider",
            "models_catalog.Machine",
            "models_catalog.PublishedMemory",
        ),
    ),
    Room(
        "evidence",
        "Facts: evidence",
        (
            "models_catalog.Source",
            "models_catalog.Citation",
            "models_catalog.Correction",
            "models_catalog.RecordedChange",
            "models_catalog.CheckInterval",
        ),
    ),
    Room("articles", "Newsroom: articles", ("editorial.Article", "editorial.Edition", "editorial.Topic")),
    Room("hub", "Newsroom: hub page", ("editorial.HubSettings", "editorial.HubSection", "editorial.Persona")),
    Room(
        "reference",
        "Newsroom: glossary and notices",
        ("editorial.GlossaryTerm", "editorial.Notice", "editorial.HelpLine"),
    ),
    Room(
        "house",
        "House",
        (
            "editorial.StyleRule",
            "editorial.Author",
            "editorial.Image",
            "redirects.Redirect",
        ),
    ),
    Room(
        "people",
        "House: people and security",
        ("auth.User", "auth.Group", "accounts.AuditEntry", "accounts.SecurityPolicy"),
    ),
    Room("exports", "House: exports", ("backup.Export", "backup.BackupPolicy")),
)


class HubAdminSite(admin.AdminSite):
    site_header = "LlamaHub newsroom"
    site_title = "LlamaHub"
    index_title = "What to work on"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """By room rather than by app. What no room claims comes last, so that nothing hides."""
        apps: dict[str, Any] = self._build_app_dict(request, app_label)
        if app_label:
            return super().get_app_list(request, app_label)
        models = {entry["model"]._meta.label: entry for app in apps.values() for entry in app["models"]}
        start = reverse("admin:index", current_app=self.name)
        rooms = [
            self._room(start, room.key, room.name, [models.pop(label) for label in room.models if label in models])
            for room in ROOMS
        ]
        rooms.append(self._room(start, "other", "Other", list(models.values())))
        return [room for room in rooms if room["models"]]

    @staticmethod
    def _room(start: str, key: str, name: str, models: list[Any]) -> dict[str, Any]:
        return {
            "name": name,
            "app_label": key,
            "app_url": f"{start}#{key}",
            "has_module_perms": True,
            "models": models,
        }

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Whatever a page of the admin changes is signed with the account that asked for it, and why if it said so."""

        return super().admin_view(self._signed(view), cacheable)

    @staticmethod
    def _signed(view: Any) -> Any:
        @wraps(view)
        def signed(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method != "POST" or not request.user.is_authenticated:
                return view(request, *args, **kwargs)
            with attributed(
                who=request.user.get_username(),
                why=request.POST.get("change_reason", ""),
                correction="is_correction" in request.POST,
            ):
                response = view(request, *args, **kwargs)
                _record_export(request, response)
                return response

        return signed

    # --- Accounts: see llamahub.accounts. Imported where used, because the site is made before the models are ready. ---

    def get_urls(self) -> list[Any]:
        from llamahub.accounts.views import account, sign_in

        inside, setting_up = self._account_page, partial(self._account_page, may_lack_second_factor=True)
        return [
            # In place of Django’s, which sends people to the host in a table that nobody keeps (see SITE_URL).
            path("r/<path:content_type_id>/<path:object_id>/", self.admin_view(self.see_on_site), name="view_on_site"),
            path("facts/", self.admin_view(self.facts_view), name="facts"),
            path("content-check/", self.admin_view(self.content_check_view), name="content-check"),
            path("login/code/", self._before_signing_in(sign_in.code), name="login_code"),
            path("account/", inside(account.overview), name="account"),
            path("account/sessions/end/", inside(account.end_sessions), name="end_sessions"),
            path("account/second-factor/", setting_up(account.set_up), name="second_factor_set_up"),
            path("account/second-factor/turn-off/", inside(account.turn_off), name="second_factor_turn_off"),
            path("account/second-factor/recovery-codes/", inside(account.recovery_codes), name="recovery_codes"),
            path("auth/user/<int:user_id>/security/", inside(account.of_another), name="auth_user_security"),
            *super().get_urls(),
        ]

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff; and with a second factor those who have one, or of whom the site requires it. Asked for every page."""
        from llamahub.accounts.second_factor import is_missing

        if not super().has_permission(request):
            return False
        return not is_missing(request) or request.path == reverse("admin:logout", current_app=self.name)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Those who may see no page yet, be it for want of a second factor, are shown no way to one."""
        context = super().each_context(request)
        if not context["has_permission"]:
            context |= {"is_nav_sidebar_enabled": False, "available_apps": []}
        return context

    @method_decorator(never_cache)
    @method_decorator(sensitive_post_parameters())
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        from llamahub.accounts import second_factor
        from llamahub.accounts.views.sign_in import SignIn

        start = reverse("admin:index", current_app=self.name)
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(start)
        if (
            request.method == "GET"
            and super().has_permission(request)
            and second_factor.of(cast("User", request.user)) is None
        ):
            # Signed in, but the site wants a second factor that is not set up yet.
            wanted = urlencode({REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME, start)})
            return HttpResponseRedirect(f"{reverse('admin:second_factor_set_up', current_app=self.name)}?{wanted}")
        context = {
            **self.each_context(request),
            "title": "Sign in",
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **(extra_context or {}),
        }
        if REDIRECT_FIELD_NAME not in request.GET and REDIRECT_FIELD_NAME not in request.POST:
            context[REDIRECT_FIELD_NAME] = start
        return cast(HttpResponse, SignIn.as_view(extra_context=context)(request))

    @method_decorator(sensitive_post_parameters())
    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from llamahub.accounts.views.password import PasswordChange

        context = {**self.each_context(request), **(extra_context or {})}
        return cast(TemplateResponse, PasswordChange.as_view(extra_context=context)(request))

    def _account_page(self, view: AccountView, *, may_lack_second_factor: bool = False) -> Any:
        """A page for those who are signed in, in the frame of the admin."""

        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, self.each_context(request), *args, **kwargs)

        shown = sensitive_post_parameters()(page)
        if not may_lack_second_factor:
            return self.admin_view(shown)
        signed = never_cache(csrf_protect(self._signed(shown)))

        from django.contrib.auth.views import redirect_to_login

        @wraps(signed)
        def setting_up(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not super(HubAdminSite, self).has_permission(request):
                return redirect_to_login(request.get_full_path(), reverse("admin:login", current_app=self.name))
            return signed(request, *args, **kwargs)

        return setting_up

    def _before_signing_in(self, view: AccountView) -> Any:
        def page(request: HttpRequest) -> HttpResponse:
            return view(request, self.each_context(request))

        return never_cache(csrf_protect(sensitive_post_parameters()(page)))

    # The views are imported when they are asked for, because the site is made before the models are ready.

    def see_on_site(self, request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
        """The readers’ page of an entry."""
        from django.contrib.contenttypes.models import ContentType

        try:
            model = ContentType.objects.get_for_id(int(content_type_id)).model_class()
            entry: Any = model._default_manager.get(pk=object_id) if model else None
            return HttpResponseRedirect(entry.get_absolute_url())
        except (ObjectDoesNotExist, AttributeError, ValueError, OverflowError, DataError, ValidationError):
            raise Http404("There is no such entry, or it has no page.") from None

    def facts_view(self, request: HttpRequest) -> HttpResponse:
        from editorial.admin.facts import facts_view

        return facts_view(request, self)

    def content_check_view(self, request: HttpRequest) -> HttpResponse:
        from editorial.admin.content_check import content_check_view

        return content_check_view(request, self)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        # Here, because the site is made before the models are ready.
        from editorial.admin.content_check import may_check
        from editorial.admin.needs_doing import panels
        from llamahub.backup.admin import reminder_for

        context = {
            "panels": list(panels(request.user)),
            "may_check_content": may_check(request.user),
            "backup_reminder": reminder_for(request.user),
        }
        return super().index(request, {**context, **(extra_context or {})})


def _record_export(request: HttpRequest, response: HttpResponse) -> None:
    """What a form takes out of the admin as a file. (A link must change nothing, the log included.)"""
    from llamahub.accounts import audit

    kind, _, name = response.headers.get("Content-Disposition", "").partition("; filename=")
    if kind == "attachment":
        audit.record(audit.Kind.EXPORTED, by=request.user.get_username(), about=name.strip('"'), request=request)
