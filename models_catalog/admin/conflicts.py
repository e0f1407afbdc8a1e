"""Forms in which nobody overwrites what they have not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from models_catalog.conflicts import outdated, read, versions_of, written

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    BaseInline = admin.options.InlineModelAdmin[Any, Any]
else:
    ModelAdmin, BaseInline = admin.ModelAdmin, object

# The hidden field with what the form showed.
VERSIONS = "_versions"


def seen_outdated(request: Any) -> dict[str, int]:
    """What the posted form showed that has changed since; asked once a request, when the entry is locked."""
    if not hasattr(request, "outdated"):
        request.outdated = outdated(read(request.POST.get(VERSIONS, "")))
    return dict(request.outdated)


class Reconciling(ModelAdmin):
    """Forms that know what they showed, so that nobody overwrites what they have not seen."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Locked while it is being saved: of two who save at the same moment, the second sees what the first did."""
        if request.method == "POST" and from_field is None and transaction.get_connection().in_atomic_block:
            try:
                key = self.opts.pk.to_python(unquote(object_id))
            except ValidationError:
                return None
            list(self.model._default_manager.select_for_update(of=("self",)).filter(pk=key).order_by("pk"))
        return super().get_object(request, object_id, from_field)

    def get_inline_formsets(self, request: HttpRequest, formsets: Any, inline_instances: Any, obj: Any = None) -> Any:
        """Remembers what the page shows, on its way to the template."""
        shown = [form.instance for formset in formsets for form in formset.initial_forms if form.instance.pk]
        request.shown = [*([obj] if obj is not None and obj.pk else []), *shown]  # type: ignore[attr-defined]
        return super().get_inline_formsets(request, formsets, inline_instances, obj)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        # A form that comes back keeps what it once showed: the writer still has not seen more, but for the conflicts.
        known = read(request.POST.get(VERSIONS, ""))
        shown = versions_of(getattr(request, "shown", []))
        context["versions"] = written({**shown, **known})
        forms = [context["adminform"].form, *(f for s in context["inline_admin_formsets"] for f in s.formset.forms)]
        context["conflicts"] = [
            (form.add_prefix(f"choose-{conflict.name}"), conflict)
            for form in forms
            for conflict in getattr(form, "conflicts", ())
        ]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def lost_entry(self, request: HttpRequest, title: str) -> HttpResponse:
        """The entry can no longer be saved: shows what was typed, to be copied."""
        typed = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if value.strip() and not name.startswith(("_", "csrf")) and not name.endswith("_FORMS")
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "typed": typed,
        }
        return TemplateResponse(request, "admin/lost_entry.html", context, status=409)


class MindfulInline(BaseInline):
    """Rows that are not overwritten unseen."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        form = type(formset.form.__name__, (formset.form,), {"versions": seen_outdated(request)})
        return type(formset.__name__, (formset,), {"form": form})
