"""Small builders of valid rows. Each takes any field by keyword and makes up the rest."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from PIL import Image as Picture

from editorial.models import (
    Article,
    Author,
    Edition,
    GlossaryTerm,
    HelpLine,
    HubSection,
    HubSettings,
    Image,
    Notice,
    Persona,
    StyleRule,
    Topic,
)
from llamahub.accounts.models import AuditEntry
from llamahub.backup.models import Export
from llamahub.backup.naming import ExportName
from models_catalog.models import (
    FACT_MODELS,
    CheckInterval,
    Citation,
    Correction,
    DeploymentOption,
    KeyFigure,
    License,
    LicenseRule,
    Machine,
    Provider,
    PublishedMemory,
    Release,
    Source,
    TimelineEvent,
    UseCase,
    Variant,
)

CHECKED = date(2026, 11, 24)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

_number = count(1)


def _made_up(fields: dict[str, Any], **defaults: Any) -> dict[str, Any]:
    return {**defaults, **fields}


def make_source(**fields: Any) -> Source:
    n = next(_number)
    return Source.objects.create(
        **_made_up(
            fields,
            slug=f"source-{n}",
            title=f"Model card {n}",
            publisher="Meta",
            url=f"https://example.org/card-{n}",
            kind=Source.Kind.MODEL_CARD,
            last_checked_on=CHECKED,
        )
    )


def make_citation(**fields: Any) -> Citation:
    """Needs a target, for example ``release=…``, and its ``field``."""
    if "source" not in fields:
        fields["source"] = make_source()
    return Citation.objects.create(**_made_up(fields, locator="Table 1", checked_on=CHECKED))


def make_check_interval(**fields: Any) -> CheckInterval:
    """For every fact of a kind, or the next fact of releases that has no interval yet, unless told otherwise."""
    if not {"about", "field"} & fields.keys():
        taken = set(CheckInterval.objects.filter(about="release").values_list("field", flat=True))
        fields["field"] = next(field for field in FACT_MODELS["release"].citable if field not in taken)
    return CheckInterval.objects.create(**_made_up(fields, about="release", days=90))


def make_correction(**fields: Any) -> Correction:
    n = next(_number)
    if "source" not in fields:
        fields["source"] = make_source()
    return Correction.objects.create(
        **_made_up(
            fields,
            slug=f"correction-{n}",
            what_we_said=f"We said {n}.",
            what_is_right=f"It is {n + 1}.",
            why="A number was copied from the wrong column.",
            published_on=CHECKED,
        )
    )


def make_license(**fields: Any) -> License:
    n = next(_number)
    return License.objects.create(
        **_made_up(
            fields,
            slug=f"made-up-license-{n}",
            name=f"License {n}",
            version=f"v{n}",
            effective_on=date(2024, 1, 1) + timedelta(days=n),
            url=f"https://example.org/license-{n}",
            summary="Most companies may use it.",
            licensor="Meta Platforms, Inc.",
        )
    )


def make_use_case(**fields: Any) -> UseCase:
    n = next(_number)
    return UseCase.objects.create(
        **_made_up(fields, slug=f"use-case-{n}", question=f"May I do {n}?", label=f"Do {n}", position=n % 30_000)
    )


def make_activity(**fields: Any) -> UseCase:
    """Something that the checker offers to readers."""
    n = next(_number)
    return make_use_case(**_made_up(fields, role="activity", wording=f"Do activity {n}", group="use"))


def make_circumstance(**fields: Any) -> UseCase:
    """Something that is true of some readers; needs an ``only_…`` field."""
    n = next(_number)
    return make_use_case(**_made_up(fields, role="circumstance", wording=f"You are {n}"))


def make_rule(**fields: Any) -> LicenseRule:
    if "use_case" not in fields:
        fields["use_case"] = make_use_case()
    if "license" not in fields:
        fields["license"] = make_license()
    return LicenseRule.objects.create(**_made_up(fields, verdict=LicenseRule.Verdict.ALLOWED, clause="§1.a"))


def make_release(**fields: Any) -> Release:
    n = next(_number)
    if "license" not in fields:
        fields["license"] = make_license()
    return Release.objects.create(
        **_made_up(
            fields,
            slug=f"release-{n}",
            name=f"Llama Test {n}",
            generation="3",
            summary="A model for tests.",
            released_on=date(2024, 4, 18),
            status=Release.Status.AVAILABLE,
            architecture=Release.Architecture.DENSE,
            context_tokens=8192,
            modalities_in=["text"],
            modalities_out=["text"],
        )
    )


def make_variant(**fields: Any) -> Variant:
    n = next(_number)
    if "release" not in fields:
        fields["release"] = make_release()
    return Variant.objects.create(
        **_made_up(
            fields,
            slug=f"variant-{n}",
            name=f"Llama Test {n} 8B",
            size_label="8B",
            kind=Variant.Kind.INSTRUCT,
            parameters_total=8_000_000_000,
        )
    )


def make_event(**fields: Any) -> TimelineEvent:
    n = next(_number)
    return TimelineEvent.objects.create(
        **_made_up(
            fields,
            slug=f"event-{n}",
            title=f"Something happened {n}",
            happened_on=date(2024, 4, 18),
            kind=TimelineEvent.Kind.RELEASE,
            summary="A model was released.",
        )
    )


def make_option(**fields: Any) -> DeploymentOption:
    n = next(_number)
    return DeploymentOption.objects.create(
        **_made_up(fields, slug=f"option-{n}", name=f"Way {n}", summary="A way to run it.", conditions="It has limits.")
    )


def make_provider(**fields: Any) -> Provider:
    n = next(_number)
    if "option" not in fields:
        fields["option"] = make_option()
    return Provider.objects.create(
        **_made_up(fields, slug=f"provider-{n}", name=f"Provider {n}", url=f"https://example.org/provider-{n}")
    )


def make_machine(**fields: Any) -> Machine:
    n = next(_number)
    return Machine.objects.create(
        **_made_up(fields, slug=f"machine-{n}", name=f"Machine {n}", memory_gb=24, usable_percent=90)
    )


def make_published_memory(**fields: Any) -> PublishedMemory:
    n = next(_number)
    if "variant" not in fields:
        fields["variant"] = make_variant()
    return PublishedMemory.objects.create(
        **_made_up(
            fields,
            slug=f"published-{n}",
            weight_format="16-bit",
            kind=PublishedMemory.Kind.WEIGHTS,
            value=16,
            unit=PublishedMemory.Unit.GB,
        )
    )


def make_figure(**fields: Any) -> KeyFigure:
    n = next(_number)
    return KeyFigure.objects.create(
        **_made_up(
            fields,
            slug=f"figure-{n}",
            label=f"Figure {n}",
            value=10_000_000,
            unit="tokens",
            measures="The longest input that the card states.",
            as_of=CHECKED,
        )
    )


def make_topic(**fields: Any) -> Topic:
    n = next(_number)
    return Topic.objects.create(**_made_up(fields, slug=f"topic-{n}", name=f"Topic {n}", description="About it."))


def make_author(**fields: Any) -> Author:
    n = next(_number)
    return Author.objects.create(**_made_up(fields, slug=f"author-{n}", name=f"Author {n}"))


def make_article(**fields: Any) -> Article:
    n = next(_number)
    if "topic" not in fields:
        fields["topic"] = make_topic()
    authors = fields.pop("authors", None) or [make_author()]
    article = Article.objects.create(**_made_up(fields, slug=f"article-{n}"))
    article.authors.set(authors)
    return article


def make_edition(**fields: Any) -> Edition:
    """A draft, unless told otherwise."""
    if "article" not in fields:
        fields["article"] = make_article()
    number = Edition.objects.filter(article=fields["article"]).count() + 1
    return Edition.objects.create(
        **_made_up(
            fields,
            number=number,
            title=f"Headline {next(_number)}",
            standfirst="What it is about.",
            body="## A section\n\nSome text.",
            as_of=CHECKED,
        )
    )


def make_live_article(**fields: Any) -> Article:
    """An article with one public edition. Fields of the edition go in ``edition={…}``."""
    edition = fields.pop("edition", {})
    article = make_article(**fields)
    make_edition(article=article, **_made_up(edition, status=Edition.Status.APPROVED, publish_at=LONG_AGO))
    return article


def make_persona(**fields: Any) -> Persona:
    n = next(_number)
    return Persona.objects.create(**_made_up(fields, slug=f"persona-{n}", name=f"Reader {n}", needs="An answer."))


def make_notice(**fields: Any) -> Notice:
    n = next(_number)
    return Notice.objects.create(
        **_made_up(fields, slug=f"notice-{n}", title=f"Notice {n}", kind=Notice.Kind.PRIVACY, body="Mind this.")
    )


def make_help_line(**fields: Any) -> HelpLine:
    n = next(_number)
    if "notice" not in fields:
        fields["notice"] = make_notice()
    return HelpLine.objects.create(
        **_made_up(
            fields, slug=f"line-{n}", name=f"Line {n}", contact="Call 988", url="tel:988", region="United States"
        )
    )


def make_term(**fields: Any) -> GlossaryTerm:
    n = next(_number)
    return GlossaryTerm.objects.create(
        **_made_up(fields, slug=f"term-{n}", term=f"Term {n}", definition="It means it.")
    )


def make_style_rule(**fields: Any) -> StyleRule:
    n = next(_number)
    return StyleRule.objects.create(
        **_made_up(fields, slug=f"rule-{n}", avoid=f"wrong {n}", prefer=f"right {n}", because="It is clearer.")
    )


def make_section(kind: str, **fields: Any) -> HubSection:
    return HubSection.objects.create(**_made_up(fields, kind=kind, title=HubSection.Kind(kind).label))


def make_hub(**fields: Any) -> HubSettings:
    """The hub’s settings and every one of its sections."""
    for position, kind in enumerate(HubSection.Kind.values):
        make_section(kind, position=position)
    return HubSettings.objects.create(
        **_made_up(
            fields,
            name="LlamaHub",
            tagline="The reference on Llama",
            standfirst="What each model is.",
            independence="Independent of Meta.",
            about="## Who we are\n\nThe desk.",
        )
    )


def make_user(*groups: str, **fields: Any) -> User:
    """A member of staff in the named groups, with the password “secret”."""
    from django.contrib.auth.models import Group

    n = next(_number)
    user = User.objects.create_user(**_made_up(fields, username=f"user-{n}", password="secret", is_staff=True))
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def make_audit_entry(**fields: Any) -> AuditEntry:
    return AuditEntry.objects.create(
        **_made_up(fields, at=LONG_AGO, kind=AuditEntry.Kind.SIGNED_IN, actor="ada", subject="ada")
    )


def make_export(**fields: Any) -> Export:
    """A record of an export; its file is not made, unless ``content`` is given."""
    content = fields.pop("content", None)
    made_at = fields.setdefault("made_at", LONG_AGO + timedelta(seconds=next(_number)))
    export = Export.objects.create(
        **_made_up(
            fields,
            made_by="ada",
            file=str(ExportName(made_at, fields.get("with_accounts", False))),
            size=len(content or b"") or 1_234_567,
            rows=4_321,
            sha256=hashlib.sha256(content or b"").hexdigest(),
            took=timedelta(seconds=3),
        )
    )
    if content is not None:
        export.path.parent.mkdir(parents=True, exist_ok=True)
        export.path.write_bytes(content)
    return export


def picture_file(kind: str = "PNG", size: tuple[int, int] = (2, 1), color: Any = None, **options: Any) -> ContentFile:
    """A picture as an editor would upload it; of a color of its own, unless told otherwise."""
    data = BytesIO()
    Picture.new("RGB", size, color or next(_number) * 997).save(data, kind, **options)
    return ContentFile(data.getvalue(), name=f"picture.{kind.lower()}")


def make_image(**fields: Any) -> Image:
    """A picture of two pixels, kept in the test's own folder."""
    n = next(_number)
    if "file" not in fields:
        fields["file"] = picture_file()
    return Image.objects.create(
        **_made_up(
            fields,
            slug=f"image-{n}",
            alt="A white rectangle",
            credit="LlamaHub editors",
            license="CC BY 4.0",
        )
    )
