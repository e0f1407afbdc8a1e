"""What each section of the hub page shows: its words from the editors, its rows from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch

from editorial.live_facts import reading
from editorial.models import Edition, HubSection, Notice, Persona
from models_catalog.charts import events_chart, family_chart
from models_catalog.models import (
    DeploymentOption,
    KeyFigure,
    License,
    LicenseRule,
    Release,
    TimelineEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from editorial.prose import Prose

# How many entries lead into the page that has them all.
NEWS = 4
EVENTS = 5
ARTICLES = 6

Rows = dict[str, Any]


def _whats_new() -> Rows:
    return {"events": list(TimelineEvent.objects.headlines().with_facts()[:NEWS])}


def _key_numbers() -> Rows:
    return {"figures": list(KeyFigure.objects.headlines().with_facts())}


def _personas() -> Rows:
    """The kinds of readers, each with where to start: only what the public may see."""
    personas = list(
        Persona.objects.prefetch_related(
            Prefetch("releases", Release.objects.listed().newest_first()), "use_cases", "articles"
        )
    )
    live = Edition.objects.live().select_related("article").filter(article__personas__isnull=False).distinct()
    by_article = {edition.article_id: edition for edition in live}
    return {
        "personas": [
            {
                "persona": persona,
                "releases": persona.releases.all(),
                "use_cases": persona.use_cases.all(),
                "editions": [by_article[article.pk] for article in persona.articles.all() if article.pk in by_article],
            }
            for persona in personas
        ]
    }


def _family() -> Rows:
    releases = list(Release.objects.listed().newest_first().with_facts())
    return {"releases": releases, "family": family_chart(releases)}


def _timeline() -> Rows:
    events = TimelineEvent.objects.listed().newest_first()
    return {"chart": events_chart(list(events)), "events": list(events.with_facts()[:EVENTS])}


def _deployment() -> Rows:
    return {"options": list(DeploymentOption.objects.with_providers())}


def _coverage() -> Rows:
    return {"editions": list(Edition.objects.live().for_reading()[:ARTICLES])}


def _licensing() -> Rows:
    license = License.objects.with_facts().newest()
    rules = LicenseRule.objects.filter(license=license, use_case__is_headline=True).with_facts()
    return {"license": license, "rules": list(rules)}


def _notices() -> Rows:
    return {"notices": reading.read_all(Notice.objects.listed(), prefix="slug")}


def _words_only() -> Rows:
    return {}


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


@dataclass(frozen=True)
class FilledSection:
    """A section with its text, its rows and the template that shows it."""

    words: HubSection
    text: Prose
    rows: Rows

    @property
    def template(self) -> str:
        return f"editorial/hub/{self.words.kind}.html"


def filled_sections() -> list[FilledSection]:
    """The listed sections in order; rows are fetched for these alone."""
    sections = reading.read_all(HubSection.objects.listed(), prefix="kind")
    return [FilledSection(section, text, ROWS[section.kind]()) for section, text in sections]
