"""Forms in which every rule of the database answers beside the field it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.admin.widgets import (
    AdminTextInputWidget,
    AdminURLFieldWidget,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
)
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.constraints import BaseConstraint, CheckConstraint, UniqueConstraint
from django.forms.models import BaseInlineFormSet
from django.forms.widgets import Script
from django.utils.html import format_html
from django.utils.text import capfirst

from . import formatting
from .conflicts import Conflict, Versions, key_of, reconcile
from .facts import label_of
from .history.corrections import changed_facts
from .models import Content, Source

if TYPE_CHECKING:
    ContentModelForm = forms.ModelForm[Any]
    InlineFormSet = BaseInlineFormSet[Any, Any, forms.ModelForm[Any]]
else:
    ContentModelForm, InlineFormSet = forms.ModelForm, BaseInlineFormSet

# Where a rule’s message belongs when that is not the first field that the rule names.
LANDS_ON = {
    "approved_edition_has_a_publish_time": "publish_at",
    "activity_has_a_group": "group",
    "circumstance_says_whom_it_concerns": "only_who",
    "one_citation_per_fact_source_and_place": "locator",
    "published_cache_has_a_context": "context_tokens",
    "published_memory_counts_devices_where_it_should": "devices",
    "picture_is_kept_once": "file",
    "released_models_have_a_license": "license",
    "only_activities_are_done": "by_end_user",
    "only_circumstances_lift_another": "lifts",
    "rule_names_its_clause": "clause",
    "rule_states_its_conditions": "conditions",
    "use_case_has_words_for_the_checker": "wording",
    "variant_active_is_at_most_total": "parameters_active",
}


def fields_of(constraint: BaseConstraint) -> list[str]:
    """The fields that a constraint speaks of, the one to blame first."""
    names = [LANDS_ON[constraint.name]] if constraint.name in LANDS_ON else []
    if isinstance(constraint, UniqueConstraint):
        names += constraint.fields
    elif isinstance(constraint, CheckConstraint):
        names += _names_in(constraint.condition)
    return names


def _names_in(condition: Any) -> list[str]:
    """The fields in a condition, in the order in which it names them."""
    if isinstance(condition, models.Q):
        return [name for child in condition.children for name in _names_in(child)]
    return [condition[0].split("__")[0]] if isinstance(condition, tuple) else []


class ContentForm(ContentModelForm):
    """A model form whose refusals name the field and the remedy.

    ``refused`` is the database’s own refusal of the first attempt to save, in
    words: two people may save at the same moment, and the form that was valid
    when it was checked comes back with what was typed.
    """

    refused: ClassVar[tuple[str | None, str] | None] = None
    # What the form showed when it was opened; see `conflicts`.
    versions: ClassVar[Versions] = {}

    conflicts: tuple[Conflict, ...] = ()
    merged: tuple[str, ...] = ()

    def field_for(self, constraint: BaseConstraint) -> str | None:
        """The field of this form beside which the constraint’s message is shown."""
        return next((name for name in fields_of(constraint) if name in self.fields), None)

    def _reconcile(self) -> None:
        """Mind what others changed since the form was opened, before any of it is put into the entry."""
        version = self.versions.get(key_of(self.instance)) if self.instance.pk else None
        if version is None:
            return
        choices = {name: self.data.get(self.add_prefix(f"choose-{name}"), "") for name in self.fields}
        found = reconcile(self.instance, self.cleaned_data, version, choices)
        self.cleaned_data.update(found.theirs)
        self.merged, self.conflicts = found.merged, found.conflicts
        for conflict in found.conflicts:
            self.add_error(
                conflict.name,
                f"{conflict.actor} changed this to “{conflict.theirs[:200]}” while you were writing. "
                "Choose between the two versions; in a list, open it again.",
            )

    def _post_clean(self) -> None:
        self._reconcile()
        # Django asks the constraints too, but knows no field to put the answer beside.
        self.instance.validate_constraints = lambda exclude=None: None
        try:
            super()._post_clean()  # type: ignore[misc]
        finally:
            del self.instance.validate_constraints
        self.validate_constraints()
        if self.refused:
            field, message = self.refused
            self.add_error(field if field in self.fields else None, message)

    def validate_unique(self) -> None:
        exclude = self._get_validation_exclusions()  # type: ignore[attr-defined]
        try:
            self.instance.validate_unique(exclude=exclude)
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                for each in errors:
                    if each.code == "unique":
                        each.message = self._already_taken(name)
            self._update_errors(error)  # type: ignore[attr-defined]

    def _already_taken(self, name: str) -> str:
        kind = self._meta.model._meta.verbose_name
        if name not in self.fields:
            return f"Another {kind} like this exists. Edit that one instead."
        label = str(self.fields[name].label).lower()
        return f"Another {kind} already has this {label}. Choose a different one, or edit that {kind}."

    def validate_constraints(self) -> None:
        """As Django does, but each message lands on its field and is given once."""
        exclude = self._get_validation_exclusions()  # type: ignore[attr-defined]
        for model, constraints in self.instance.get_constraints():
            for constraint in constraints:
                try:
                    constraint.validate(model, self.instance, exclude=exclude)
                except ValidationError as error:
                    name = self.field_for(constraint)
                    if name is None or name not in self.errors:
                        self.add_error(name, error.messages)


class WhyForm(ContentForm):
    """An entry of facts that exists: asks why it changes, and whether the old value was a mistake of ours.

    After cleaning, ``corrected`` holds the entry as it was and the facts that are put right.
    """

    change_reason = forms.CharField(
        label="Why it changes",
        required=False,
        max_length=250,
        widget=AdminTextInputWidget,
        help_text="One sentence, kept in the history. Readers see it beside the change: “The model card was revised.”",
    )
    is_correction = forms.BooleanField(
        label="This corrects a mistake",
        required=False,
        help_text="Publishes a correction for each fact that changes, with the wrong value beside the right one.",
    )
    correction_source = forms.ModelChoiceField(
        Source.objects.all(),
        label="According to",
        required=False,
        help_text="The source that shows what is right. Needed for a correction.",
    )

    WHY: ClassVar = ("change_reason", "is_correction", "correction_source")

    corrected: tuple[Content, list[str]] | None = None

    @property
    def changed_data(self) -> list[str]:
        """Without the questions about the change, which change nothing themselves."""
        return [name for name in super().changed_data if name not in self.WHY]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        if data.get("is_correction"):
            if not data.get("change_reason"):
                self.add_error("change_reason", "Say how the mistake came about: readers see it with the correction.")
            if not data.get("correction_source") and "correction_source" not in self.errors:
                self.add_error("correction_source", "Choose the source that shows what is right.")
        return data

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.cleaned_data.get("is_correction") and not self.errors:
            old = type(self.instance)._default_manager.get(pk=self.instance.pk)
            if fields := changed_facts(old, self.instance):
                self.corrected = (old, fields)
            else:
                self.add_error(
                    "is_correction",
                    "No fact that readers see changes, so there is nothing to correct. "
                    "Change the fact, or clear this box.",
                )


class ContentFormSet(InlineFormSet):
    """Rows of an entry that never lose in silence what was typed into them."""

    # Label and text of what was typed into rows that are gone: the page shows it, to be copied.
    unsaved: list[tuple[str, str]]

    def clean(self) -> None:
        """Name rows that are no longer there to be saved; Django would skip them and report success."""
        super().clean()
        gone = [form for form in self.initial_forms if form.instance._state.adding or "id" in form.errors]
        self.unsaved = [
            (str(form.fields[name].label), str(form[name].value()))
            for form in gone
            for name in form.changed_data
            if name in form.fields and not form.fields[name].widget.is_hidden and form[name].value()
        ]
        if gone:
            raise ValidationError(
                "Someone else deleted, approved or moved this since you opened the form. "
                "What you typed is shown below: copy it, then open the entry again."
            )


def citable_choices(model: type[Content]) -> list[tuple[str, str]]:
    """The fields of a model that a citation can support, by the labels that readers see."""
    return [(name, capfirst(label_of(model, name))) for name in model.citable]


class BigNumberInput(forms.NumberInput):
    """A number with its short form beside it: 10000000 → “10M”, so that a missing zero shows.

    The short form is written by the server and kept current by big_numbers.js.
    """

    class Media:
        js = (Script("admin_site/big_numbers.js", type="module"),)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        field = super().render(name, value, attrs, renderer)
        return format_html('<span class="big-number">{} <output>{}</output></span>', field, self._short(name, value))

    @staticmethod
    def _short(name: str, value: Any) -> str:
        try:
            number = int(float(value))
        except (TypeError, ValueError, OverflowError):
            return ""
        if number < 1000:
            return ""
        write = formatting.tokens if name.endswith("context_tokens") else formatting.parameters
        return write(number).text


class _OnlyKeys:
    """Shows what was chosen; Django asks the database for whatever was posted, and fails if it is no key."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        key = self.field.target_field if hasattr(self.field, "target_field") else None  # type: ignore[attr-defined]
        known = []
        for each in value:
            try:
                if key is not None and each:
                    key.to_python(each)
                known.append(each)
            except ValidationError:
                continue
        return super().optgroups(name, known, attrs)  # type: ignore[misc]


class ChooseOne(_OnlyKeys, AutocompleteSelect):
    """A relation to one entry, found by typing."""


class ChooseMany(_OnlyKeys, AutocompleteSelectMultiple):
    """A relation to any number of entries, found by typing."""


class CheckboxArrayField(forms.MultipleChoiceField):
    """A fixed set of values as checkboxes, in the order in which the choices are listed."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> list[str]:
        chosen = set(super().clean(value))
        return [key for key, _ in self.choices if key in chosen]  # type: ignore[misc,union-attr]


def formfield_for(db_field: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """The form field that suits an editor better than Django’s own choice; None where that one is right."""
    if isinstance(db_field, ArrayField) and db_field.base_field.choices:
        return CheckboxArrayField(
            choices=db_field.base_field.choices,
            label=capfirst(str(db_field.verbose_name)),
            help_text=db_field.help_text,
            required=not db_field.blank,
        )
    if isinstance(db_field, ArrayField):
        field = db_field.formfield(widget=AdminTextInputWidget)
        assert isinstance(field, SimpleArrayField)
        return field
    if isinstance(db_field, models.URLField):
        return db_field.formfield(widget=AdminURLFieldWidget, assume_scheme="https")
    if (
        isinstance(db_field, models.PositiveBigIntegerField | models.DecimalField)
        and getattr(db_field, "max_digits", 20) >= 10
    ):
        return db_field.formfield(widget=BigNumberInput(attrs={"class": "vBigIntegerField"}))
    return None


REMEDIES: dict[type[forms.Field], dict[str, str]] = {
    forms.DateField: {"invalid": "Enter a date that exists, as year-month-day, for example 2024-07-23."},
    forms.IntegerField: {"invalid": "Enter a whole number in digits, without commas or letters."},
    forms.DecimalField: {"invalid": "Enter a number in digits, without commas or letters."},
    forms.URLField: {"invalid": "Enter a whole web address, for example https://www.llama.com/."},
    forms.ModelChoiceField: {"invalid_choice": "This entry is gone. Choose another one from the list."},
}


def add_remedies(field: forms.Field) -> None:
    """Let the messages of a form field say what to do."""
    for kind, messages in REMEDIES.items():
        if isinstance(field, kind) and not isinstance(field, forms.FloatField):
            field.error_messages.update(messages)
