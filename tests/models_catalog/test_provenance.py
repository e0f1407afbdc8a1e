"""No number of the shipped site stands without its source: a walk over its pages, and what it would catch."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client

from models_catalog.facts import FACTS
from models_catalog.models import (
    FACT_MODELS,
    CheckInterval,
    Citation,
    License,
    Provider,
    Release,
    Source,
    TimelineEvent,
    Variant,
)
from tests import shipped_content

from .numbers import read, unanswered

pytestmark = pytest.mark.django_db

# Where a number needs no mark, and why. Elements and classes, so that a number elsewhere is found.
PLACES = {
    ".fact-sources": "the list of sources itself: locators, and the days on which they were checked",
    ".resting": "a row of a source’s page is the provenance: place, status and day stand beside the value",
    ".corrections": "corrections that rest on the source whose page this is",
    ".source-record": "what the document is: its address, edition and dates",
    "svg": "a drawing; its table, in which each value is a fact, is on the same page",
    ".clause": "clause numbers: they are the locator of the verdict beside them",
    ".prose": "words that an editor signs; they cite in their own notes",
    ".article-item": "titles, standfirsts and dates of articles, which cite in their own notes",
    ".persona__list": "titles of articles again",
    ".help-lines": "telephone numbers of help lines",
    ".choices": "filters: versions and generations by name",
    ".count": "how many entries the page lists",
    ".count-heading": "how many facts rest on a source",
    ".year": "the year under which dated events stand, each date a fact",
    ".contents": "links to the headings of the page",
    ".compare-form": "the fields of the form, counted",
    ".ask__field": "the choices of the form that asks what it takes to run",
    ".ask__answer": "what the reader asked, said again, and how estimates compare on the whole",
    ".data--needs": "estimates, by the formulas below; the numbers put in there are facts above",
    ".data--machines": "estimates beside machines of nominal sizes, which the page says are no products",
    ".of-estimate": "what we estimate of a published figure, and by how much it deviates; the figure is a fact",
    ".meaning": "what a format of weights is, or how long the text of a measurement was",
    ".formulas": "the formulas with the numbers put in",
    ".suppositions": "what the estimates suppose, in words of our own",
    ".history": "the record of changes is the history: what the values were, and when and why they changed",
    "thead": "headings of columns: versions and releases by name",
}


def names() -> set[str]:
    """What entries are called: a number in a name states nothing."""
    called = {
        *Release.objects.values_list("name", flat=True),
        *Variant.objects.values_list("name", flat=True),
        *License.objects.values_list("name", flat=True),
        *Provider.objects.values_list("name", flat=True),
        *Source.objects.values_list("title", flat=True),
        *TimelineEvent.objects.values_list("title", flat=True),
    }
    for version in License.objects.values_list("version", flat=True):
        called |= {f"version {version}", f"Version {version}"}
    for generation in Release.objects.values_list("generation", flat=True):
        called |= {f"generation {generation}", f"Llama {generation}"}
    return called


def addresses() -> list[str]:
    """Every page of the kinds that show facts, and the hub."""
    entries = [entry for model in (Release, License, TimelineEvent, Source) for entry in model.objects.all()]
    some = "&".join(f"r={slug}" for slug in ("llama-2", "llama-3-1", "llama-4-scout", "llama-4-behemoth"))
    return [
        "/",
        "/models/",
        "/models/?branch=safeguard&sort=context",
        f"/models/compare/?{some}",
        "/timeline/",
        "/licensing/",
        "/run/",
        "/figures/",
        "/sources/",
        *(entry.get_absolute_url() for entry in entries),
    ]


@pytest.fixture(scope="module")
def shipped(django_db_setup, django_db_blocker):
    """The HTML of every page by address, the names of entries, and what the content lacks."""
    with django_db_blocker.unblock(), transaction.atomic():
        shipped_content.load()
        client = Client()
        yield {address: client.get(address).content.decode() for address in addresses()}, names()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def texts(shipped):
    """What readers see of each page."""
    return {address: read(html) for address, html in shipped[0].items()}


def test_every_number_on_a_page_of_facts_shows_its_source(texts, shipped):
    _, known = shipped
    assert len(texts) > 140
    found = {address: unanswered(text, places=PLACES, names=known) for address, text in texts.items()}
    # The list of sources holds counts and dates of documents, and nothing else.
    found.pop("/sources/")
    assert {address: numbers for address, numbers in found.items() if numbers} == {}


@pytest.mark.parametrize("place", PLACES)
def test_every_place_that_needs_no_mark_is_needed(texts, shipped, place):
    """An exception that no page uses any more would hide the next mistake."""
    _, known = shipped
    without = set(PLACES) - {place}
    assert any(unanswered(text, places=without, names=known) for text in texts.values())


PLANTED = {
    "in a paragraph": ("</h1>", "</h1><p>It was trained on 15T tokens.</p>"),
    "in a cell": ("</tbody>", "<tr><td>8,192</td></tr></tbody>"),
    "beside a fact": ('<dd id="fact-context-tokens">', '<dd id="fact-context-tokens">128K '),
    "in a name that is not one": ("</h1>", "</h1><p>Llama 3.17</p>"),
    "in a fact whose mark was forgotten": (
        "</h1>",
        '</h1><p><span class="fact"><span class="fact__shown">128K</span></span></p>',
    ),
}


@pytest.mark.parametrize("where", PLANTED)
def test_a_number_planted_on_a_page_is_found(shipped, where):
    pages, known = shipped
    html = pages["/models/llama-3-1/"]
    before, after = PLANTED[where]
    assert before in html
    assert len(unanswered(html.replace(before, after, 1), places=PLACES, names=known)) == 1


def test_a_title_of_an_event_names_models_and_states_no_number(shipped):
    _, known = shipped
    titles = set(TimelineEvent.objects.values_list("title", flat=True))
    releases = set(Release.objects.values_list("name", flat=True))
    sizes = set(Variant.objects.values_list("size_label", flat=True))
    known = known - titles | releases | sizes | {"Llama Guard 3"}
    assert {title: found for title in titles if (found := unanswered(title, places=(), names=known))} == {}


def test_every_mark_leads_to_a_note_that_says_where_how_sure_and_checked_when(shipped):
    pages, _ = shipped
    for address, html in pages.items():
        notes = dict(re.findall(r'<li id="(fact-source-\d+[a-z]+)">(.*?)</li>', html))
        marks = set(re.findall(r'class="fact__mark[^"]*" href="#([^"]+)"', html))
        assert marks == set(notes), address
        for note in notes.values():
            assert re.search(r"(Verified|Disputed|Unverified)</span>, last checked on <time", note), address


def test_no_card_is_repeated_however_many_facts_rest_on_it(shipped):
    pages, _ = shipped
    for address, html in pages.items():
        notes = re.findall(r'<li id="fact-source-\d+[a-z]+">(.*?)</li>', html)
        documents = re.findall(r'<li class="fact-source".*?</ol>', html, re.DOTALL)
        assert len(documents) == len({re.sub(r"fact-source-\d+", "", document) for document in documents}), address
        assert sum(len(document) for document in documents) < 80_000, address
        assert html.count('class="fact__mark') >= len(notes), address


def filled(entry, spec) -> bool:
    value = spec.write(entry)
    return bool(value and value.text)


def test_every_fact_of_the_shipped_content_has_a_source(shipped):
    missing = []
    for arc, model in FACT_MODELS.items():
        cited = set(Citation.objects.filter(**{f"{arc}__isnull": False}).values_list(f"{arc}_id", "field"))
        relations = [field.name for field in model._meta.many_to_many]
        for entry in model.objects.prefetch_related(*relations):
            missing += [
                f"{entry}: {field}"
                for field, spec in FACTS[model].items()
                if filled(entry, spec) and (entry.pk, field) not in cited
            ]
    assert missing == []


def test_every_kind_of_fact_ships_with_an_interval_between_checks(shipped):
    assert set(CheckInterval.objects.filter(field="").values_list("about", flat=True)) == set(FACT_MODELS)
