"""The form field that takes a picture in, and the place to drop one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.core.files.base import ContentFile
from django.forms.widgets import Script
from django.utils.html import format_html

from .intake import MAX_BYTES, TAKEN, Master, read

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    BytesFile = ContentFile[bytes]
else:
    BytesFile = ContentFile


class Upload(BytesFile):
    """A picture that was taken in already."""

    def __init__(self, master: Master) -> None:
        super().__init__(master.data, name=f"picture.{master.extension}")
        self.master = master


class PictureInput(AdminFileWidget):
    """A file field inside the place to drop a file; pictures.js does the dropping, and shows the picture.

    ``kept`` is the address of the picture as it is, ``waiting`` that of one that came with an attempt to save which
    failed because of another field.
    """

    kept: str | None = None
    waiting: str | None = None

    class Media:
        js = (Script("admin_site/pictures.js", type="module"),)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = forms.FileInput(attrs={"accept": ",".join(TAKEN)}).render(name, None, attrs, renderer)
        words = {
            (False, False): "Choose a picture:",
            (True, False): "Replace it with another one, wherever it is used:",
            (False, True): "Your picture is here and will be saved. Another one instead:",
            (True, True): "Your new picture is here and will replace this one. Another one instead:",
        }[bool(self.kept), bool(self.waiting)]
        shown: Any = ""
        if address := self.waiting or self.kept:
            alt = "The picture that you chose" if self.waiting else "The picture as it is"
            shown = format_html('<img src="{}" alt="{}">', address, alt)
        return format_html(
            '<div class="picture-input" data-max-bytes="{}" data-types="{}">'
            '<div class="picture-input__view"{}>{}</div>'
            '<p class="picture-input__words">{}</p>{}'
            '<p class="picture-input__status" role="status"></p></div>',
            MAX_BYTES,
            " ".join(TAKEN),
            "" if shown else " hidden",
            shown,
            words,
            field,
        )


class PictureField(forms.FileField):
    """Gives an `Upload`. What the file was called by the person who sent it is of no account."""

    widget = PictureInput
    default_error_messages: ClassVar = {
        "required": "Choose a picture: drop one here, or look for it on your disk.",
        "missing": "No file arrived. Choose the picture again.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "max_length": None, "allow_empty_file": True})

    def to_python(self, data: Any) -> Upload | None:
        if isinstance(data, Upload):
            return data
        file = super().to_python(data)
        return None if file is None else Upload(read(file))
