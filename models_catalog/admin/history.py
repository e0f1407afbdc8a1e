"""The record of every change: to be read, never written."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator, capfirst

from models_catalog import zones
from models_catalog.conflicts import versions_of, written
from models_catalog.history import attributed, undo
from models_catalog.history.record import recorded_models
from models_catalog.history.undo import may_be_undone
from models_catalog.models import RecordedChange

from .base import Tolerant
from .conflicts import refuse_if_changed
from .refusals import refusal

LONG = 300
LINKS = "links"


class ChangedKind(admin.SimpleListFilter):
    """By the kind of entry that changed."""

    title = "kind of entry"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = [
            (model._meta.db_table, capfirst(str(model._meta.verbose_name)))
            for model in recorded_models()
            if not model._meta.auto_created
        ]
        return [*sorted(kinds, key=lambda kind: kind[1]), (LINKS, "Links between entries")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        if self.value() == LINKS:
            return queryset.links()
        return queryset.filter(table=self.value()) if self.value() in dict(self.lookup_choices) else queryset


@admin.register(RecordedChange)
class RecordedChangeAdmin(Tolerant):
    list_display = ("at", "actor", "kind", "entry_name", "action", "fields_changed", "reason", "is_correction")
    list_filter = ("action", "is_correction", ChangedKind, "at")
    search_fields = ("actor", "reason")
    search_help_text = "By account or reason."
    date_hierarchy = "at"
    list_per_page = 50
    ordering = ("-at", "-id")
    fields = ("at", "actor", "reason", "is_correction", "kind", "entry_name", "action", "difference")
    readonly_fields = fields
    change_form_template = "admin/models_catalog/recordedchange/change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        undo_view = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", undo_view, name="models_catalog_recordedchange_undo"), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        change = self.get_object(request, object_id) if object_id else None
        context: dict[str, Any] = {"may_undo": False}
        if change is not None and self._may_undo(request, change):
            context["may_undo"] = True
            context["seen"] = written(versions_of([change.model(pk=change.row_id)]))
        context |= extra_context or {}
        return super().changeform_view(request, object_id, form_url, context)

    def _may_undo(self, request: HttpRequest, change: Any) -> bool:
        """Whoever may change the entry may change it back."""
        if not may_be_undone(change) or change.model not in self.admin_site._registry:
            return False
        entry = change.model._default_manager.filter(pk=change.row_id).first()
        return entry is not None and self.admin_site._registry[change.model].has_change_permission(request, entry)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new change that gives the entry its old values."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        change: Any = self.get_object(request, str(pk))
        if change is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))  # type: ignore[attr-defined]
        if not self._may_undo(request, change):
            raise PermissionDenied
        # Readers see the reason, wherever they are.
        when = zones.written(change.at, UTC)
        try:
            with transaction.atomic(), attributed(who=request.user.get_username(), why=f"Undoes the change of {when}."):
                entry = undo(change, check=lambda entry: refuse_if_changed(request, [entry]))
        except ValidationError as error:
            self.message_user(request, f"Nothing was changed. {' '.join(error.messages)}", messages.ERROR)
            return HttpResponseRedirect(reverse("admin:models_catalog_recordedchange_change", args=[pk]))
        except IntegrityError as error:
            self.message_user(request, f"Nothing was changed. {refusal(error)[1]}", messages.ERROR)
            return HttpResponseRedirect(reverse("admin:models_catalog_recordedchange_change", args=[pk]))
        self.message_user(request, f"“{entry}” has the values again that it had before.", messages.SUCCESS)
        label = change.model._meta.label_lower.replace(".", "_")
        return HttpResponseRedirect(reverse(f"admin:{label}_history", args=[entry.pk]))

    @admin.display(description="kind", ordering="table")
    def kind(self, change: RecordedChange) -> str:
        if change.model is None:
            return change.table
        if not change.model._meta.auto_created:
            return capfirst(str(change.model._meta.verbose_name))
        ends = [field.remote_field.model for field in change.model._meta.fields if field.remote_field]
        return f"Link: {' – '.join(str(end._meta.verbose_name) for end in ends)}"

    @admin.display(description="entry")
    def entry_name(self, change: RecordedChange) -> Any:
        if change.action == RecordedChange.Action.DELETE or change.model is None:
            return change.name
        try:
            address = reverse(f"admin:{change.model._meta.label_lower.replace('.', '_')}_change", args=[change.row_id])
        except NoReverseMatch:
            return change.name
        return format_html('<a href="{}">{}</a>', address, change.name)

    @admin.display(description="fields")
    def fields_changed(self, change: RecordedChange) -> str:
        return ", ".join(label for label, _, _ in change.differences()) if change.before else ""

    @admin.display(description="what changed")
    def difference(self, change: RecordedChange) -> Any:
        return differences_table(change)


def differences_table(change: RecordedChange) -> Any:
    """Field by field: before and after."""
    return format_html(
        '<table class="differences"><thead><tr><th scope="col">Field</th><th scope="col">Before</th>'
        '<th scope="col">After</th></tr></thead><tbody>{}</tbody></table>',
        format_html_join(
            "",
            '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>',
            ((label, _short(was), _short(now)) for label, was, now in change.differences()),
        ),
    )


def _short(value: Any) -> str:
    if value in (None, ""):
        return "—"
    return Truncator(", ".join(map(str, value)) if isinstance(value, list) else str(value)).chars(LONG)
