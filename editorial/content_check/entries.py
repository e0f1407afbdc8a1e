"""One entry → what is wrong with it: its words, its texts, and where they lead. Saved, or still being written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from editorial.live_facts.entries import Target
from editorial.live_facts.names import BY_ARC
from editorial.live_facts.validation import ReferenceCheck
from editorial.models import (
    Author,
    Edition,
    FactUse,
    GlossaryTerm,
    HubSection,
    HubSettings,
    Image,
    Notice,
    Persona,
    StyleRule,
    Topic,
)
from editorial.models.prose import WithProse
from editorial.prose import render
from editorial.prose.outline import Outline, outline
from models_catalog.models import (
    Correction,
    DeploymentOption,
    KeyFigure,
    License,
    LicenseRule,
    Provider,
    Release,
    TimelineEvent,
    UseCase,
)

from .findings import Code, Finding, Level, Place
from .links import Addresses
from .style import HouseStyle
from .texts import markdown_findings, plain_findings

# Words of ours that readers see and that carry no markup. What a correction says we once said is left as it was.
PLAIN: dict[type[Model], tuple[str, ...]] = {
    Edition: ("title", "standfirst", "change_note"),
    HubSection: ("title", "standfirst"),
    HubSettings: ("tagline", "standfirst"),
    Notice: ("title",),
    GlossaryTerm: ("definition",),
    Persona: ("needs",),
    Topic: ("description",),
    Author: ("bio",),
    Image: ("alt",),
    Release: ("summary",),
    TimelineEvent: ("summary",),
    License: ("summary", "threshold_measured"),
    LicenseRule: ("conditions",),
    UseCase: ("question", "label", "explanation"),
    DeploymentOption: ("summary", "conditions"),
    Provider: ("note",),
    KeyFigure: ("label", "measures"),
    Correction: ("what_is_right", "why"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """An address in a text, with the page and the places that the text itself offers."""

    place: Place
    line: int
    address: str
    own_page: str
    own_anchors: tuple[str, ...]


def current_editions() -> QuerySet[Edition]:
    """What readers see or are about to: live, scheduled and in the making. Older ones never change."""
    approved = Q(pk__in=Edition.objects.live().values("pk")) | Q(pk__in=Edition.objects.scheduled().values("pk"))
    return Edition.objects.filter(approved | Q(pk__in=Edition.objects.open().values("pk"))).select_related("article")


def listed(model: type[Model]) -> QuerySet[Any]:
    """The rows of a kind that readers see."""
    rows: QuerySet[Any] = current_editions() if model is Edition else model._default_manager.all()
    if model is LicenseRule:
        rows = rows.select_related("use_case", "license")
    return rows.filter(is_listed=True) if any(f.name == "is_listed" for f in model._meta.fields) else rows


# --- Of what a text consists, and where it stands ---------------------------------------------------------------------


def page_of(entry: Any, name: str) -> str:
    """The page on which readers find a text."""
    return reverse("editorial:about") if name == "about" else entry.get_absolute_url().partition("#")[0]


def _is_on_its_own(entry: Any, name: str) -> bool:
    """An article, or the page “About”: not one of several texts of a page."""
    return isinstance(entry, Edition) or name == "about"


def anchors_of(entry: Any, name: str) -> tuple[str, ...]:
    """The places that a text offers to links."""
    prefix = "" if _is_on_its_own(entry, name) else f"{entry.natural_key()[0]}-"
    return tuple(heading.id for heading in render(getattr(entry, name), prefix=prefix).headings)


def links_of(entry: Any, name: str, read: Outline, anchors: tuple[str, ...]) -> Iterator[Link]:
    """Where a text leads, pictures included."""
    place, page = Place.of(entry, name), page_of(entry, name)
    for link in (*read.links, *read.images):
        yield Link(place, link.line, link.address, page, anchors)


# --- What is wrong ----------------------------------------------------------------------------------------------------


def own_findings(
    entry: Any,
    *,
    style: HouseStyle,
    references: ReferenceCheck,
    on_record: Mapping[str, Target] | None = None,
    read: Mapping[str, Outline] | None = None,
) -> Iterator[Finding]:
    """Everything but links. ``read`` holds the outlines of its texts, if they are at hand."""
    for name in PLAIN[type(entry)]:
        yield from plain_findings(getattr(entry, name), Place.of(entry, name), style=style)
    if isinstance(entry, WithProse):
        for name in entry.prose_fields:
            yield from markdown_findings(
                getattr(entry, name),
                Place.of(entry, name),
                style=style,
                references=references,
                on_record=on_record,
                under=1 if _is_on_its_own(entry, name) else 2,
                read=read[name] if read else None,
            )
    if isinstance(entry, Image) and not entry.alt.strip():
        message = "The picture has no alternative text. Say what it shows."
        yield Finding(Level.ERROR, Code.MISSING_ALT, Place.of(entry, "alt"), message)


def link_findings(links: Iterable[Link], addresses: Addresses) -> Iterator[Finding]:
    for link in links:
        if verdict := addresses.problem(link.address, link.own_page, link.own_anchors):
            level, code, message = verdict
            yield Finding(level, code, link.place, message, link.line)


def check_entry(entry: WithProse) -> list[Finding]:
    """What `check_site` would find in this entry as it stands in memory, in the order of its fields and lines.

    A few queries, of which none reads more rows than the texts have links; linear in the length of the texts.
    """
    texts = {name: getattr(entry, name) for name in entry.prose_fields}
    read = {name: outline(text) for name, text in texts.items()}
    on_record: dict[str, Target] = {}
    if entry.pk:
        uses = FactUse.objects.in_texts([entry])
        on_record = {use.name: (BY_ARC[use.target_kind], use.target_id) for use in uses}
    findings = list(
        own_findings(
            entry,
            style=HouseStyle(StyleRule.objects.all()),
            references=ReferenceCheck.of(
                (reference for found in read.values() for reference in found.references), on_record.values()
            ),
            on_record=on_record,
            read=read,
        )
    )
    links = [
        link
        for name, found in read.items()
        if found.links or found.images
        for link in links_of(entry, name, found, anchors_of(entry, name) if _has_own_anchor(found) else ())
    ]
    if links:
        findings += link_findings(links, _addresses_for(links))
    order = {name: number for number, name in enumerate((*PLAIN[type(entry)], *texts))}
    findings.sort(key=lambda finding: (order[finding.place.field], finding.line or 0))
    return findings


def _has_own_anchor(found: Outline) -> bool:
    return any(link.address.startswith("#") for link in found.links)


def _addresses_for(links: list[Link]) -> Addresses:
    """Where these links lead, with the places that the texts behind them offer."""
    addresses = Addresses({link.address for link in links})
    wanted = {link.address.partition("#")[0] for link in links if "#" in link.address.strip("#")}
    if wanted:
        for model in (Edition, HubSection, HubSettings, Notice):
            texts = listed(model)
            if model is Edition:
                slugs = {page.strip("/").rpartition("/")[2] for page in wanted}
                texts = Edition.objects.live().filter(article__slug__in=slugs).select_related("article")
            for text in texts:
                for name in text.prose_fields:
                    if (page := page_of(text, name)) in wanted:
                        addresses.add_anchors(page, anchors_of(text, name))
    return addresses
