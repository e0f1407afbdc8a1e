"""Forms for writing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from editorial.models import Edition
from models_catalog.forms import ContentForm, add_remedies

# What readers see of an edition, and what its form is previewed by.
PREVIEWED = ("title", "standfirst", "body", "as_of", "image", "change_note")


class EditionForm(ContentForm):
    """The text of an edition, with room to write in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if body := self.fields.get("body"):
            body.widget.attrs["rows"] = 28
        if standfirst := self.fields.get("standfirst"):
            standfirst.widget = forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField", "maxlength": 300})
        if as_of := self.fields.get("as_of"):
            as_of.initial = timezone.localdate
        if publish_at := self.fields.get("publish_at"):
            publish_at.help_text = "When readers shall see it, once it is approved. Empty: as soon as it is approved."


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
