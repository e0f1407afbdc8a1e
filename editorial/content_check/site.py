"""The whole site’s content, checked in a number of queries that does not grow with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.redirects.models import Redirect
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from editorial.live_facts import uses
from editorial.live_facts.entries import Target
from editorial.live_facts.names import BY_ARC, Names
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
from editorial.prose.outline import outline
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

from .catalog import Catalog, stale_findings
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


@dataclass(frozen=True)
class Report:
    """Everything found, by code and place, and how much was looked at (by kind of entry)."""

    findings: tuple[Finding, ...]
    checked: dict[str, int]

    def count(self, level: Level) -> int:
        return sum(finding.level == level for finding in self.findings)

    def by_code(self) -> dict[Code, list[Finding]]:
        groups: dict[Code, list[Finding]] = {}
        for code in Code:
            if found := [finding for finding in self.findings if finding.code == code]:
                groups[code] = found
        return groups


@dataclass
class _Link:
    place: Place
    line: int
    address: str
    own_page: str
    own_anchors: tuple[str, ...]


@dataclass
class _Reading:
    """What is gathered while the texts are read."""

    links: list[_Link] = field(default_factory=list)
    anchors: dict[str, set[str]] = field(default_factory=dict)
    checked: Counter[str] = field(default_factory=Counter)


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


def check_site() -> Report:
    """Everything that is wrong with what readers see, or are about to see."""
    reading = _Reading()
    findings = list(_findings(reading))
    order = list(Code)
    findings.sort(key=lambda f: (order.index(f.code), f.place.model, f.place.key, f.place.field, f.line or 0))
    return Report(tuple(findings), dict(sorted(reading.checked.items())))


def _findings(reading: _Reading) -> Iterator[Finding]:
    style = HouseStyle(StyleRule.objects.all())
    catalog = Catalog()
    names = Names()
    references = ReferenceCheck(names, catalog.states, lambda: names)
    on_record: dict[WithProse, dict[str, Target]] = {}
    for use in FactUse.objects.all():
        on_record.setdefault(use.text, {})[use.name] = (BY_ARC[use.target_kind], use.target_id)
    live = set(Edition.objects.live().values_list("pk", flat=True))

    for model, fields in PLAIN.items():
        for entry in listed(model):
            reading.checked[model._meta.label_lower] += 1
            for name in fields:
                yield from plain_findings(getattr(entry, name), Place.of(entry, name), style=style)
            if isinstance(entry, WithProse):
                for name in entry.prose_fields:
                    _gather(entry, name, reading, live)
                    yield from markdown_findings(
                        getattr(entry, name),
                        Place.of(entry, name),
                        style=style,
                        references=references,
                        on_record=on_record.get(entry),
                        under=1 if isinstance(entry, Edition) or name == "about" else 2,
                    )
            if isinstance(entry, Image) and not entry.alt.strip():
                message = "The picture has no alternative text. Say what it shows."
                yield Finding(Level.ERROR, Code.MISSING_ALT, Place.of(entry, "alt"), message)

    yield from _link_findings(reading)
    yield from catalog.unsourced()
    yield from stale_findings(timezone.localdate())
    yield from _record_findings()


def _gather(entry: Any, name: str, reading: _Reading, live: set[int]) -> None:
    """Links, and the places that a text offers to them."""
    markdown = getattr(entry, name)
    page = reverse("editorial:about") if name == "about" else entry.get_absolute_url().partition("#")[0]
    prefix = "" if isinstance(entry, Edition) or name == "about" else f"{entry.natural_key()[0]}-"
    headings = tuple(heading.id for heading in render(markdown, prefix=prefix).headings)
    if not isinstance(entry, Edition) or entry.pk in live:
        reading.anchors.setdefault(page, set()).update(headings)
    found = outline(markdown)
    place = Place.of(entry, name)
    for link in (*found.links, *found.images):
        reading.links.append(_Link(place, link.line, link.address, page, headings))


def _link_findings(reading: _Reading) -> Iterator[Finding]:
    addresses = Addresses()
    for page, anchors in reading.anchors.items():
        addresses.add_anchors(page, anchors)
    for link in reading.links:
        if verdict := addresses.problem(link.address, link.own_page, link.own_anchors):
            level, code, message = verdict
            yield Finding(level, code, link.place, message, link.line)
    for redirect in Redirect.objects.filter(site_id=settings.SITE_ID, new_path__startswith="/"):
        reading.checked["redirects.redirect"] += 1
        if verdict := addresses.problem(redirect.new_path):
            level, code, message = verdict
            words = f"Redirect from “{redirect.old_path}”"
            place = Place(
                "redirects.redirect", (redirect.old_path,), words, "new_path", Place.of(redirect, "").admin_url
            )
            yield Finding(level, code, place, message)


def _record_findings() -> Iterator[Finding]:
    for text, count in uses.out_of_date():
        message = (
            f"{count} references came past the forms and are not on record, so the facts they name could be deleted. "
            "Run “manage.py check_content --repair”."
        )
        yield Finding(Level.ERROR, Code.USES_OUT_OF_DATE, Place.of(text, text.prose_fields[0]), message)
