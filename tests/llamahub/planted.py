"""Entries of every kind that no reader may see, each word of them marked; and published siblings, marked as well."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone
from PIL import Image as Picture
from PIL.PngImagePlugin import PngInfo

from editorial.models import Article, Author, Edition, HelpLine, HubSection, Image, Notice, ReviewComment, Topic
from models_catalog.models import Citation, Correction, PublishedMemory, Release, TimelineEvent, Variant
from tests import factories as make

MANY, FEW = 25, 5
# Words to the search, none of which it takes apart or shortens to its stem: letters alone, and no endings among them.
LETTERS = "bcfhjkmpqvwxz"


def unguessable(start: str) -> str:
    return start + "".join(secrets.choice(LETTERS) for _ in range(9))


SECRET, SHOWN = unguessable("zq"), unguessable("xv")

_number = count(1)


def word(mark: str) -> str:
    """The mark with four letters that only this word ends in."""
    number, end = next(_number), ""
    for _ in range(4):
        number, letter = divmod(number, len(LETTERS))
        end = LETTERS[letter] + end
    return mark + end


def texts(model: type[models.Model], mark: str) -> dict[str, Any]:
    """A marked word for every text that a person writes into an entry: what is added to the model later as well."""
    written: dict[str, Any] = {}
    for each in model._meta.concrete_fields:
        if each.choices or not each.editable or each.name in {"field", "moved_to", "wrong_value", "url"}:
            continue
        if isinstance(each, ArrayField) and not each.base_field.choices:
            written[each.name] = [word(mark)]
        elif isinstance(each, models.CharField | models.TextField) and (each.max_length or 99) > 20:
            is_name = each.name in {"slug", "repository_id"} or (each.max_length or 99) < 40
            written[each.name] = word(mark) if is_name else f"About {word(mark)}, in words."
    return written


@dataclass
class Planted:
    """What was put there: addresses that nobody may know, and what tells of them."""

    addresses: dict[str, list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    pictures: list[Image] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    def add(self, kind: str, entry: Any) -> Any:
        self.kinds.add(kind)
        if hasattr(entry, "get_absolute_url") and not isinstance(entry, Edition):
            self.addresses.setdefault(kind, []).append(entry.get_absolute_url())
        for value in vars(entry).values():
            self.words += re.findall(f"{SECRET}[{LETTERS}]{{4}}", str(value))
        return entry


def picture_with_words(mark: str) -> Any:
    """A picture with its description in the file."""
    info = PngInfo()
    info.add_text("Description", word(mark))
    data = io.BytesIO()
    n = next(_number)
    Picture.new("RGB", (40, 20), n * 997 % 0xFFFFFF).save(data, "PNG", pnginfo=info)
    return ContentFile(data.getvalue(), name=f"{word(mark)}.png")


def make_picture(mark: str) -> Image:
    return make.make_image(**texts(Image, mark), file=picture_with_words(mark))


def plant_articles(planted: Planted, editor: Any) -> None:
    """Every state in which a text is not before readers, on articles of their own and on live ones."""
    now = timezone.now()
    topic, author = Topic.objects.filter(articles__in=Article.objects.live()).first(), Author.objects.first()
    assert topic
    assert author
    release = Release.objects.listed().first()
    approved = Edition.Status.APPROVED
    states: dict[str, tuple[int, dict[str, Any], dict[str, Any]]] = {
        "draft": (MANY, {}, {}),
        "in review": (MANY, {"status": Edition.Status.IN_REVIEW}, {}),
        "scheduled": (MANY, {"status": approved, "publish_at": now + timedelta(hours=1)}, {}),
        "retired unseen": (FEW, {}, {"withdrawn_at": now - timedelta(minutes=1)}),
        "retired": (
            FEW,
            {"status": approved, "publish_at": now - timedelta(days=1)},
            {"withdrawn_at": now - timedelta(minutes=1)},
        ),
    }
    for state, (number, edition, article) in states.items():
        for n in range(number):
            secret = make.make_article(slug=word(SECRET), topic=topic, authors=[author], **article)
            secret.releases.add(release)
            picture = planted.add("image", make_picture(SECRET)) if n < FEW else None
            if picture:
                planted.pictures.append(picture)
            body = texts(Edition, SECRET)["body"]
            if picture:
                body += f"\n\n{picture.markdown}"
            text = make.make_edition(
                article=secret, **{**texts(Edition, SECRET), "body": body}, image=picture, **edition
            )
            planted.add(state, secret)
            planted.add(state, text)
            ReviewComment.objects.create(edition=text, author=editor, text=word(SECRET))
    for _ in range(FEW):
        live = make.make_live_article(
            topic=topic, authors=[author], edition=texts(Edition, SHOWN) | {"image": make_picture(SHOWN)}
        )
        live.releases.add(release)
        planted.add(
            "next, scheduled",
            make.make_edition(
                article=live, **texts(Edition, SECRET), status=approved, publish_at=now + timedelta(hours=1)
            ),
        )
        planted.add("next, draft", make.make_edition(article=live, **texts(Edition, SECRET)))


def plant_entries(planted: Planted) -> None:
    """Unlisted entries of each kind, with all that hangs on them, each beside a listed one."""
    option = make.make_option(**texts(make.DeploymentOption, SHOWN))
    source = make.make_source()
    for mark, listed in ((SECRET, False), (SHOWN, True)):
        add: Callable[[str, Any], Any] = planted.add if mark == SECRET else lambda kind, entry: entry
        for _ in range(MANY if mark == SECRET else FEW):
            release = add("release", make.make_release(**texts(Release, mark), is_listed=listed))
            variant = add("checkpoint", make.make_variant(**texts(Variant, mark), release=release))
            event = add("event", make.make_event(**texts(TimelineEvent, mark), is_listed=listed))
            add("notice", make.make_notice(**texts(Notice, mark), is_listed=listed))
            add(
                "help line",
                make.make_help_line(**texts(HelpLine, mark) | {"url": "tel:988"}, notice=Notice.objects.latest("pk")),
            )
            memory = add(
                "published memory", make.make_published_memory(**texts(PublishedMemory, mark), variant=variant)
            )
            for target in ({"release": release, "field": "context_tokens"}, {"variant": variant, "field": "parameters_total"},
                           {"event": event, "field": "happened_on"}, {"published_memory": memory, "field": "value"}):  # fmt: skip
                add("citation", make.make_citation(**texts(Citation, mark), source=source, **target))
                add("correction", make.make_correction(**texts(Correction, mark), source=source, **target))
            event.releases.add(release)
            make.make_provider(option=option).releases.add(release)
        section = HubSection.objects.filter(kind="open-weight" if listed else "coverage")
        section.update(**texts(HubSection, mark), is_listed=listed)
        add("hub section", section.get())
