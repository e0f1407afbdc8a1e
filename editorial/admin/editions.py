"""Editions: every version of every text, drafts to write and published ones to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from editorial import publishing
from editorial.forms import EditionForm
from editorial.models import Edition
from models_catalog.admin.base import ContentAdmin

from .articles import TEXT_FIELDS
from .standing import moment, standing_of

APPROVE = "_approve"


@admin.register(Edition)
class EditionAdmin(ContentAdmin):
    form = EditionForm
    list_display = ("title", "article", "number", "standing", "as_of", "written_by", "updated_at")
    list_filter = ("status", "article__topic", "publish_at")
    list_select_related = ("article", "created_by")
    search_fields = ("title", "standfirst", "article__slug", "body")
    search_help_text = "By title, address or text."
    date_hierarchy = "publish_at"
    ordering = ("-updated_at", "-pk")
    readonly_fields = ("article", "number", "standing", "written_by", "approved_by")
    change_form_template = "admin/editorial/edition/change_form.html"
    instead_of_deleting = "Only drafts are deleted. What readers have seen stays on record."
    fieldsets = (
        (None, {"fields": (("article", "number", "standing"), *TEXT_FIELDS)}),
        ("Who", {"fields": (("written_by", "approved_by"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("article", "created_by", "approved_by")

    @admin.display(description="standing", ordering="status")
    def standing(self, edition: Edition) -> Any:
        return standing_of(edition)

    @admin.display(description="written by", ordering="created_by")
    def written_by(self, edition: Edition) -> str:
        return str(edition.created_by) if edition.created_by else "—"

    def view_on_site(self, entry: Any) -> str | None:
        return entry.get_absolute_url() if Edition.objects.live().filter(pk=entry.pk).exists() else None

    # --- Who may do what ---------------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An edition starts from its article: the first in the article’s form, later ones as copies."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.status in Edition.OPEN)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.status in Edition.OPEN)

    # --- Steps -------------------------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if APPROVE in request.POST and not publishing.may_approve(request.user):
            raise PermissionDenied
        edition = self.get_object(request, object_id) if object_id else None
        context = {
            "may_approve": publishing.may_approve(request.user),
            "is_open": edition is not None and edition.status in Edition.OPEN,
            "is_public": edition is not None and edition.is_public,
            "may_start_draft": request.user.has_perms(("editorial.add_edition", "editorial.change_article")),
            **(extra_context or {}),
        }
        return super().changeform_view(request, object_id, form_url, context)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """After “Save and approve”: the saved draft goes to readers, in the same transaction."""
        if APPROVE not in request.POST:
            return super().response_change(request, obj)
        try:
            edition = publishing.approve(edition=obj, at=obj.publish_at, by=request.user)  # type: ignore[arg-type]
        except publishing.NotPossible as error:
            self.message_user(request, f"The draft is saved but not approved. {error.message}", messages.ERROR)
            return self._to_form(obj)
        assert edition.publish_at is not None
        words = "Readers see it now." if edition.is_public else f"Readers will see it on {moment(edition.publish_at)}."
        self.log_change(request, edition, f"Approved. {words}")
        self.message_user(request, f"Approved “{edition.title}”. {words}", messages.SUCCESS)
        return self._to_form(edition)

    def get_urls(self) -> list[URLPattern]:
        take_back = self.admin_site.admin_view(self.take_back_view)
        return [path("<path:object_id>/take-back/", take_back, name="editorial_edition_take_back"), *super().get_urls()]

    def take_back_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A scheduled edition becomes a draft again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not publishing.may_approve(request.user):
            raise PermissionDenied
        edition: Any = self.get_object(request, object_id)
        if edition is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        try:
            publishing.take_back(edition=edition, by=request.user)  # type: ignore[arg-type]
        except publishing.NotPossible as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            self.log_change(request, edition, "Taken back to draft.")
            self.message_user(
                request, "Took the edition back: it is a draft again and will not go out.", messages.SUCCESS
            )
        return self._to_form(edition)

    def _to_form(self, edition: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:editorial_edition_change", args=[edition.pk]))
