"""How long each kind of fact may go unchecked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst

from models_catalog.facts import label_of
from models_catalog.models import FACT_MODELS, CheckInterval

from .base import ContentAdmin
from .citations import fields_by_kind


@admin.register(CheckInterval)
class CheckIntervalAdmin(ContentAdmin):
    list_display = ("kind", "fact", "days")
    list_editable = ("days",)
    list_filter = ("about",)
    search_fields = ("about", "field")
    search_help_text = "By kind of entry or fact."
    ordering = ("about", "field")
    instead_of_deleting = (
        "Without an interval, facts of this kind are never due for a check. To be asked less often, enter more days."
    )
    fieldsets = (
        (
            None,
            {
                "fields": ("about", "field", "days"),
                "description": "When the days are over, readers see beside the fact that it is due for a new check, "
                "and the fact is listed on the start page under “Due for a check”.",
            },
        ),
    )

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name == "field":
            return forms.ChoiceField(
                label="Fact",
                choices=[("", "All facts that have no interval of their own"), *fields_by_kind()],
                required=False,
                help_text="Which fact of these entries; the kinds of entry that have it are in brackets.",
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="kind of entry", ordering="about")
    def kind(self, interval: CheckInterval) -> str:
        return capfirst(interval.get_about_display())

    @admin.display(description="fact", ordering="field")
    def fact(self, interval: CheckInterval) -> str:
        if not interval.field:
            return "all that have none of their own"
        return label_of(FACT_MODELS[interval.about], interval.field)
