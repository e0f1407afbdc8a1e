"""Figures, ways to run, sources and corrections."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from models_catalog.models import Release
from tests.factories import (
    make_citation,
    make_correction,
    make_figure,
    make_option,
    make_provider,
    make_release,
    make_rule,
    make_source,
    make_variant,
)

pytestmark = pytest.mark.django_db


def test_a_figure_says_what_it_measures_as_of_when_and_by_which_source(client):
    figure = make_figure(
        value=3_270_000_000, unit="people a day", measures="People using any Meta app.", as_of=date(2024, 6, 30)
    )
    make_citation(key_figure=figure, field="value", source=make_source(title="Quarterly results"))
    html = client.get("/figures/").content.decode()
    for piece in ("3.27 billion", "people a day", "People using any Meta app.", "June 30, 2024", "Quarterly results"):
        assert piece in html


def test_a_way_to_run_names_its_conditions_providers_and_what_they_serve(client):
    option = make_option(slug="cloud", name="Cloud", conditions="Data leave your network.")
    provider = make_provider(slug="host", name="Host", option=option, note="Serves it.")
    provider.releases.add(make_release(name="Llama Nine"))
    make_citation(provider=provider, field="releases", source=make_source(title="Host docs"))
    html = client.get("/run/").content.decode()
    for piece in ('id="cloud"', 'id="host"', "Data leave your network.", "Serves it.", "Llama Nine", "Host docs"):
        assert piece in html


def test_sources_are_grouped_by_kind_with_the_number_of_their_facts(client):
    source = make_source(kind="paper")
    make_source(kind="model_card")
    release = make_release()
    for field in ("context_tokens", "status"):
        make_citation(release=release, field=field, source=source)
    groups = client.get("/sources/").context["groups"]
    assert [(kind.value, [s.fact_count for s in of_kind]) for kind, of_kind in groups] == [
        ("model_card", [0]),
        ("paper", [2]),
    ]


def test_a_source_lists_every_fact_that_rests_on_it(client):
    source = make_source(slug="card")
    release = make_release(name="Llama Nine", context_tokens=131_072)
    make_citation(release=release, field="context_tokens", source=source, locator="Table 7")
    make_citation(release=release, field="based_on", source=source)
    make_citation(variant=make_variant(release=release), field="parameters_total", source=source)
    make_citation(license_rule=make_rule(), field="verdict", source=source)
    make_citation(provider=make_provider(), field="releases", source=source)
    response = client.get("/sources/card/")
    assert response.context["count"] == 5
    html = response.content.decode()
    for piece in ("Llama Nine: context window", "128K", "Table 7", release.get_absolute_url(), "5 facts rest on it"):
        assert piece in html


def test_a_source_shows_of_each_fact_the_place_the_status_and_the_day_and_links_to_it(client):
    source = make_source(slug="card")
    release = make_release(slug="llama-9")
    make_citation(
        release=release, field="context_tokens", source=source, status="disputed", locator="Table 7", note="Says 9K."
    )
    html = client.get("/sources/card/").content.decode()
    for piece in (
        "Table 7",
        ">Disputed</span>",
        "Says 9K.",
        "November 24, 2026",
        "/models/llama-9/#fact-context-tokens",
    ):
        assert piece in html
    assert 'id="fact-context-tokens"' in client.get("/models/llama-9/").content.decode()


def test_a_source_that_changed_says_so_and_what_must_be_checked_again(client):
    source = make_source(slug="card", changed_on=localdate(), last_checked_on=localdate() - timedelta(days=9))
    release = make_release()
    make_citation(release=release, field="status", source=source, checked_on=localdate() - timedelta(days=9))
    make_citation(release=release, field="languages", source=source, checked_on=localdate())
    response = client.get("/sources/card/")
    html = response.content.decode()
    assert "Changed since." in html
    assert response.context["due"] == 1
    assert html.count("due for a new check</span>") == 1
    assert "changed since</span>" in client.get("/sources/").content.decode()


def test_a_source_that_could_not_be_read_says_so(client):
    make_source(slug="closed", last_checked_on=None)
    assert "Not read by us." in client.get("/sources/closed/").content.decode()
    assert "could not be read" in client.get("/sources/").content.decode()


def test_a_source_counts_no_fact_that_readers_may_not_see(client):
    source = make_source(slug="card")
    make_citation(release=make_release(is_listed=False), field="context_tokens", source=source)
    ((_, (counted,)),) = client.get("/sources/").context["groups"]
    assert counted.fact_count == 0


def test_a_correction_says_what_was_wrong_what_is_right_and_where(client):
    release = make_release(name="Llama Nine")
    make_correction(
        slug="nine", release=release, field="context_tokens", what_we_said="It was 8K.", what_is_right="It is 128K."
    )
    make_correction(slug="prose", what_is_right="It is so.")
    html = client.get("/corrections/").content.decode()
    for piece in ('id="nine"', 'id="prose"', "It was 8K.", "It is 128K.", release.get_absolute_url(), "Llama Nine"):
        assert piece in html


def test_the_place_where_a_correction_applies_is_on_the_site(client):
    """Every kind of entry that can be corrected has an address that answers."""
    release = make_release()
    targets = [{"release": release}, {"variant": make_variant(release=release)}, {"license_rule": make_rule()}]
    targets += [{"deployment_option": make_option()}, {"provider": make_provider()}, {"key_figure": make_figure()}]
    for target in targets:
        (entry,) = target.values()
        assert client.get(entry.get_absolute_url().partition("#")[0]).status_code == 200
    assert Release.objects.count() == 1
