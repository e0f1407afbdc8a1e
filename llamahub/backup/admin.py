"""Exports in the admin: make one and download it, see past ones, verify them."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html_join

from llamahub.accounts.views.sign_in import throttled
from models_catalog.admin.base import Tolerant
from models_catalog.admin.one_row import OneRow

from . import keeping
from .errors import BackupError
from .forms import PasswordProof
from .models import BackupPolicy, Export, reminder

# Older ones than these are found on the disk.
SHOWN = 100


def may_export(user: Any) -> bool:
    return bool(user.has_perm("backup.make_export"))


def may_take_passwords(user: Any) -> bool:
    """A right to make exports is none to everybody’s password."""
    return may_export(user) and bool(user.is_superuser)


def reminder_for(user: Any) -> str | None:
    """What the start page says about exports, to those who can make one."""
    return reminder() if may_export(user) else None


@admin.register(Export)
class ExportAdmin(Tolerant):
    """To be made, downloaded and verified; never written by hand. The list is a page of its own."""

    fields = ("made_at", "made_by", "where", "bytes", "rows", "contents", "sha256", "with_accounts", "took",
              "verification", "verified_at", "problem")  # fmt: skip
    readonly_fields = fields

    def get_urls(self) -> list[Any]:
        inside = self.admin_site.admin_view
        return [
            path("make/", inside(self.make_view), name="backup_export_make"),
            path("<int:number>/download/", inside(self.download_view), name="backup_export_download"),
            path("<int:number>/verify/", inside(self.verify_view), name="backup_export_verify"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- Pages -------------------------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._list(request, PasswordProof(request, cast(User, request.user)))

    def make_view(self, request: HttpRequest) -> HttpResponseBase:
        """Export, then send the file. With ``with_accounts``, the password of whoever asks comes first."""
        if not may_export(request.user):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        with_accounts = "with_accounts" in request.POST
        if with_accounts:
            if not may_take_passwords(request.user):
                raise PermissionDenied
            form = PasswordProof(request, cast(User, request.user), request.POST)
            if not form.is_valid():
                return throttled(self._list(request, form), form)
        _take_time()
        try:
            kept = keeping.keep_one(by=request.user.get_username(), with_accounts=with_accounts)
        except BackupError as error:
            messages.error(request, f"No export was made. {error}")
            return HttpResponseRedirect(reverse("admin:backup_export_changelist"))
        return _as_file(request, kept.export)

    def download_view(self, request: HttpRequest, number: int) -> HttpResponseBase:
        """A past export. A page first, since a link must change nothing and the log records what leaves the site."""
        if not may_export(request.user):
            raise PermissionDenied
        export = get_object_or_404(Export, pk=number)
        if export.with_accounts and not may_take_passwords(request.user):
            raise PermissionDenied
        if export.download_path is None:
            messages.error(request, f"{export.file} is no longer in the site’s folder of exports.")
            return HttpResponseRedirect(reverse("admin:backup_export_changelist"))
        form = PasswordProof(request, cast(User, request.user), request.POST if request.method == "POST" else None)
        if request.method == "POST" and (not export.with_accounts or form.is_valid()):
            return _as_file(request, export)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Download {export.file}",
            "opts": self.opts,
            "export": export,
            "form": form,
        }
        return throttled(TemplateResponse(request, "admin/backup/download.html", context), form)

    def verify_view(self, request: HttpRequest, number: int) -> HttpResponse:
        if not may_export(request.user):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        export = get_object_or_404(Export, pk=number)
        _take_time()
        keeping.check(export)
        if export.is_sound:
            messages.success(request, f"{export.file} is sound: every byte was read and is as it was written.")
        else:
            messages.error(request, f"{export.file} is damaged. {export.problem}")
        return HttpResponseRedirect(reverse("admin:backup_export_changelist"))

    def _list(self, request: HttpRequest, form: PasswordProof) -> HttpResponse:
        exports = list(Export.objects.newest_first()[:SHOWN])
        context = {
            **self.admin_site.each_context(request),
            "title": "Exports",
            "opts": self.opts,
            "exports": exports,
            "more": max(0, Export.objects.count() - SHOWN) if len(exports) == SHOWN else 0,
            "reminder": reminder(),
            "form": form,
            "may_export": may_export(request.user),
            "may_take_passwords": may_take_passwords(request.user),
            "policy": BackupPolicy.objects.first() or BackupPolicy(),
            "may_set_policy": request.user.has_perm("backup.change_backuppolicy"),
        }
        return TemplateResponse(request, "admin/backup/exports.html", context)

    # --- Fields of one record ----------------------------------------------------------------------------------

    @admin.display(description="file")
    def where(self, export: Export) -> str:
        return str(export.path) if export.is_there else f"{export.path} (no longer there)"

    @admin.display(description="size")
    def bytes(self, export: Export) -> str:
        return f"{filesizeformat(export.size)} ({export.size:,} bytes)"

    @admin.display(description="contents")
    def contents(self, export: Export) -> Any:
        counted = sorted(export.counts.items())
        return format_html_join("; ", "{}: {}", ((name, f"{number:,}") for name, number in counted)) or "—"


def _take_time() -> None:
    """This transaction waits for the export, which has a connection of its own, for as long as that takes."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def _as_file(request: HttpRequest, export: Export) -> FileResponse:
    """The name is that of a record, the folder the site’s own: no part of the path is of the request’s choosing."""
    place = export.download_path
    if place is None:
        raise Http404
    # It is compressed already; a second time takes long and hides from the browser how much is to come.
    request.META["HTTP_ACCEPT_ENCODING"] = "identity"
    response = FileResponse(place.open("rb"), as_attachment=True, filename=export.file, content_type="application/zip")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@admin.register(BackupPolicy)
class BackupPolicyAdmin(OneRow, Tolerant):
    fields = ("warn_after_days",)
