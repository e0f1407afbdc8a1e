"""A fact: its value, what vouches for it, and how it is shown."""

import re
from datetime import date, timedelta

import pytest
from django.template import Context, Template
from django.utils.timezone import localdate

from models_catalog.facts import FACTS, FactsNotFetched, FactStatus, fact
from models_catalog.models import FACT_MODELS, Citation, DatePrecision, LicenseRule, Qualifier, Release, Variant
from models_catalog.templatetags.facts import letters
from tests.factories import (
    make_check_interval,
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


def test_the_mark_leads_to_a_note_that_names_the_source_the_place_in_it_and_how_sure_we_are():
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
    html = shown('{% fact r "context_tokens" %}|{% fact_sources %}', r=read(release))
    mark, note = html.split("|")
    assert 'href="#fact-source-1a"' in mark
    assert 'aria-label="1a, disputed: source for context window of Llama 9"' in mark
    assert ">1a?</a>" in mark
    for piece in (
        'id="fact-source-1a"',
        'href="/sources/card/"',
        "Llama card",
        "Meta",
        "Table 2",
        "Disputed",
        "November 24, 2026",
        "The paper says 9K.",
        'href="https://example.org/card"',
    ):
        assert piece in note


def test_a_document_has_one_number_a_page_and_each_place_in_it_one_letter():
    source = make_source(title="One card")
    release = make_release()
    for field, locator in (("context_tokens", "Table 1"), ("released_on", "Table 1"), ("status", "Table 2")):
        make_citation(release=release, field=field, source=source, locator=locator)
    make_citation(release=release, field="languages", locator="Table 1")
    template = '{% fact r "context_tokens" %}{% fact r "released_on" %}{% fact r "status" %}{% fact r "languages" %}'
    html = shown(f"{template}{{% fact_sources %}}", r=read(release))
    assert re.findall(r'href="#fact-source-(\w+)"', html) == ["1a", "1a", "1b", "2a"]
    assert re.findall(r'<li id="fact-source-(\w+)"', html) == ["1a", "1b", "2a"]
    assert html.count("One card") == 1


def test_the_letters_of_notes_go_on_after_z():
    assert [letters(n) for n in (1, 2, 26, 27, 52, 53, 703)] == ["a", "b", "z", "aa", "az", "ba", "aaa"]


def test_a_fact_with_two_sources_has_a_mark_for_each():
    release = make_release()
    for _ in range(2):
        make_citation(release=release, field="context_tokens")
    html = shown('{% fact r "context_tokens" %}', r=read(release))
    assert re.findall(r'href="#fact-source-(\w+)"', html) == ["1a", "2a"]


def test_a_corrected_fact_shows_what_was_wrong_and_links_to_the_correction():
    release = make_release(name="Llama 9")
    make_citation(release=release, field="context_tokens")
    make_correction(slug="context-of-3", release=release, field="context_tokens", wrong_value="128K")
    html = shown('{% fact r "context_tokens" %}', r=read(release))
    assert "was <s>128K</s>" in html
    assert 'href="/corrections/#context-of-3"' in html
    assert 'aria-label="Corrected, was 128K: context window of Llama 9"' in html


def test_words_that_rest_on_a_fact_show_its_sources():
    release = make_release()
    make_citation(release=release, field="context_tokens")
    html = shown('{% sourced r "context_tokens" %}<b>long</b>{% endsourced %}', r=read(release))
    assert re.match(r'<span class="fact fact--verified"><span class="fact__shown"><b>long</b>&#8288;<span', html)
    assert 'href="#fact-source-1a"' in html


def test_a_fact_that_is_due_for_a_check_says_so_beside_its_value_and_in_its_note():
    make_check_interval(about="release", days=30)
    release = make_release(name="Llama 9")
    make_citation(release=release, field="released_on", checked_on=localdate() - timedelta(days=40))
    html = shown('{% fact r "released_on" %}|{% fact_sources %}', r=read(release))
    mark, note = html.split("|")
    assert "fact__mark--due" in mark
    assert 'aria-label="1a, due for a new check: source for release date of Llama 9"' in mark
    since = localdate() - timedelta(days=10)
    assert f'Due for a new check since <time datetime="{since}">' in note


def test_a_fact_is_due_when_the_first_of_its_sources_is():
    make_check_interval(about="release", days=30)
    release = make_release()
    for day in (date(2026, 3, 1), date(2026, 2, 1)):
        make_citation(release=release, field="status", checked_on=day)
    assert fact(read(release), "status").due_on == date(2026, 3, 3)
    assert fact(read(release), "languages").due_on is None


def test_a_fact_whose_source_changed_says_so():
    release = make_release()
    source = make_source(changed_on=localdate())
    make_citation(release=release, field="context_tokens", source=source, checked_on=localdate() - timedelta(days=1))
    html = shown('{% fact r "context_tokens" %}|{% fact_sources %}', r=read(release))
    assert "fact__mark--due" in html
    assert "The document has changed since; due for a new check" in html


def test_a_fact_without_a_source_says_so():
    html = shown('{% fact r "context_tokens" %}', r=read(make_release()))
    assert "no source yet" in html
    assert "fact__mark" not in html


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
    html = shown('{% fact r "context_tokens" %}{% fact_sources %}', r=read(release))
    assert html.count("&lt;") >= 4
    assert not any(tag in html for tag in ("<script", "<img", "<b>", "<i>", "<u>"))


def test_the_verdict_of_a_rule_names_the_question_and_the_version():
    rule = make_rule(use_case=make_use_case(label="Sell a product"))
    found = fact(LicenseRule.objects.with_facts().get(pk=rule.pk), "verdict")
    assert found.text == "Allowed"
    assert found.subject == f"“Sell a product” under version {rule.license.version}"
