"""Citations and corrections, beside the facts they concern and on their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import models
from django.db.models import QuerySet
from django.db.models.constraints import BaseConstraint
from django.http import HttpRequest
from django.utils import timezone

from models_catalog.checks import mark_checked
from models_catalog.facts import due_day, subject_of
from models_catalog.forms import ContentForm, ContentFormSet, citable_choices
from models_catalog.models import FACT_MODELS, Citation, Content, Correction

from .base import ContentAdmin, ContentInline
from .bulk import InBulk
from .columns import age_of_check, day_column

ARCS = tuple(FACT_MODELS)


class CitationInlineForm(ContentForm):
    """A citation beside its fact: the target is the page it is on."""

    def _get_validation_exclusions(self) -> set[str]:
        """The other targets are empty by construction, so the database’s rules about them can be asked here."""
        exclude: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclude - set(ARCS) if self.instance.target_kind else exclude


class CitationFormSet(ContentFormSet):
    """Refuses the same place in the same source twice, also among rows not yet saved."""

    def get_unique_error_message(self, unique_check: Any) -> str:
        return "This fact already cites this place in this source. Remove one of the two rows."

    def clean(self) -> None:
        super().clean()
        seen: set[tuple[Any, ...]] = set()
        for form in self.forms:
            if form in self.deleted_forms or not form.is_valid() or not form.cleaned_data:
                continue
            data = form.cleaned_data
            place = (data.get("field"), data.get("source"), data.get("locator"))
            if place in seen:
                form.add_error(
                    "locator", "This fact already cites this place in this source. Remove one of the two rows."
                )
            seen.add(place)


class CitationInline(ContentInline):
    """“Sources of these facts”: each row ties one field of this entry to a place in a source."""

    model = Citation
    form = CitationInlineForm
    formset = CitationFormSet
    fields = ("field", "source", "locator", "status", "checked_on", "note")
    verbose_name = "source of a fact"
    verbose_name_plural = "sources of these facts"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Content]:
        return super().get_queryset(request).select_related("source", *self._named_by())

    def _named_by(self) -> list[str]:
        """What the row’s title needs besides its own columns."""
        arc = next(arc for arc, model in FACT_MODELS.items() if model is self.parent_model)
        more = {"license_rule": ("use_case", "license"), "published_memory": ("variant",)}.get(arc, ())
        return [arc, *(f"{arc}__{name}" for name in more)]

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name == "field":
            return forms.ChoiceField(
                label="Fact",
                choices=[("", "Choose…"), *citable_choices(self.parent_model)],
                help_text="Readers see the source beside this fact.",
                error_messages={"invalid_choice": "Choose a fact of this entry from the list."},
            )
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "checked_on":
            field.initial = timezone.localdate
        if field and db_field.name == "note":
            field.widget.attrs.update(rows=1, cols=20)
        return field


class ReferenceForm(ContentForm):
    """A citation or correction on its own: which entry, and which field of it."""

    def field_for(self, constraint: BaseConstraint) -> str | None:
        """“Exactly one entry”: blame the second of two, or the first place to fill in."""
        if constraint.name.endswith(("_exactly_one_target", "_at_most_one_target")):
            chosen = [arc for arc in ARCS if self.cleaned_data.get(arc)]
            return chosen[1] if len(chosen) > 1 else ARCS[0]
        return super().field_for(constraint)


class CitesKind(admin.SimpleListFilter):
    """By the kind of entry that is supported."""

    title = "kind of fact"
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(arc, str(model._meta.verbose_name_plural)) for arc, model in FACT_MODELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        arc = self.value()
        return queryset.filter(**{f"{arc}__isnull": False}) if arc in FACT_MODELS else queryset


class DueForACheck(admin.SimpleListFilter):
    """What the editors’ queue holds."""

    title = "check"
    parameter_name = "check"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "due for a check")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        return queryset.due(timezone.localdate()) if self.value() == "due" else queryset


def fields_by_kind() -> list[tuple[str, str]]:
    """Every field that can be cited, once, with the kinds of entry that have it."""
    kinds: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    for model in FACT_MODELS.values():
        for name, label in citable_choices(model):
            labels.setdefault(name, label)
            kinds.setdefault(name, []).append(str(model._meta.verbose_name))
    return sorted(
        ((name, f"{label} ({', '.join(kinds[name])})") for name, label in labels.items()), key=lambda choice: choice[1]
    )


class ReferenceAdmin(ContentAdmin):
    """What citations and corrections share: a target chosen from the kinds of entry that can be cited."""

    form = ReferenceForm
    TARGETS = (
        "release",
        "variant",
        "event",
        ("license", "license_rule"),
        ("deployment_option", "provider"),
        ("key_figure", "published_memory"),
        "field",
    )

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name == "field":
            return forms.ChoiceField(
                label="Fact",
                choices=[("", "Choose…"), *fields_by_kind()],
                required=not db_field.blank,
                help_text="Which fact of the entry; the kinds of entry that have it are in brackets.",
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="entry")
    def entry(self, reference: Citation | Correction) -> str | None:
        return subject_of(reference.target) if reference.target else None

    @admin.display(description="fact", ordering="field")
    def fact(self, reference: Citation | Correction) -> str | None:
        if not reference.target_kind or not reference.field:
            return None
        return dict(citable_choices(FACT_MODELS[reference.target_kind])).get(reference.field, reference.field)


@admin.register(Citation)
class CitationAdmin(InBulk, ReferenceAdmin):
    list_display = ("entry", "fact", "source", "locator", "status_mark", "checked")
    list_display_links = ("entry", "fact")
    list_filter = (DueForACheck, "status", CitesKind, "checked_on", "source__kind")
    search_fields = (
        "source__title",
        "locator",
        "note",
        "release__name",
        "variant__name",
        "event__title",
        "license__name",
        "license_rule__use_case__label",
        "deployment_option__name",
        "provider__name",
        "key_figure__label",
        "published_memory__variant__name",
    )
    search_help_text = "By entry, source, place or note."
    date_hierarchy = "checked_on"
    ordering = ("checked_on", "pk")
    actions: Any = ("checked_today", *InBulk.actions)
    fieldsets = (
        (
            "What it supports",
            {"fields": ReferenceAdmin.TARGETS, "description": "Choose exactly one entry, then the fact of it."},
        ),
        (
            "Where it says so",
            {
                "fields": ("source", "locator", "status", "checked_on", "note"),
                "description": "Readers open this from the small mark beside the fact.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Citation.objects.with_targets().with_due_day()

    @admin.action(description="Checked today: I compared each with its source", permissions=["change"])
    def checked_today(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        today = timezone.localdate()
        citations = mark_checked(chosen, today=today)
        LogEntry.objects.log_actions(request.user.pk, citations, CHANGE, f"Checked on {today}.")  # type: ignore[arg-type]
        self.message_user(request, f"{len(citations)} now say that they were checked today.", messages.SUCCESS)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"checked_on": timezone.localdate(), **super().get_changeform_initial_data(request)}

    def view_on_site(self, entry: Content) -> str | None:
        target = entry.target if isinstance(entry, Citation) else None
        if target is None or not hasattr(target, "get_absolute_url") or not getattr(target, "is_listed", True):
            return None
        return str(target.get_absolute_url())

    @admin.display(description="status", ordering="status")
    def status_mark(self, citation: Citation) -> Any:
        return _status_mark(citation)

    @admin.display(description="checked", ordering="checked_on")
    def checked(self, citation: Citation) -> Any:
        return age_of_check(citation.checked_on, due_on=due_day(citation))


def _status_mark(citation: Citation) -> Any:
    from django.utils.html import format_html

    tone = {"verified": "good", "disputed": "bad"}.get(citation.status, "warn")
    return format_html('<span class="mark mark--{}">{}</span>', tone, citation.get_status_display())


@admin.register(Correction)
class CorrectionAdmin(ReferenceAdmin):
    list_display = ("what_we_said", "what_is_right", "entry", day_column("published_on", label="put right"), "source")
    list_filter = (CitesKind, "published_on")
    search_fields = ("slug", "what_we_said", "what_is_right", "why")
    search_help_text = "By what was said, what is right, or why."
    date_hierarchy = "published_on"
    prepopulated_fields = {"slug": ("what_we_said",)}
    instead_of_deleting = "A correction is a promise to readers. Delete one only if it was itself a mistake."
    fieldsets = (
        (
            None,
            {
                "fields": ("what_we_said", "wrong_value", "what_is_right", "why", "source", "published_on", "slug"),
                "description": "Shown on the corrections page and, if it is about an entry, beside the fact.",
            },
        ),
        (
            "What it is about",
            {
                "fields": ReferenceAdmin.TARGETS,
                "description": "At most one entry. Leave all empty for a statement in prose.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Correction.objects.select_related(
            "source",
            "license_rule__use_case",
            "license_rule__license",
            "variant__release",
            "published_memory__variant",
            *ARCS,
        ).order_by("-published_on", "slug")
