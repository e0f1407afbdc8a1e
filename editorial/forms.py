"""Forms for writing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.utils import timezone

from models_catalog.forms import ContentForm, add_remedies

from .models import Edition
from .moments import MomentField, moment_field

# What readers see of an edition, and what its form is previewed by.
PREVIEWED = ("title", "standfirst", "body", "as_of", "image", "change_note")


class EditionForm(ContentForm):
    """The text of an edition, with room to write in."""

    publish_at = moment_field(
        Edition,
        "publish_at",
        help_text="When readers shall see it, once it is approved. Empty: as soon as it is approved.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if body := self.fields.get("body"):
            body.widget.attrs["rows"] = 28
        if standfirst := self.fields.get("standfirst"):
            standfirst.widget = forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField", "maxlength": 300})
        if as_of := self.fields.get("as_of"):
            as_of.initial = timezone.localdate


class WithdrawForm(forms.Form):
    """When an article leaves, and where its readers are sent."""

    at = MomentField(
        label="When",
        required=False,
        help_text="Readers have it until then. Empty: it leaves now.",
    )
    moved_to = forms.CharField(
        label="Send readers to another page",
        required=False,
        max_length=200,
        widget=AdminTextInputWidget(attrs={"placeholder": "/articles/…/"}),
        help_text="A page of this site, from the first slash on. Empty: the address answers “gone”.",
    )


class PreviewForm(ContentForm):
    """What is typed into an edition’s form, judged as it will be on saving; never saved."""

    class Meta:
        model = Edition
        fields = PREVIEWED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            add_remedies(field)

    def problems(self) -> list[str]:
        """Each with the field that it is about: “Body: Line 3: …”."""
        return [
            f"{self.fields[name].label}: {message}" if name in self.fields else str(message)
            for name, messages in self.errors.items()
            for message in messages
        ]
