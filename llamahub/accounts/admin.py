"""The admin of accounts, of what is asked of them, and of the record of what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join

from models_catalog.admin.base import Tolerant
from models_catalog.admin.one_row import OneRow

from .models import AuditEntry, SecondFactor, SecurityPolicy

if TYPE_CHECKING:
    DjangosUserAdmin = UserAdmin[User]
else:
    DjangosUserAdmin = UserAdmin

# What makes an account more powerful than the one that edits it.
POWER = ("is_superuser", "groups", "user_permissions")

admin.site.unregister(User)


@admin.register(User)
class HubUserAdmin(Tolerant, DjangosUserAdmin):
    """As Django’s, with groups and second factor in the list. Only administrators make administrators."""

    list_display = (
        "username", "email", "first_name", "last_name", "in_groups", "has_second_factor", "is_active", "is_staff",
        "last_login",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("second_factor").prefetch_related("groups")

    @admin.display(description="groups")
    def in_groups(self, user: User) -> str | None:
        return ", ".join(group.name for group in user.groups.all()) or None

    @admin.display(description="second factor", boolean=True)
    def has_second_factor(self, user: User) -> bool:
        return hasattr(user, "second_factor")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, *POWER)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Whoever has done something stays, switched off: the log would lose its subject."""
        deleted, counts, perms, protected = super().get_deleted_objects(objs, request)
        acted = User.objects.filter(pk__in=[user.pk for user in objs], logentry__isnull=False).distinct()
        protected = [
            *protected,
            *(f"What {user} did in the admin. Clear “active” in the account instead." for user in acted),
        ]
        return deleted, counts, perms - {str(LogEntry._meta.verbose_name)}, protected


def _may_touch(request: HttpRequest, user: Any) -> bool:
    """A right to change accounts is none to change those of administrators."""
    return user is None or not user.is_superuser or bool(request.user.is_superuser)


@admin.register(SecurityPolicy)
class SecurityPolicyAdmin(OneRow, Tolerant):
    fields = ("second_factor_for", "without_one")
    readonly_fields = ("without_one",)

    @admin.display(description="accounts without one")
    def without_one(self, policy: SecurityPolicy) -> Any:
        """Before the switch is turned, whom it will concern."""
        staff = User.objects.filter(is_staff=True, is_active=True)
        without = staff.exclude(pk__in=SecondFactor.objects.values("user")).order_by("username")
        links = format_html_join(
            ", ",
            '<a href="{}">{}</a>',
            ((reverse("admin:auth_user_change", args=[user.pk]), user.get_username()) for user in without),
        )
        return links or "None: everyone has one."


class Subject(admin.SimpleListFilter):
    """By what the entry is about."""

    title = "about"
    parameter_name = "about"
    GROUPS = {
        "sign-ins": ("signed_in", "sign_in_failed", "code_failed", "password_failed", "signed_out", "session_ended"),
        "second factors": (
            "recovery_code_used", "recovery_codes_made", "second_factor_added", "second_factor_removed",
            "policy_changed",
        ),
        "accounts and rights": (
            "account_added", "account_changed", "account_deleted", "group_added", "group_changed", "group_deleted",
            "granted", "revoked",
        ),
        "redirects": ("redirect_added", "redirect_changed", "redirect_deleted"),
        "exports": ("exported",),
    }  # fmt: skip

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in self.GROUPS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        kinds = self.GROUPS.get(self.value() or "")
        return queryset.filter(kind__in=kinds) if kinds else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(Tolerant):
    """To be read, never written. Changes of content have a record of their own: “recorded changes”."""

    list_display = ("at", "actor", "kind", "subject", "address", "what")
    list_filter = (Subject, "at")
    search_fields = ("actor", "subject", "request_id")
    search_help_text = "By account, by what it concerns, or by a request’s number from the server’s log."
    date_hierarchy = "at"
    list_per_page = 50
    ordering = ("-at", "-id")
    fields = ("at", "actor", "kind", "subject", "what", "address", "request_id")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="details")
    def what(self, entry: AuditEntry) -> Any:
        return format_html_join("; ", "{}: {}", entry.facts()) or "—"
