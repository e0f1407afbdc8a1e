"""Pictures."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.postgres.functions import RandomUUID
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Substr
from django.db.models.signals import post_delete, pre_delete

from editorial import pictures
from editorial.pictures import files
from editorial.pictures.fields import Upload
from editorial.prose.pictures import Illustration, references
from models_catalog.finding import WordsIndex
from models_catalog.models import Content
from models_catalog.models.base import ContentQuerySet, Slugged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PLACE = "/media/images/"
# Every token in the text of an edition, a row each.
MENTIONED = Func(
    F("body"),
    Value(f"{PLACE}([0-9a-f]{{12}})"),
    Value("g"),
    function="regexp_matches",
    template="(%(function)s(%(expressions)s))[1]",
    output_field=models.CharField(),
)


def _editions() -> Any:
    return apps.get_model("editorial", "Edition").objects


def _in_editions() -> Q:
    return Q(pk__in=_editions().filter(image__isnull=False).values("image")) | Q(
        token__in=_editions().filter(body__contains=PLACE).values_list(MENTIONED)
    )


def nowhere(image: Image, name: str) -> str:
    """Django would keep a file as it came and under the name it came with."""
    raise ValueError("A picture is kept by Image.save(), which takes the upload in first.")


class ImageQuerySet(ContentQuerySet["Image"]):
    def used(self) -> Self:
        """Shown by an edition, as its picture or in its text, whether or not readers see that edition."""
        return self.filter(_in_editions())

    def unused(self) -> Self:
        return self.exclude(_in_editions())

    def articles(self) -> dict[str, int]:
        """In how many articles each of these is, by its token. Two queries, which read every text once."""
        editions = _editions()
        found = {*editions.filter(image__in=self).values_list("image__token", "article")}
        found |= {*editions.filter(body__contains=PLACE).values_list(MENTIONED, "article")}
        return Counter(token for token, _ in found)

    def rendition(self, name: str) -> tuple[pictures.Rendition, bytes | None] | None:
        """What is to be answered for a file of a picture that is not there.

        If it may be, it is made, and comes with its content. If it belongs to an earlier version of the picture or an
        earlier focal point, or is the picture’s own address, what readers get today comes without. None for the rest.
        """
        address = pictures.ADDRESS.fullmatch(name)
        image = self.filter(token=address["token"]).first() if address else None
        if address is None or image is None:
            return None
        original = image.original
        wanted = next((each for each in original.all() if each.name == name), None)
        if wanted:
            content = pictures.make(original, wanted)
            return None if content is None else (wanted, content)
        is_of_today = name.rpartition("/")[2].startswith(original.version)
        if is_of_today and address["shape"] not in pictures.CROPS:  # a width that this version does not have
            return None
        return original.nearest(address["shape"], address["kind"]), None

    def named_in(self, *texts: str) -> Self:
        """The pictures that texts refer to. Asks nothing where they refer to none."""
        return self.filter(token__in=references(*texts))

    def in_texts(self, *texts: str) -> dict[str, Illustration]:
        """What `prose.render` needs for every picture that the texts refer to. One query, or none."""
        return {image.token: image.illustration for image in self.named_in(*texts)}


class Image(Content, Slugged):
    """An uploaded picture, with what a reader who cannot see it needs and who made it.

    The file is never what was uploaded: `save` takes every upload in (`editorial.pictures`), keeps the result, and
    removes what it replaces once that is certain.
    """

    file = models.FileField("picture", upload_to=nowhere, help_text="JPEG, PNG or WebP, at most 20 megabytes.")
    token = models.CharField(
        max_length=12,
        unique=True,
        editable=False,
        # The last group of a random UUID; for rows that do not come through `save`.
        db_default=Substr(Cast(RandomUUID(), models.CharField()), 25),
        help_text="Stands for the picture in addresses, whatever file it has.",
    )
    digest = models.CharField(max_length=64, blank=True, editable=False, db_default="", help_text="Of the pixels.")
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alt = models.CharField(
        "alternative text", max_length=250, help_text="What the picture shows, for readers who cannot see it."
    )
    credit = models.CharField(max_length=160, help_text="Who made it.")
    license = models.CharField("license", max_length=120, help_text="On which terms we use it: “CC BY 4.0”.")
    focal_x = models.DecimalField(
        "focal point, across",
        max_digits=3,
        decimal_places=2,
        default=0.5,
        help_text="What must stay in view when cropped: 0 is left, 1 is right.",
    )
    focal_y = models.DecimalField(
        "focal point, down", max_digits=3, decimal_places=2, default=0.5, help_text="0 is top, 1 is bottom."
    )

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "slug")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(focal_x__range=(0, 1), focal_y__range=(0, 1)),
                name="image_focal_point_is_inside",
                violation_error_message="The focal point lies inside the picture: both numbers from 0 to 1.",
            ),
            models.UniqueConstraint(
                fields=("digest",),
                condition=~Q(digest=""),
                name="picture_is_kept_once",
                violation_error_message="This picture is in the library already. Find it there and use that one.",
            ),
        )
        indexes = (
            models.Index(fields=("-created_at", "slug"), name="image_newest_first"),
            WordsIndex(words=("alt", "slug", "credit", "license"), name="image_words"),
        )

    def __str__(self) -> str:
        return self.alt

    # --- Its files ---------------------------------------------------------------------------------------------

    @property
    def original(self) -> pictures.Original:
        focal = (round(float(self.focal_x) * 100), round(float(self.focal_y) * 100))
        return pictures.Original(self.token, str(self.file.name), self.width, self.height, focal)

    def accept(self, master: pictures.Master) -> None:
        """Describe this picture by an upload that is about to be saved."""
        self.width, self.height, self.digest = master.width, master.height, master.digest

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises `pictures.Refused` for an upload that is no safe picture."""
        file: Any = self.file
        if not file or file._committed:
            with transaction.atomic():
                super().save(*args, **kwargs)
                transaction.on_commit(partial(_drop_stale_crops, self.original), robust=True)
            return
        master = file.file.master if isinstance(file.file, Upload) else pictures.read(file.file)
        self.accept(master)
        token: Any = self.token
        if not isinstance(token, str):  # left to the database
            self.token = files.new_token()
        self.file = name = files.put_master(master, self.token)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "width", "height", "digest"}
        try:
            with transaction.atomic():
                # Locked, so that of two people who replace it at once each removes what the other has not.
                before = Image.objects.select_for_update().filter(pk=self.pk).first() if self.pk else None
                super().save(*args, **kwargs)
                if before and before.file.name != name:
                    transaction.on_commit(partial(_drop, before.original), robust=True)
        except BaseException:
            files.remove(name)
            raise

    # --- For readers -------------------------------------------------------------------------------------------

    @property
    def srcset(self) -> str:
        return ", ".join(f"{each.url} {each.width}w" for each in self.original.scaled)

    @property
    def fallback(self) -> pictures.Rendition:
        return self.original.fallback

    @property
    def share(self) -> pictures.Rendition:
        return self.original.share

    @property
    def thumb(self) -> pictures.Rendition:
        return self.original.thumb

    @property
    def rights(self) -> str:
        return f"{self.credit}. {self.license}"

    @property
    def illustration(self) -> Illustration:
        return Illustration(self.srcset, self.fallback.url, self.width, self.height, self.alt, self.rights)

    @property
    def address(self) -> str:
        """Where the picture is whatever file it has; what texts refer to it by."""
        return default_storage.url(f"{files.FOLDER}/{self.token}")

    @property
    def markdown(self) -> str:
        """To be pasted into a text. Without words of its own, the picture’s alternative text is read out."""
        return f"![]({self.address})"

    # --- Where it is used --------------------------------------------------------------------------------------

    def uses(self) -> Iterator[Content]:
        """Every entry that shows this picture, by a relation or in a text; drafts and earlier editions as well."""
        for model in _content_models():
            if found := self._in(model):
                yield from model._default_manager.filter(found).order_by("pk")

    def _in(self, model: type[Content]) -> Q | None:
        conditions = [
            Q(**{f"{field.name}__contains": self.address})
            for field in model._meta.concrete_fields
            if isinstance(field, models.TextField)
        ]
        conditions += [
            Q(**{field.name: self.pk}) for field in model._meta.concrete_fields if field.related_model is Image
        ]
        if not conditions:
            return None
        anywhere = conditions[0]
        for condition in conditions[1:]:
            anywhere |= condition
        return anywhere


def _content_models() -> Iterable[type[Content]]:
    return [model for model in apps.get_models() if issubclass(model, Content)]


def _drop(original: pictures.Original) -> None:
    """What was replaced or deleted, and all that was derived from it."""
    files.remove(original.name)
    files.remove_where(original.token, lambda name: name.startswith(original.version))


def _drop_stale_crops(original: pictures.Original) -> None:
    """Crops around a point that the focal point has moved away from."""
    current = {each.name.rpartition("/")[2] for each in (original.share, original.thumb)}
    starts = tuple(f"{original.version}-{shape}-" for shape in ("share", "thumb"))
    files.remove_where(original.token, lambda name: name.startswith(starts) and name not in current)


def _keep_what_is_used(instance: Image, **kwargs: Any) -> None:
    """Relations are protected by the database; a text that refers to a picture is protected here."""
    if used := list(instance.uses()):
        raise models.ProtectedError(f"“{instance}” is used in {len(used)} places.", set(used))


def _remove_files(instance: Image, **kwargs: Any) -> None:
    transaction.on_commit(partial(_drop, instance.original), robust=True)


def connect() -> None:
    """Called once, when the app is ready."""
    pre_delete.connect(_keep_what_is_used, sender=Image, dispatch_uid="used_pictures_stay")
    post_delete.connect(_remove_files, sender=Image, dispatch_uid="files_go_with_their_picture")
