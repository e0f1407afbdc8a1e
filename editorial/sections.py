"""What each section of the hub page shows: its words from the editors, its rows from the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, QuerySet

from editorial.live_facts.reading import Reader
from editorial.models import Edition, HubSection, HubSettings, Notice, Persona
from editorial.models.hub import SectionKind
from models_catalog import evidence
from models_catalog.charts import events_chart, family_chart
from models_catalog.models import (
    DeploymentOption,
    KeyFigure,
    License,
    LicenseRule,
    Release,
    TimelineEvent,
)
from models_catalog.together import ask, gather, worded_once

if TYPE_CHECKING:
    from editorial.prose import Prose

# How many entries lead into the page that has them all.
NEWS = 4
EVENTS = 5
ARTICLES = 6
# As many as a table and a chart stay readable with.
FAMILY = 60
CHARTED = 200

Shown = dict[str, Any]


def _nothing_more(rows: Shown) -> Shown:
    return {}


@dataclass(frozen=True, slots=True)
class Rows:
    """What a section asks for, what it makes of the answers, and whose bodies are among its words.

    All sections are asked for together, so none may fetch anything by itself.
    """

    asked: dict[str, QuerySet[Any]]
    made: Callable[[Shown], Shown] = _nothing_more
    texts: str = ""


def _whats_new() -> Rows:
    return Rows({"events": TimelineEvent.objects.headlines().with_facts()[:NEWS]})


def _key_numbers() -> Rows:
    return Rows({"figures": KeyFigure.objects.headlines().with_facts()})


def _personas() -> Rows:
    """The kinds of readers, each with where to start: only what the public may see."""
    personas = Persona.objects.prefetch_related(
        Prefetch("releases", Release.objects.listed().newest_first()), "use_cases", "articles"
    )
    recommended = Edition.objects.live().select_related("article").filter(article__personas__isnull=False).distinct()
    return Rows({"personas": personas, "recommended": recommended}, _with_articles)


def _with_articles(rows: Shown) -> Shown:
    by_article = {edition.article_id: edition for edition in rows["recommended"]}
    return {
        "personas": [
            {
                "persona": persona,
                "releases": persona.releases.all(),
                "use_cases": persona.use_cases.all(),
                "editions": [by_article[article.pk] for article in persona.articles.all() if article.pk in by_article],
            }
            for persona in rows["personas"]
        ]
    }


def _family() -> Rows:
    return Rows(
        {"releases": Release.objects.listed().newest_first().with_facts()[:FAMILY]},
        lambda rows: {"family": family_chart(list(rows["releases"]))},
    )


def _timeline() -> Rows:
    events = TimelineEvent.objects.listed().newest_first()
    return Rows(
        {"charted": events[:CHARTED], "events": events.with_facts()[:EVENTS]},
        lambda rows: {"chart": events_chart(list(rows["charted"]))},
    )


def _deployment() -> Rows:
    return Rows({"options": DeploymentOption.objects.with_providers()})


def _coverage() -> Rows:
    return Rows({"editions": Edition.objects.live().for_lists()[:ARTICLES]})


def _licensing() -> Rows:
    newest = License.objects.newest_first()[:1]
    rules = LicenseRule.objects.filter(license__in=newest.values("pk"), use_case__is_headline=True)
    return Rows(
        {"licenses": newest.with_facts(), "rules": rules.with_facts()},
        lambda rows: {"license": next(iter(rows["licenses"]), None)},
    )


def _notices() -> Rows:
    return Rows({"notices": Notice.objects.listed()}, texts="notices")


def _words_only() -> Rows:
    return Rows({})


Kind = HubSection.Kind
ROWS: dict[str, Callable[[], Rows]] = {
    Kind.WHATS_NEW: _whats_new,
    Kind.ACCOUNT: _words_only,
    Kind.KEY_NUMBERS: _key_numbers,
    Kind.OPEN_WEIGHT: _words_only,
    Kind.PERSONAS: _personas,
    Kind.FAMILY: _family,
    Kind.TIMELINE: _timeline,
    Kind.DEPLOYMENT: _deployment,
    Kind.COVERAGE: _coverage,
    Kind.LICENSING: _licensing,
    Kind.NOTICES: _notices,
}


@worded_once
def _asked(*, kind: SectionKind) -> tuple[QuerySet[Any], ...]:
    return tuple(ROWS[kind]().asked.values())


@cache
def _made_of(kind: SectionKind) -> Rows:
    """What a section’s rows are called and made into; its querysets are not for asking."""
    return ROWS[kind]()


def _rows(kind: SectionKind) -> Rows:
    known = _made_of(kind)
    return replace(known, asked=dict(zip(known.asked, _asked(kind=kind), strict=True)))


@dataclass(frozen=True, slots=True)
class FilledSection:
    """A section with its text, its rows and the template that shows it."""

    words: HubSection
    text: Prose
    rows: Shown

    @property
    def template(self) -> str:
        return f"editorial/hub/{self.words.kind}.html"


@dataclass(frozen=True, slots=True)
class HubPage:
    settings: HubSettings
    independence: Prose
    sections: list[FilledSection]


@worded_once
def _frame() -> tuple[QuerySet[Any], ...]:
    return HubSettings.objects.the_one(), HubSection.objects.listed()


def hub_page() -> HubPage:
    """The listed sections in order; rows are fetched for these alone, and for all of them together."""
    found, sections = _frame()
    ask(found, sections)
    settings = HubSettings.of(found)
    rows = {section: _rows(Kind(section.kind)) for section in sections}
    cited = gather(*(queryset for each in rows.values() for queryset in each.asked.values()))
    below = {section: list(each.asked[each.texts]) if each.texts else [] for section, each in rows.items()}
    reader = Reader([settings, *sections, *(text for texts in below.values() for text in texts)])
    evidence.attach([*cited, *reader.gather()])
    filled = []
    for section, text in reader.read_all(sections, prefix="kind"):
        each = rows[section]
        shown: Shown = {**each.asked, **each.made(each.asked)}
        if each.texts:
            shown[each.texts] = reader.read_all(below[section], prefix="slug")
        filled.append(FilledSection(section, text, shown))
    return HubPage(settings, reader.read(settings, "independence", prefix="independence-"), filled)
