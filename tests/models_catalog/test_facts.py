"""A fact: its value, what vouches for it, and how it is shown."""

from datetime import date

import pytest
from django.template import Context, Template

from models_catalog.facts import FACTS, FactsNotFetched, FactStatus, fact
from models_catalog.models import FACT_MODELS, Citation, DatePrecision, LicenseRule, Qualifier, Release, Variant
from tests.factories import (
    make_citation,
    make_correction,
    make_release,
    make_rule,
    make_source,
    make_use_case,
    make_variant,
)

pytestmark = pytest.mark.django_db


def read(release):
    return Release.objects.with_facts().get(pk=release.pk)


def shown(source, **values):
    return Template("{% load facts %}" + source).render(Context(values))


def test_every_citable_field_has_a_label_and_a_way_to_be_written():
    assert {model: set(fields) for model, fields in FACTS.items()} == {
        model: set(model.citable) for model in FACT_MODELS.values()
    }


def test_a_fact_knows_its_value_its_source_and_its_correction():
    release = make_release(context_tokens=8192)
    citation = make_citation(release=release, field="context_tokens")
    make_citation(release=release, field="released_on")
    correction = make_correction(release=release, field="context_tokens", wrong_value="128K")
    found = fact(read(release), "context_tokens")
    assert (found.label, found.text, found.citations, found.corrections) == (
        "context window",
        "8K",
        (citation,),
        (correction,),
    )


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ([], FactStatus.UNSOURCED),
        (["unverified"], FactStatus.UNVERIFIED),
        (["unverified", "verified"], FactStatus.VERIFIED),
        (["verified", "disputed"], FactStatus.DISPUTED),
    ],
)
def test_a_fact_is_as_well_founded_as_its_sources(statuses, status):
    release = make_release()
    for each in statuses:
        make_citation(release=release, field="context_tokens", status=each)
    assert fact(read(release), "context_tokens").status == status


def test_a_checkpoint_takes_from_its_release_what_it_does_not_state():
    release = make_release(context_tokens=131_072, knowledge_cutoff=date(2023, 12, 1))
    citation = make_citation(release=release, field="context_tokens")
    make_variant(release=release)
    variant = read(release).variants.all()[0]
    inherited = fact(variant, "context_tokens")
    assert (inherited.text, inherited.citations) == ("128K", (citation,))
    assert fact(variant, "knowledge_cutoff").text == "December 2023"


def test_a_checkpoint_that_differs_has_its_own_value_and_source():
    release = make_release(context_tokens=131_072)
    make_citation(release=release, field="context_tokens")
    variant = make_variant(release=release, context_tokens=8192)
    own = make_citation(variant=variant, field="context_tokens")
    found = fact(read(release).variants.all()[0], "context_tokens")
    assert (found.text, found.citations) == ("8K", (own,))


def test_what_is_not_stated_is_said_to_be_so():
    found = fact(read(make_release(context_tokens=None, languages=[])), "context_tokens")
    assert (found.text, found.is_stated) == ("not stated", False)
    assert shown('{% fact r "languages" %}', r=found.obj).count("not stated") == 1


def test_a_number_format_that_is_not_known_is_not_stated():
    release = make_release()
    make_variant(release=release, quantization=Variant.Quantization.UNSTATED)
    assert not fact(read(release).variants.all()[0], "quantization").is_stated


def test_a_fact_is_never_worth_a_query(django_assert_num_queries):
    release = read(make_release())
    make_variant(release=release)
    release = read(release)
    with django_assert_num_queries(0):
        for field in set(FACTS[Release]) - {"based_on"}:
            fact(release, field)
        for field in FACTS[Variant]:
            fact(release.variants.all()[0], field)


def test_a_fact_of_a_row_read_without_its_sources_is_refused_with_the_remedy():
    with pytest.raises(FactsNotFetched, match="with_facts"):
        fact(make_release(), "context_tokens")


def test_a_date_known_by_its_month_is_shown_as_a_month():
    release = make_release(released_on=date(2023, 2, 1), date_precision=DatePrecision.MONTH)
    html = shown('{% fact r "released_on" %}', r=read(release))
    assert '<time class="fact__value" datetime="2023-02">February 2023</time>' in html


def test_a_number_is_shown_with_its_value_for_programs_and_in_full():
    release = make_release(pretraining_tokens=15 * 10**12, pretraining_qualifier=Qualifier.AT_LEAST)
    html = shown('{% fact r "pretraining_tokens" %}', r=read(release))
    assert 'value="15000000000000"' in html
    assert 'title="at least 15,000,000,000,000 tokens"' in html
    assert ">15T+</data>" in html


def test_the_mark_opens_a_card_that_names_the_source_and_the_place_in_it():
    source = make_source(slug="card", title="Llama card", publisher="Meta", url="https://example.org/card")
    release = make_release(name="Llama 9")
    make_citation(
        release=release,
        field="context_tokens",
        source=source,
        locator="Table 2",
        note="The paper says 9K.",
        status=Citation.Status.DISPUTED,
    )
    html = shown('{% fact r "context_tokens" %}', r=read(release))
    assert 'popovertarget="fact-1"' in html
    assert 'id="fact-1" popover' in html
    assert 'aria-label="Source for context window of Llama 9 (disputed)"' in html
    for piece in (
        'href="/sources/card/"',
        "Llama card",
        "Meta",
        "Table 2",
        "Disputed",
        "November 24, 2026",
        "The paper says 9K.",
        'href="https://example.org/card"',
    ):
        assert piece in html


def test_each_card_of_a_page_has_its_own_id_and_each_source_one_number():
    source = make_source(title="One card")
    release = make_release()
    for field in ("context_tokens", "released_on"):
        make_citation(release=release, field=field, source=source)
    html = shown('{% fact r "context_tokens" %}{% fact r "released_on" %}{% fact_sources %}', r=read(release))
    assert 'id="fact-1"' in html
    assert 'id="fact-2"' in html
    assert html.count(">1</button>") == 2
    assert html.count("<li ") == 1


def test_a_corrected_fact_shows_what_was_wrong_and_links_to_the_correction():
    release = make_release()
    make_citation(release=release, field="context_tokens")
    make_correction(slug="context-of-3", release=release, field="context_tokens", wrong_value="128K")
    html = shown('{% fact r "context_tokens" %}', r=read(release))
    assert "<s>128K</s>" in html
    assert html.count("/corrections/#context-of-3") == 2


def test_a_fact_without_a_source_says_so():
    html = shown('{% fact r "context_tokens" %}', r=read(make_release()))
    assert "no source yet" in html
    assert "<button" not in html


def test_a_fact_is_phrasing_content_that_may_stand_anywhere():
    release = make_release()
    make_citation(release=release, field="context_tokens")
    html = shown('{% fact r "context_tokens" %}', r=read(release))
    assert not any(f"<{block}" in html for block in ("div", "p>", "ul", "ol", "dl", "section"))
    assert html == html.strip()


def test_what_editors_type_is_escaped():
    source = make_source(title="<script>alert(1)</script>", publisher='"><img src=x>')
    release = make_release(name="<b>Llama</b>")
    make_citation(release=release, field="context_tokens", source=source, locator="<i>", note="<u>")
    html = shown('{% fact r "context_tokens" %}', r=read(release))
    assert not any(tag in html for tag in ("<script", "<img", "<b>", "<i>", "<u>"))


def test_the_verdict_of_a_rule_names_the_question_and_the_version():
    rule = make_rule(use_case=make_use_case(label="Sell a product"))
    found = fact(LicenseRule.objects.with_facts().get(pk=rule.pk), "verdict")
    assert found.text == "Allowed"
    assert found.subject == f"“Sell a product” under version {rule.license.version}"
