"""Licenses, use cases, and the rules between them as a grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from models_catalog import formatting
from models_catalog.forms import ContentForm, ContentFormSet
from models_catalog.models import License, LicenseRule, UseCase

from .base import ContentAdmin, ContentInline
from .bulk import InBulk
from .citations import CitationInline
from .columns import fact_column


class FixedChoice(forms.HiddenInput):
    """A choice made by the row: its name in words, its key out of sight."""

    label = ""

    @property
    def is_hidden(self) -> bool:
        """Not to the admin, which would leave out the column."""
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        return format_html(
            '{}<span class="fixed-choice">{}</span>', super().render(name, value, attrs, renderer), self.label
        )


class RuleGridForm(ContentForm):
    """One row of the grid. A row whose verdict is left open makes no rule."""

    class Meta:
        error_messages: ClassVar = {"verdict": {"required": "Choose a verdict, or remove the row’s other entries."}}


class RuleGridFormSet(ContentFormSet):
    """A row for every use case of a license (or license of a use case), decided or not.

    Rows that exist come first, in their order; then those still undecided.
    """

    axis: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        subject = LicenseRule._meta.get_field(self.axis).related_model
        decided = {getattr(rule, f"{self.axis}_id") for rule in self.get_queryset()}
        rows = list(subject._default_manager.all())  # type: ignore[union-attr]
        self.subjects = {row.pk: row for row in rows}
        self.initial_extra = [{self.axis: row.pk} for row in rows if row.pk not in decided]
        self.extra = len(self.initial_extra)

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        field = form.fields[self.axis]
        if form.instance.pk:
            # The row’s subject is fixed; what a forged post says about it is ignored.
            field.disabled = True
            key = getattr(form.instance, f"{self.axis}_id")
        else:
            key = form.initial.get(self.axis)
        field.widget.label = self._name_of(self.subjects.get(key))
        form.empty_permitted = not form.instance.pk
        return form

    def _name_of(self, subject: Any) -> str:
        return subject.question if isinstance(subject, UseCase) else str(subject or "")


class RuleGrid(ContentInline):
    """Verdict, conditions and clause, one row per use case (or license)."""

    model = LicenseRule
    axis: ClassVar[str]
    form = RuleGridForm
    formset = RuleGridFormSet
    classes = ("rule-grid",)
    show_change_link = True

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (self.axis, "verdict", "conditions", "clause")

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ()

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        rows = LicenseRule._meta.get_field(self.axis).related_model._default_manager.count()  # type: ignore[union-attr]
        formset = super().get_formset(request, obj, **{"max_num": rows, "absolute_max": rows, **kwargs})
        return type(formset.__name__, (formset,), {"axis": self.axis})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        order = ("use_case__position", "use_case__slug", "license__effective_on")
        return LicenseRule.objects.with_subjects().order_by(*order)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        if db_field.name == self.axis:
            return db_field.formfield(widget=FixedChoice)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "conditions":
            field.widget.attrs.update(rows=2, cols=30)
        return field


class RulesByUseCase(RuleGrid):
    axis = "use_case"
    verbose_name_plural = "what it says to each use case: one row each in the license’s table"


class RulesByLicense(RuleGrid):
    axis = "license"
    verbose_name_plural = "what each license version says: one column each in the matrix"


@admin.register(License)
class LicenseAdmin(ContentAdmin):
    list_display = (
        "name",
        "version",
        fact_column(License, "effective_on", label="version date"),
        fact_column(License, "user_threshold", label="user threshold"),
        "name_prefix",
        "rules",
    )
    list_filter = ("effective_on",)
    search_fields = ("name", "slug", "version", "summary")
    search_help_text = "By name, version or summary."
    date_hierarchy = "effective_on"
    prepopulated_fields = {"slug": ("name",)}
    inlines = (RulesByUseCase, CitationInline)
    instead_of_deleting = "Give the releases under it another license first."
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "slug",
                    ("version", "effective_on", "date_precision"),
                    "summary",
                    "url",
                    "acceptable_use_url",
                ),
                "description": "The head of the license’s page, and its column in the matrix.",
            },
        ),
        ("Who grants it", {"fields": ("licensor", "licensor_eea", "governing_law")}),
        ("User threshold", {"fields": ("user_threshold", "threshold_measured")}),
        ("What it asks of those who distribute", {"fields": ("display_text", "name_prefix", "notice_text")}),
    )

    # Terms that rules repeat in their own words, and how they write them.
    repeated: ClassVar[dict[str, Callable[[Any], str]]] = {
        "user_threshold": lambda number: formatting.amount(int(number)).text,
        "display_text": lambda text: f"“{text}”",
        "name_prefix": lambda text: f"“{text}”",
    }

    def save_model(self, request: HttpRequest, license: Any, form: Any, change: bool) -> None:
        """Point out the rules that still say what a term said before."""
        super().save_model(request, license, form, change)
        for name, write in self.repeated.items():
            before = form.initial.get(name)
            if not (change and before and name in form.changed_data):
                continue
            words = write(before)
            stale = license.rules.filter(conditions__contains=words).count()
            if stale:
                search = urlencode({"license__id__exact": license.pk, "q": words})
                message = format_html(
                    'The conditions of {} still say {}. <a href="{}?{}">Read them</a> and put them right.',
                    "one rule" if stale == 1 else f"{stale} rules",
                    words,
                    reverse("admin:models_catalog_licenserule_changelist"),
                    search,
                )
                self.message_user(request, message, messages.WARNING)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(rule_count=Count("rules"))

    @admin.display(description="rules", ordering="rule_count")
    def rules(self, license: Any) -> int:
        return int(license.rule_count)


@admin.register(UseCase)
class UseCaseAdmin(ContentAdmin):
    list_display = ("question", "label", "in_checker", "rules", "position", "is_headline")
    list_editable = ("position", "is_headline")
    list_filter = ("role", "group", "is_headline")
    search_fields = ("question", "label", "wording", "slug")
    search_help_text = "By question, short form or words in the checker."
    prepopulated_fields = {"slug": ("label",)}
    inlines = (RulesByLicense,)
    fieldsets = (
        (
            None,
            {
                "fields": ("question", "label", "slug", "explanation", ("position", "is_headline")),
                "description": "One row of the licensing matrix, with a verdict under each license version.",
            },
        ),
        (
            "In the license checker",
            {
                "fields": ("role", "wording", ("group", "by_end_user"), "lifts"),
                "description": "An activity is offered to readers; its rule is the answer to start from. A circumstance "
                "is not offered: its rule is weighed against every activity of a reader of whom it is true, and the "
                "strictest verdict decides. “Not covered” changes nothing there.",
            },
        ),
        (
            "Whom it concerns",
            {
                "fields": (("only_who", "only_place"), ("only_model", "only_users", "only_got")),
                "description": "What must be true of a reader; what is left empty does not matter. To other readers an "
                "activity is not open, and a circumstance does not apply.",
            },
        ),
    )

    @admin.display(description="in the checker", ordering="role")
    def in_checker(self, use_case: UseCase) -> str | None:
        return use_case.wording or None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(rule_count=Count("rules"))

    @admin.display(description="rules", ordering="rule_count")
    def rules(self, use_case: Any) -> int:
        return int(use_case.rule_count)


@admin.register(LicenseRule)
class LicenseRuleAdmin(InBulk, ContentAdmin):
    list_display = ("use_case", "license_version", "verdict", "clause", "conditions")
    list_filter = (
        "verdict",
        ("license", admin.RelatedOnlyFieldListFilter),
        ("use_case", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("license", "use_case")
    search_fields = ("use_case__question", "use_case__label", "license__name", "conditions", "clause")
    search_help_text = "By question, license, conditions or clause."
    inlines = (CitationInline,)
    fields = ("use_case", "license", "verdict", "conditions", "caveat", "clause", "next_step")

    @admin.display(description="license", ordering="license__effective_on")
    def license_version(self, rule: LicenseRule) -> str:
        return rule.license.version
