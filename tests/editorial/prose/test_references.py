"""References to facts in a text: where they are read, how they are shown, and what they never do."""

import time

import pytest
from django.core.exceptions import ValidationError

from editorial.prose import plain_text, render, validate
from editorial.prose.limits import MAX_CHARACTERS
from editorial.prose.outline import outline
from editorial.prose.references import MAX_FACTS, count, prepare, rename
from models_catalog import formatting
from models_catalog.facts import Fact
from models_catalog.formatting import Form
from models_catalog.models import Release

from .audit import CORPUS, GLOSSARY, PREFIX, problems


def window(number: int = 10_000_000) -> Fact:
    scout = Release(name="Llama 4 Scout", slug="scout")
    return Fact(scout, "context_tokens", "context window", formatting.tokens(number), (), (), ())


FACTS = {"scout.context_tokens": window()}
REFERENCE = "{{ scout.context_tokens }}"


def html(markdown: str, facts=FACTS, **options) -> str:
    return render(markdown, facts=facts, **options).html


class TestForms:
    @pytest.mark.parametrize(
        ("written", "shown"),
        [
            ("{{ scout.context_tokens }}", "10M tokens"),
            ("{{scout.context_tokens}}", "10M tokens"),
            ("{{  scout.context_tokens  |  short  }}", "10M"),
            ("{{ scout.context_tokens|exact }}", "10,000,000 tokens"),
        ],
    )
    def test_a_value_is_written_for_a_sentence_a_table_or_in_full(self, written, shown):
        assert html(written) == f"<p>{shown}</p>"

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            (formatting.tokens(131_072), "128K tokens"),
            (formatting.parameters(109_000_000_000), "109 billion parameters"),
            (formatting.parameters(2_000_000_000_000, "about"), "about 2 trillion parameters"),
            (formatting.training_tokens(15_000_000_000_000, "at_least"), "at least 15 trillion tokens"),
            (formatting.amount(700_000_000), "700 million"),
            (formatting.count(16), "16"),
        ],
    )
    def test_a_sentence_has_words_where_a_table_has_letters(self, value, sentence):
        assert value.said(Form.SENTENCE).text == sentence

    def test_the_form_that_tables_have_is_unchanged(self):
        assert formatting.parameters(109_000_000_000).said(Form.SHORT).text == "109B"


class TestPlaces:
    @pytest.mark.parametrize(
        ("markdown", "expected"),
        [
            (f"It reads {REFERENCE}.", "<p>It reads 10M tokens.</p>"),
            (f"**{REFERENCE}** and *{REFERENCE}*", "<p><strong>10M tokens</strong> and <em>10M tokens</em></p>"),
            (f"- {REFERENCE}", "<ul><li>10M tokens</li></ul>"),
            (f"[{REFERENCE}](/a/)", '<p><a href="/a/">10M tokens</a></p>'),
            (f"![Reads {REFERENCE}](/media/a.png)", '<p><img src="/media/a.png" alt="Reads 10M tokens" loading="lazy"></p>'),
        ],
    )  # fmt: skip
    def test_it_is_filled_in_wherever_text_is_read(self, markdown, expected):
        assert html(markdown) == expected

    def test_a_table_shows_it_in_its_cells_and_in_the_labels_of_narrow_screens(self):
        table = html("| {{ scout.context_tokens | short }} |\n|---|\n| {{ scout.context_tokens | exact }} |")
        assert '<th scope="col">10M</th>' in table
        assert '<td data-label="10M">10,000,000 tokens</td>' in table

    def test_a_footnote_shows_it(self):
        assert "10M tokens" in html(f"a[^1]\n\n[^1]: {REFERENCE}")

    def test_a_heading_shows_it_and_keeps_its_address_when_the_value_changes(self):
        before = render(f"## Why {REFERENCE} matter", facts=FACTS)
        after = render(f"## Why {REFERENCE} matter", facts={"scout.context_tokens": window(1_000_000)})
        assert before.headings[0].text == "Why 10M tokens matter"
        assert after.headings[0].text == "Why 1M tokens matter"
        assert before.headings[0].id == after.headings[0].id == "why-matter"

    @pytest.mark.parametrize(
        "markdown",
        [f"`{REFERENCE}`", f"```\n{REFERENCE}\n```", f"    {REFERENCE}", f"\\{REFERENCE}"],
        ids=["span", "fence", "indented", "escaped"],
    )
    def test_code_and_escaped_braces_stay_as_they_are_written(self, markdown):
        assert REFERENCE in html(markdown)
        assert "10M" not in html(markdown)

    def test_an_address_stays_as_it_is_written(self):
        assert 'href="/a/%7B%7Bx.y%7D%7D"' in html("[a](</a/{{x.y}}>)").replace("{", "%7B").replace("}", "%7D")

    def test_the_text_around_it_still_leads_to_the_glossary(self):
        text = html(f"MoE {REFERENCE} MoE", glossary={"MoE": "/glossary/#moe", "tokens": "/glossary/#token"})
        assert text == '<p><a class="term" href="/glossary/#moe">MoE</a> 10M tokens MoE</p>'

    def test_a_description_has_the_value_as_plain_text(self):
        assert plain_text(f"It reads {REFERENCE}.", facts=FACTS) == "It reads 10M tokens."


class TestUnknown:
    def test_a_reference_to_nothing_shows_that_a_value_is_missing_and_not_the_braces(self):
        assert html("It reads {{ gone.context_tokens }}.") == "<p>It reads not available.</p>"

    @pytest.mark.parametrize(
        "written", ["{{ }}", "{{ <script> }}", "{{ a b }}", "{{ SCOUT.X }}", "{{ '; DROP TABLE }}"]
    )
    def test_what_cannot_be_read_is_shown_as_it_is_written_and_escaped(self, written):
        assert html(written) == f"<p>{written.replace('<', '&lt;').replace('>', '&gt;').replace(chr(39), '&#x27;')}</p>"

    def test_a_value_can_bring_no_markup(self):
        evil = formatting.Value('<img src=x onerror=alert(1)>"\ue0040\ue005')
        fact = Fact(Release(name="x"), "summary", "summary", evil, (), (), ())
        shown = html("{{ a.b }} ![{{ a.b }}](/media/a.png)\n\n|{{ a.b }}|\n|-|\n|x|", facts={"a.b": fact})
        assert "<img src=x" not in shown
        assert shown.count("<img") == 1

    def test_the_code_points_of_the_machinery_mean_nothing_in_a_text(self):
        assert html("\ue0040\ue005 &#xe004;0&#xe005; {{ scout.context_tokens }}").count("10M tokens") <= 2
        assert "\ue004" not in html("\ue0049\ue005 &#xe004;999&#xe005; &#xe004;m0&#xe005; {{ a.b }}")

    @pytest.mark.parametrize(
        "frame", ["{}", "# {}", "|{}|\n|-|\n|{}|", "[{}](/a)", "![{}](/media/a.png)", "[^1]\n\n[^1]: {}"]
    )
    def test_hostile_references_to_hostile_facts_are_harmless_in_every_place(self, frame):
        evil = formatting.Value('"><script>alert(1)</script> onclick=alert(1)\ue003\ue0040\ue005')
        facts = {"a.b": Fact(Release(name="x"), "summary", "summary", evil, (), (), ())}
        found = {}
        for payload in CORPUS["references to facts"]:
            shown = render(frame.replace("{}", payload), prefix=PREFIX, glossary=GLOSSARY, facts=facts).html
            if wrong := problems(shown.replace("\ue003", "").replace("\ue0040\ue005", "")):
                found[payload] = wrong
        assert not found


class TestReading:
    def test_each_reference_knows_its_line(self):
        found = outline("One\n\n{{ a.b }}\n\n| x |\n|---|\n| {{ c.d }} |\n").references
        assert [(reference.name, reference.line) for reference in found] == [("a.b", 3), ("c.d", 7)]

    def test_what_stands_in_an_address_is_told_apart(self):
        found = outline("[x](</{{ a.b }}>) ![y](/media/y.png '{{ c.d }}') `{{ e.f }}`")
        assert [reference.name for reference in found.misplaced] == ["a.b", "c.d"]
        assert found.references == []

    def test_renaming_keeps_the_form_and_everything_else(self):
        text = "{{old.x}} {{ old.x | exact }} {{ other.x }} old.x"
        assert rename(text, {"old.x": "new.x"}) == "{{ new.x }} {{ new.x | exact }} {{ other.x }} old.x"


class TestLimits:
    def test_more_references_than_a_page_can_show_are_refused_with_the_number(self):
        validate(REFERENCE * MAX_FACTS)
        with pytest.raises(ValidationError, match=f"refers to facts {MAX_FACTS + 1} times"):
            validate(REFERENCE * (MAX_FACTS + 1))

    def test_such_a_text_that_came_past_the_forms_is_shown_as_it_is_written(self):
        assert "10M" not in html(REFERENCE * (MAX_FACTS + 1))

    @pytest.mark.parametrize(
        "piece", ["{{", "{{ ", "}}", "{{{{}}}}", "{{ a", "{{ a.b ", "{", "{{ a | ", "{{\n", "\\{{", "{{" + "a" * 199]
    )
    def test_finding_them_takes_a_moment_in_the_longest_text(self, piece):
        text = (piece * (MAX_CHARACTERS // len(piece) + 1))[:MAX_CHARACTERS]
        start = time.process_time()
        count(text)
        prepare(text)
        assert time.process_time() - start < 1  # time quadratic in the length would be minutes

    def test_a_hundred_thousand_open_braces_are_laid_out_at_once(self):
        start = time.process_time()
        render("{{" * 100_000)
        render("{{ a.b }} " * MAX_FACTS)
        assert time.process_time() - start < 2
