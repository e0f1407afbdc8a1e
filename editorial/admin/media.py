"""Pictures."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core import signing
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.text import capfirst

from editorial import publishing
from editorial.models import Edition, Image
from editorial.pictures import files
from editorial.pictures.fields import PictureField, PictureInput, Upload
from editorial.pictures.stores import StoreAway, store
from models_catalog.admin.base import ContentAdmin
from models_catalog.forms import ContentForm

from .standing import standing_of

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

logger = logging.getLogger(__name__)

WAITS = 24 * 60 * 60  # seconds
REMEDIES = {
    "alt": "Say in a few words what the picture shows: some readers cannot see it.",
    "credit": "Name who made it; “LlamaHub editors” for one of our own.",
    "license": "Name the license, or say who allowed us to use it.",
}
SALT = "editorial.pictures.waiting"


class ImageForm(ContentForm):
    """A picture and its words. A good file survives an error beside another field: it waits in `files.WAITING`."""

    file = PictureField(label="Picture", help_text="JPEG, PNG or WebP, at most 20 megabytes.")
    waiting = forms.CharField(required=False, widget=forms.HiddenInput)

    # Set by the admin: whether this account may change what readers see.
    may_publish: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, remedy in REMEDIES.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = remedy
        widget = self.fields["file"].widget
        assert isinstance(widget, PictureInput)
        if self.instance.pk and self.instance.file:
            widget.kept = self.instance.original.nearest("640", "webp").url
        if self.data and not self.files.get(self.add_prefix("file")):
            self._take_what_waits(widget)

    def _take_what_waits(self, widget: PictureInput) -> None:
        try:
            name = signing.loads(self.data.get(self.add_prefix("waiting"), ""), salt=SALT, max_age=WAITS)
            master = files.read_waiting(name)
        except (signing.BadSignature, StoreAway):
            return
        if master:
            widget.waiting = default_storage.url(name)
            sent: Any = {**self.files, self.add_prefix("file"): [Upload(master)]}
            self.files = MultiValueDict(sent)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not isinstance(file, Upload):
            return file
        twin = Image.objects.filter(digest=file.master.digest).exclude(pk=self.instance.pk).first()
        if twin:
            raise forms.ValidationError(
                format_html(
                    'This picture is in the library already, as <a href="{}">“{}”</a>. Use that one.',
                    reverse("admin:editorial_image_change", args=[twin.pk]),
                    twin,
                )
            )
        if self.instance.pk and not self.may_publish:
            seen = Edition.objects.showing(self.instance).filter(status=Edition.Status.APPROVED).first()
            if seen:
                raise forms.ValidationError(
                    f"Readers see this picture in “{seen.title}”, so replacing it is for those who may publish. "
                    "Ask one of them, or add yours as a new picture and use that in a new edition."
                )
        try:
            store().check()
        except StoreAway as error:
            logger.warning("A picture cannot be taken in: %s", error)
            raise forms.ValidationError(
                "The store of pictures does not answer, so nothing was saved. What you typed is still here: "
                "choose the picture again and save in a minute; if it stays like this, tell whoever runs the site."
            ) from None
        return file

    def _post_clean(self) -> None:
        file = self.cleaned_data.get("file")
        if isinstance(file, Upload):
            self.instance.accept(file.master)
        super()._post_clean()
        if isinstance(file, Upload) and self.errors and "file" not in self.errors:
            # Also one that was waiting already: it is a day old sooner or later.
            try:
                name = files.put_waiting(file.master)
            except StoreAway:  # it has to be chosen again
                return
            data: Any = self.data
            self.data = data = data.copy()
            data[self.add_prefix("waiting")] = signing.dumps(name, salt=SALT)
            self.fields["file"].widget.waiting = default_storage.url(name)


class Used(admin.SimpleListFilter):
    title = "use"
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "In an article"), ("no", "In no article")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "yes":
                return Image.objects.used() & queryset
            case "no":
                return Image.objects.unused() & queryset
        return queryset


@admin.register(Image)
class ImageAdmin(ContentAdmin):
    form = ImageForm
    list_display = ("thumbnail", "alt", "credit", "license", "size", "articles")
    list_display_links = ("alt",)
    list_filter = (Used, "license")
    search_fields = ("alt", "slug", "credit", "license")
    search_help_text = "By alternative text, credit or license."
    date_hierarchy = "created_at"
    prepopulated_fields = {"slug": ("alt",)}
    readonly_fields = ("size", "in_a_text")
    change_form_template = "admin/editorial/image/change_form.html"
    instead_of_deleting = "Take it out of the places below first; published editions keep theirs. Or replace its file."
    fieldsets = (
        (None, {"fields": ("file", "waiting", ("focal_x", "focal_y"))}),
        ("For readers who cannot see it", {"fields": ("alt",)}),
        ("Rights", {"fields": ("credit", "license"), "description": "Shown under the picture."}),
        ("In the library", {"fields": ("slug", "in_a_text", "size")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What there is to know of a picture that is kept already."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj else (*fieldsets[:-1], ("In the library", {"fields": ("slug",)}))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.may_publish = publishing.may_approve(request.user)
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        finally:
            # What was kept for an entry that was then not saved after all.
            for name in getattr(request, "kept", ()):
                if not Image.objects.filter(file=name).exists():
                    files.remove(name)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        request.kept = [*getattr(request, "kept", ()), obj.file.name]  # type: ignore[attr-defined]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changes = super().get_changelist_instance(request)
        counts = Image.objects.articles()
        for image in changes.result_list:
            image.article_count = counts.get(image.token, 0)
        return changes

    @admin.display(description="picture")
    def thumbnail(self, image: Any) -> Any:
        if not image.file:
            return None
        thumb = image.thumb
        return format_html(
            '<img class="thumbnail" src="{}" alt="" width="{}" height="{}" loading="lazy">',
            thumb.url,
            round(thumb.width / 2),
            round(thumb.height / 2),
        )

    @admin.display(description="pixels", ordering="width")
    def size(self, image: Any) -> str | None:
        return f"{image.width:,} × {image.height:,}" if image.width else None

    @admin.display(description="articles")
    def articles(self, image: Any) -> int:
        return int(image.article_count)

    @admin.display(description="in a text")
    def in_a_text(self, image: Any) -> Any:
        return format_html('<code class="picture-reference">{}</code>', image.markdown)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        image: Any = self.get_object(request, object_id)
        places = self._places(request, image) if image else []
        return super().change_view(request, object_id, form_url, {"places": places, **(extra_context or {})})

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Texts that show a picture keep it, as relations do; for those the database answers itself."""
        deleted, counts, perms, protected = super().get_deleted_objects(objs, request)
        places = [place for image in objs for place in self._places(request, image)]
        # Whoever may not delete an edition is not asked to: nobody deletes it for the sake of its picture.
        return (deleted, counts, set(), places) if places else (deleted, counts, perms, protected)

    def _places(self, request: HttpRequest, image: Image) -> list[SafeString]:
        """Links to where the picture is used, in words: an edition by its title and standing. What this account may not see, it only counts."""
        places, unseen = [], 0
        for entry in image.uses():
            opts = entry._meta
            if not request.user.has_perm(f"{opts.app_label}.view_{opts.model_name}"):
                unseen += 1
                continue
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[entry.pk])
            standing = standing_of(entry) if isinstance(entry, Edition) else ""
            places.append(
                format_html('{}: <a href="{}">{}</a> {}', capfirst(str(opts.verbose_name)), url, entry, standing)
            )
        if unseen:
            places.append(format_html("{} more, which your account may not see", unseen))
        return places
