"""The whole site’s content, checked in a number of queries that does not grow with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.redirects.models import Redirect
from django.utils import timezone

from editorial.live_facts import uses
from editorial.live_facts.entries import Target
from editorial.live_facts.names import BY_ARC, Names
from editorial.live_facts.validation import ReferenceCheck
from editorial.models import Edition, FactUse, StyleRule
from editorial.models.prose import WithProse
from editorial.prose.outline import Outline, outline

from .catalog import Catalog, stale_findings
from .entries import PLAIN, Link, anchors_of, link_findings, links_of, listed, own_findings, page_of
from .findings import Code, Finding, Level, Place
from .links import Addresses
from .style import HouseStyle


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
class _Reading:
    """What is gathered while the texts are read."""

    links: list[Link] = field(default_factory=list)
    anchors: dict[str, set[str]] = field(default_factory=dict)
    checked: Counter[str] = field(default_factory=Counter)


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
    on_record: dict[tuple[type[WithProse], int], dict[str, Target]] = {}
    for use in FactUse.objects.all():
        on_record.setdefault(use.text_key, {})[use.name] = (BY_ARC[use.target_kind], use.target_id)
    live = set(Edition.objects.live().values_list("pk", flat=True))

    for model in PLAIN:
        for entry in listed(model):
            reading.checked[model._meta.label_lower] += 1
            read = {name: outline(getattr(entry, name)) for name in getattr(entry, "prose_fields", ())}
            yield from own_findings(
                entry, style=style, references=references, on_record=on_record.get((type(entry), entry.pk)), read=read
            )
            for name, found in read.items():
                _gather(entry, name, found, reading, live)

    yield from _link_findings(reading)
    yield from catalog.unsourced()
    yield from stale_findings(timezone.localdate())
    yield from _record_findings()


def _gather(entry: Any, name: str, found: Outline, reading: _Reading, live: set[int]) -> None:
    """Links, and the places that a text offers to them."""
    anchors = anchors_of(entry, name)
    if not isinstance(entry, Edition) or entry.pk in live:
        reading.anchors.setdefault(page_of(entry, name), set()).update(anchors)
    reading.links += links_of(entry, name, found, anchors)


def _link_findings(reading: _Reading) -> Iterator[Finding]:
    addresses = Addresses()
    for page, anchors in reading.anchors.items():
        addresses.add_anchors(page, anchors)
    yield from link_findings(reading.links, addresses)
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
