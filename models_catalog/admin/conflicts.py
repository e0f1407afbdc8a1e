"""Forms in which nobody overwrites what they have not seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from models_catalog.conflicts import in_words, outdated, read, since, versions_of, written

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    BaseInline = admin.options.InlineModelAdmin[Any, Any]
else:
    ModelAdmin, BaseInline = admin.ModelAdmin, object

# The hidden field with what the form showed.
VERSIONS = "_versions"

# An entry’s form is being saved: the first before anything is written, the second when all of it is, both in the
# transaction of the save. What a receiver raises undoes it. Arguments: request, entry.
form_saving = Signal()
form_saved = Signal()


class LostEntry(Exception):
    """The entry that a form would save is gone, or no longer to be changed; the text says why."""


class ChangedMeanwhile(ValidationError):
    """A step would concern what nobody has looked at: the entry has changed since its page was opened."""


def seen_versions(request: HttpRequest) -> dict[str, int]:
    """What the page showed that the request was sent from."""
    return read(request.POST.get(VERSIONS, ""))


def refuse_if_changed(request: HttpRequest, entries: Iterable[models.Model]) -> None:
    """For the steps, which take an entry as it is: nothing is done with what has changed since it was looked at.

    Ask in the transaction of the step, with the entry locked. A request that says nothing of what it showed is let be.
    """
    if changes := since(seen_versions(request), entries):
        raise ChangedMeanwhile(
            f"Nothing was done, because this has changed since you opened it: {in_words(changes)}. "
            "Look at it as it is now, then decide again."
        )


def seen_outdated(request: Any) -> dict[str, int]:
    """What the posted form showed that has changed since; asked once a request, when the entry is locked."""
    if not hasattr(request, "outdated"):
        request.outdated = outdated(seen_versions(request))
    return dict(request.outdated)


class Reconciling(ModelAdmin):
    """Forms that know what they showed, so that nobody overwrites what they have not seen."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Locked while it is being saved: of two who save at the same moment, the second sees what the first did."""
        locked = request.method == "POST" and from_field is None and transaction.get_connection().in_atomic_block
        if locked:
            try:
                self.lock([self.opts.pk.to_python(unquote(object_id))])
            except ValidationError:
                return None
        entry = super().get_object(request, object_id, from_field)
        if locked and getattr(request, "is_saving", False):
            self.require_entry(request, entry)
        return entry

    def lock(self, keys: list[Any]) -> None:
        """Until the end of the transaction, in one order, so that two who lock several rows do not wait in a circle."""
        list(self.model._default_manager.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))

    def lock_shown(self, request: HttpRequest) -> None:
        """The rows of an editable list, before it is asked which of them have changed."""
        rows = [key.rpartition(":") for key in seen_versions(request)]
        self.lock([int(row) for table, _, row in rows if table == self.opts.db_table])

    def require_entry(self, request: HttpRequest, entry: Any) -> None:
        """Raises LostEntry where a form was open for what cannot be saved any more."""
        if entry is None:
            raise LostEntry("Someone deleted this entry while you were writing")
        if not self.has_change_permission(request, entry) and self.has_change_permission(request):
            raise LostEntry("This can no longer be changed: someone approved it while you were writing")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        form_saving.send(sender=type(obj), request=request, entry=obj)
        if change and seen_outdated(request):
            # In words now: afterwards one’s own change is the newest.
            request.changed_meanwhile = in_words(since(seen_versions(request), [obj]))  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form_saved.send(sender=type(form.instance), request=request, entry=form.instance)
        forms = [form, *(each for formset in formsets for each in formset.forms)]
        if merged := dict.fromkeys(label for each in forms for label in getattr(each, "merged", ())):
            words = f"Kept as it is now, because it changed while you were writing and you left it alone: {', '.join(merged)}."
            self.message_user(request, words, messages.WARNING)

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
