"""What the admin of every entry has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin, IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from models_catalog.forms import (
    ChooseMany,
    ChooseOne,
    ContentForm,
    ContentFormSet,
    WhyForm,
    add_remedies,
    formfield_for,
)
from models_catalog.history import put_right
from models_catalog.models import FACT_MODELS, Addressed, Content, Correction, RecordedChange

from .conflicts import VERSIONS, ChangedMeanwhile, LostEntry, MindfulInline, seen_outdated
from .deleting import Deleting
from .listing import LongList
from .refusals import refusal, say_refusal

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    BaseAdmin = BaseModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, BaseAdmin, TabularInline = admin.ModelAdmin, object, admin.TabularInline

HISTORY_SHOWN = 200


class ForEditors(BaseAdmin):
    """Form fields as editors want them, on pages and inlines alike."""

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str] | tuple[str, ...]:
        """Every relation whose target can be searched: nobody types or scrolls for a row."""
        registry = self.admin_site._registry
        return [
            field.name
            for field in (*self.model._meta.fields, *self.model._meta.many_to_many)
            if field.is_relation
            and field.remote_field.model in registry
            and registry[field.remote_field.model].search_fields
        ]

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = ChooseOne(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelMultipleChoiceField[Any] | None:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = ChooseMany(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field = formfield_for(db_field) or super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            add_remedies(field)
            if isinstance(db_field, models.TextField) and isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 4
        return field


class Tolerant(LongList):
    """A list that answers nonsense in its address or its forms with itself, where Django’s fails."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        try:
            with transaction.atomic():
                return super().get_changelist_instance(request)
        except (ValueError, OverflowError, DataError) as error:
            raise IncorrectLookupParameters(error) from error

    def response_action(self, request: HttpRequest, queryset: Any, *where: Any, **more: Any) -> HttpResponse | None:
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            try:
                self.opts.pk.to_python(key)
            except ValidationError:
                self.message_user(request, "One of the chosen entries does not exist. Choose again.", messages.ERROR)
                return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset, *where, **more)


class ContentAdmin(ForEditors, Deleting, Tolerant):
    """One kind of entry, as someone who works with it all day wants it."""

    form = ContentForm
    list_per_page = 50
    save_on_top = True

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        """Stated, because a list with counts in it loses the model’s own order, and its pages would overlap."""
        return tuple(self.ordering or self.opts.ordering or ())

    def view_on_site(self, entry: Content) -> str | None:
        """The reader’s page; none while readers cannot see it."""
        if not getattr(entry, "is_listed", True):
            return None
        if isinstance(entry, Addressed) and entry.loaded_slug:
            # The stored address: what was typed may not be one.
            return entry.path_of(entry.loaded_slug)
        return entry.get_absolute_url() if hasattr(entry, "get_absolute_url") else None

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        if self._asks_why(obj):
            kwargs["form"] = type(self.form.__name__, (WhyForm, self.form), {})
        form = super().get_form(request, obj, change, **kwargs)
        if source := form.base_fields.get("correction_source"):
            source.widget = ChooseOne(Correction._meta.get_field("source"), self.admin_site)
            add_remedies(source)
        known = {"refused": getattr(request, "refused", None), "versions": seen_outdated(request)}
        return type(form.__name__, (form,), known)

    def _asks_why(self, entry: Any) -> bool:
        """Of facts that readers know already: what is being added changes nothing."""
        return entry is not None and self.model in FACT_MODELS.values()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if not self._asks_why(obj) or not self.has_change_permission(request, obj):
            return fieldsets
        return (
            *fieldsets,
            ("Why it changes", {"fields": ("change_reason", ("is_correction", "correction_source"))}),
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if corrected := getattr(form, "corrected", None):
            old, fields = corrected
            made = put_right(
                old=old,
                new=obj,
                fields=fields,
                why=form.cleaned_data["change_reason"],
                source=form.cleaned_data["correction_source"],
            )
            self.message_user(
                request,
                format_html_join(
                    " ",
                    'Published the correction <a href="{}">“{}”</a>.',
                    ((c.get_absolute_url(), c.what_is_right) for c in made),
                ),
                messages.SUCCESS,
            )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django’s list of what was done in the admin, under what the database recorded, wherever it was done."""
        entry = self.get_object(request, object_id)
        recorded = RecordedChange.objects.of(entry)[:HISTORY_SHOWN] if entry else []
        return super().history_view(request, object_id, {"recorded": list(recorded), **(extra_context or {})})

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm[Any]]:
        form = type(self.form.__name__, (self.form,), {"versions": seen_outdated(request)})
        return super().get_changelist_form(request, **{"form": form, **kwargs})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As Django’s; when the database refuses what the form accepted, the form comes back with its words."""
        try:
            if request.method == "POST" and object_id and VERSIONS in request.POST:
                self.require_entry(request, self.get_object(request, object_id))
                # From here on asked again under the lock.
                request.is_saving = True  # type: ignore[attr-defined]
            try:
                return super().changeform_view(request, object_id, form_url, extra_context)
            except IntegrityError as error:
                request.refused = refusal(error)  # type: ignore[attr-defined]
                return super().changeform_view(request, object_id, form_url, extra_context)
        except LostEntry as lost:
            return self.lost_entry(request, str(lost))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        try:
            with transaction.atomic():
                self.lock_shown(request)
                return super().changelist_view(request, extra_context)
        except IntegrityError as error:
            return say_refusal(self, request, error)
        except ChangedMeanwhile as changed:
            self.message_user(request, changed.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class ContentInline(MindfulInline, ForEditors, TabularInline):
    """Rows edited with their entry."""

    form = ContentForm
    formset = ContentFormSet
    extra = 0
    max_num = 200

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        # However many rows a forged post announces, no more than this are made.
        return super().get_formset(request, obj, **{"absolute_max": self.max_num, **kwargs})


def public_link(path: str, text: str) -> SafeString:
    """A link for a list’s column to what readers see."""
    return format_html('<a href="{}">{}</a>', path, text)
