"""What prose may look like, and what becomes of it."""

import time

import pytest
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString

from editorial.prose import MAX_CHARACTERS, Heading, plain_text, render, validate
from editorial.prose.limits import MAX_DEPTH, MAX_EVENTS, MAX_REFERENCES


def html(markdown: str, **options) -> str:
    return render(markdown, **options).html


class TestMarkdown:
    @pytest.mark.parametrize(
        ("markdown", "expected"),
        [
            ("One\ntwo.\n\nThree.", "<p>One\ntwo.</p><p>Three.</p>"),
            ("*a* _b_ **c** __d__", "<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong></p>"),
            ("***a***", "<p><em><strong>a</strong></em></p>"),
            ("one  \ntwo\\\nthree", "<p>one<br>two<br>three</p>"),
            ("`a < b`", "<p><code>a &lt; b</code></p>"),
            ("```python\nif a < b:\n    pass\n```", "<pre><code>if a &lt; b:\n    pass\n</code></pre>"),
            ("    a < b", "<pre><code>a &lt; b</code></pre>"),
            ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
            ("- a\n  - b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
            ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
            ("3. a", '<ol start="3"><li>a</li></ol>'),
            ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
            ("> a\n>\n> > b", "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>"),
            ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
            (r"\*a\* \# b", "<p>*a* # b</p>"),
            ("&copy; &amp; &lt; \"'", "<p>© &amp; &lt; &quot;'</p>"),
            ("~~old~~ new", "<p><del>old</del> new</p>"),
            ("5 < 6 & 7 > 3", "<p>5 &lt; 6 &amp; 7 &gt; 3</p>"),
            ("", ""),
        ],
    )
    def test_common_markup(self, markdown, expected):
        assert html(markdown) == expected

    def test_quotes_and_dashes_stay_as_typed(self):
        assert html('It\'s -- "so"...') == "<p>It's -- &quot;so&quot;...</p>"

    def test_is_safe_for_templates(self):
        assert isinstance(html("a"), SafeString)


class TestRawHtml:
    @pytest.mark.parametrize(
        ("markdown", "expected"),
        [
            ("a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>"),
            ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
            ("<!-- note -->", "<p>&lt;!-- note --&gt;</p>"),
            ("<style>p{}</style>", "<p>&lt;style&gt;p{}&lt;/style&gt;</p>"),
        ],
    )
    def test_is_shown_as_text(self, markdown, expected):
        assert html(markdown) == expected

    def test_characters_that_the_sanitizer_uses_are_dropped(self):
        assert html("a\ue001b\ue002c\ue000lt;\ue003") == "<p>abclt;</p>"

    def test_nul_becomes_the_replacement_character(self):
        assert html("&#0;") == "<p>\ufffd</p>"


class TestHeadings:
    def test_ids_are_readable(self):
        assert html("## What “open-weight” means, in 2025") == (
            '<h2 id="what-open-weight-means-in-2025">What “open-weight” means, in 2025</h2>'
        )

    def test_the_first_level_is_the_pages_own(self):
        assert html("# a\n\n## b\n\n### c\n\n###### d") == (
            '<h2 id="a">a</h2><h2 id="b">b</h2><h3 id="c">c</h3><h6 id="d">d</h6>'
        )

    def test_equal_ones_get_different_ids(self):
        ids = [heading.id for heading in render("## a\n\n## a 2\n\n## a\n\n## a\n\n## A!").headings]
        assert ids == ["a", "a-2", "a-3", "a-4", "a-5"]

    @pytest.mark.parametrize("text", ["Main", "Top", "Contents", "Footnotes", "Site nav", "Sources title"])
    def test_ids_of_the_page_are_avoided(self, text):
        taken = "-".join(text.lower().split())
        assert [heading.id for heading in render(f"## {text}").headings] == [f"{taken}-2"]

    @pytest.mark.parametrize(
        ("text", "expected"), [("fn 1", "section-fn-1"), ("Fact source 1", "section-fact-source-1")]
    )
    def test_ids_that_are_counted_are_avoided(self, text, expected):
        assert [heading.id for heading in render(f"## {text}").headings] == [expected]

    @pytest.mark.parametrize("text", ["日本語", "???", ""])
    def test_one_without_latin_letters_has_an_id_all_the_same(self, text):
        assert [heading.id for heading in render(f"## {text}").headings] == ["section"]

    def test_a_long_one_has_a_short_id(self):
        [heading] = render(f"## {'word ' * 50}").headings
        assert len(heading.id) <= 60
        assert not heading.id.endswith("-")

    def test_prefix_keeps_texts_apart(self):
        assert html("## a", prefix="about-") == '<h2 id="about-a">a</h2>'

    def test_are_listed_for_the_contents_as_plain_text(self):
        prose = render("## A *b* `c < d`[^n] [e](/e)\n\n### F ~~g~~\n\n[^n]: Note.")
        assert prose.headings == (Heading(2, "A b c < d e", "a-b-c-d-e"), Heading(3, "F g", "f-g"))

    def test_of_two_lines_has_a_space_between_them(self):
        assert render("one\ntwo\n===").headings == (Heading(2, "one two", "one-two"),)

    def test_of_a_picture_is_called_after_it(self):
        assert render("## ![Sizes](/media/a.png)").headings == (Heading(2, "Sizes", "sizes"),)


class TestTables:
    TABLE = "| Model | *Size* |\n|:------|------:|\n| Scout | 109 B |"

    def test_cells_carry_the_heading_of_their_column(self):
        assert html(self.TABLE) == (
            '<div class="table-scroll"><table>'
            '<thead><tr><th scope="col" class="left">Model</th>'
            '<th scope="col" class="right"><em>Size</em></th></tr></thead>'
            '<tbody><tr><td class="left" data-label="Model">Scout</td>'
            '<td class="right" data-label="Size">109 B</td></tr></tbody></table></div>'
        )

    def test_centered_and_unaligned_columns(self):
        assert '<td class="center" data-label="a">' in html("|a|\n|:-:|\n|b|")
        assert '<td data-label="a">' in html("|a|\n|-|\n|b|")

    def test_every_row_begins_with_the_first_column(self):
        assert html("|a|b|\n|-|-|\n|1|2|\n|3|4|").count('<td data-label="a">') == 2

    def test_missing_cells_are_filled_and_further_ones_dropped(self):
        assert html("|a|b|\n|-|-|\n|1|\n|2|3|4|").count("<td") == 4

    def test_label_is_escaped(self):
        assert 'data-label="&quot;&gt; &lt;b&gt; &amp;amp;"' in html('|"> <b> &amp;amp;|\n|-|\n|x|')

    def test_label_has_no_footnote_numbers(self):
        assert 'data-label="Size"' in html("|Size[^1]|\n|-|\n|x|\n\n[^1]: In weights.")

    def test_column_without_heading_has_no_label(self):
        assert "data-label" not in html("| |\n|-|\n|x|")

    def test_a_long_heading_is_not_repeated_in_full_in_every_row(self):
        text = html(f"|{'h' * 10_000}|\n|-|\n" + "|x|\n" * 1_000)
        assert f'data-label="{"h" * 79}…"' in text
        assert len(text) < 200_000

    def test_two_tables_do_not_share_labels(self):
        text = html("|a|\n|-|\n|x|\n\nbetween\n\n|b|\n|-|\n|y|")
        assert '<td data-label="a">x' in text
        assert '<td data-label="b">y' in text


class TestFootnotes:
    def test_reference_and_note_lead_to_each_other(self):
        assert html("Text[^n].\n\n[^n]: Note.") == (
            '<p>Text<sup class="noteref"><a href="#fn-1" id="fnref-1-1" role="doc-noteref" '
            'aria-label="Footnote 1">1</a></sup>.</p>'
            '<section class="footnotes" role="doc-endnotes" aria-labelledby="footnotes">'
            '<h2 id="footnotes">Footnotes</h2><ol><li id="fn-1"><p>Note. '
            '<a class="backref" href="#fnref-1-1" role="doc-backlink" aria-label="Back to reference 1">↩</a>'
            "</p></li></ol></section>"
        )

    def test_are_numbered_in_the_order_of_their_first_use(self):
        text = html("[^z]: Zed.\n[^a]: Ay.\n\nFirst[^a], then[^z], and[^a] again.")
        assert text.index("Ay.") < text.index("Zed.")
        assert 'id="fn-1"><p>Ay.' in text

    def test_several_uses_have_a_way_back_each(self):
        text = html("a[^n] b[^n]\n\n[^n]: Note.")
        assert 'href="#fnref-1-1" role="doc-backlink" aria-label="Back to reference 1"' in text
        assert 'href="#fnref-1-2" role="doc-backlink" aria-label="Back to reference 1, use 2"' in text
        assert text.count('id="fnref-1-') == 2

    def test_undefined_one_stays_as_typed(self):
        assert html("Text[^n].") == "<p>Text[^n].</p>"

    def test_unused_one_is_left_out_with_all_it_holds(self):
        prose = render("Text.\n\n[^n]: Note with [link](/x) and[^m].\n\n    ## Heading\n\n[^m]: More.")
        assert prose.html == "<p>Text.</p>"
        assert (prose.links, prose.headings, prose.words) == ((), (), 1)

    def test_note_may_refer_to_another_that_comes_after_it(self):
        text = html("[^a]: See[^b].\n[^b]: Bee.\n[^c]: Sea.\n\nText[^a] and[^c].")
        assert text.index('id="fn-1"><p>See') < text.index('id="fn-2"><p>Sea') < text.index('id="fn-3"><p>Bee')

    def test_note_may_refer_to_itself(self):
        assert html("a[^n]\n\n[^n]: Again[^n].").count('id="fnref-1-') == 2

    def test_of_two_with_one_name_the_first_counts(self):
        text = html("a[^n]\n\n[^n]: First.\n\n[^n]: Second.")
        assert "First." in text
        assert "Second." not in text

    def test_note_may_hold_paragraphs_lists_tables_and_headings(self):
        prose = render(
            "a[^n]\n\n[^n]: One.\n\n    - item\n\n    |h|\n    |-|\n    |c|\n\n    ### Heading\n\n    Two.\n\nb"
        )
        assert "<li>item</li>" in prose.html
        assert '<td data-label="h">c</td>' in prose.html
        assert "<p>Two. <a" in prose.html
        assert prose.headings == (), "headings of notes are no part of the contents"

    def test_way_back_stands_alone_after_what_is_no_paragraph(self):
        assert '</ul><p><a class="backref"' in html("a[^n]\n\n[^n]: - item")

    def test_prefix_keeps_texts_apart(self):
        text = html("a[^n]\n\n[^n]: Note.", prefix="about-")
        for attribute in ('id="about-fnref-1-1"', 'href="#about-fn-1"', 'id="about-fn-1"', 'href="#about-fnref-1-1"',
                          'aria-labelledby="about-footnotes"', 'id="about-footnotes"'):  # fmt: skip
            assert attribute in text

    def test_name_does_not_reach_the_page(self):
        assert "onx" not in html('a[^"onx=1]\n\n[^"onx=1]: Note.')

    def test_a_long_chain_of_notes_takes_a_moment(self):
        chain = "".join(f"[^{n}]: See[^{n + 1}].\n" for n in range(4_000))
        start = time.process_time()
        assert html(f"a[^0]\n\n{chain}[^4000]: End.").count("<li ") == 4_001
        assert time.process_time() - start < 5


class TestLinks:
    @pytest.mark.parametrize(
        ("markdown", "expected"),
        [
            ("[a](/models/)", '<a href="/models/">a</a>'),
            ("[a](#part)", '<a href="#part">a</a>'),
            ("[a](?page=2)", '<a href="?page=2">a</a>'),
            ("[a](next)", '<a href="next">a</a>'),
            ("[a](https://ai.meta.com/)", '<a href="https://ai.meta.com/" rel="noopener">a</a>'),
            ("[a](HTTP://x.org)", '<a href="HTTP://x.org" rel="noopener">a</a>'),
            ("[a](mailto:a@b.c)", '<a href="mailto:a@b.c">a</a>'),
            ("[a](tel:+1234)", '<a href="tel:+1234">a</a>'),
            (
                "<https://x.org/?a=1&b=2>",
                '<a href="https://x.org/?a=1&amp;b=2" rel="noopener">https://x.org/?a=1&amp;b=2</a>',
            ),
            ("<a@b.org>", '<a href="mailto:a@b.org">a@b.org</a>'),
            ('[a](/b "T \\"q\\"")', '<a href="/b" title="T &quot;q&quot;">a</a>'),
            ("[a][r]\n\n[r]: /b 'T'", '<a href="/b" title="T">a</a>'),
            ("[*a*](/b)", '<a href="/b"><em>a</em></a>'),
            ("[a](</two words>)", '<a href="/two%20words">a</a>'),
        ],
    )
    def test_lead_to(self, markdown, expected):
        assert html(markdown) == f"<p>{expected}</p>"

    @pytest.mark.parametrize(
        "address",
        [
            "javascript:alert", "JavaScript:alert", "data:text/html,a", "vbscript:a", "file:///etc/passwd", "ftp://x",
            "java\ue000script:alert", "java&#9;script:alert", "&#x200b;javascript:a", "//evil.org", "/\\\\evil.org",
            "\\\\\\\\evil.org", "\ue000//evil.org", "/\ue001/evil.org", "/&#9;/evil.org",
        ],
    )  # fmt: skip
    def test_lead_nowhere_else(self, address):
        prose = render(f"[text](<{address}>)")
        assert prose.html == "<p>text</p>"
        assert prose.links == ()

    def test_bare_addresses_are_text(self):
        assert html("https://x.org") == "<p>https://x.org</p>"

    def test_none_inside_another(self):
        assert html("[a <http://x.org> b](/y)") == '<p><a href="/y">a http://x.org b</a></p>'

    def test_are_listed_in_order(self):
        prose = render("[a](/b) <https://c.org>[^n] [d](javascript:e) ![f](/media/g.png) [a](/b)\n\n[^n]: [h](/i)")
        assert prose.links == ("/b", "https://c.org", "/b", "/i")

    def test_reference_used_often_does_not_blow_up(self):
        assert len(html(f"[a]: /{'x' * 50_000}\n\n" + "[a] " * 50_000)) < 2_000_000


class TestPictures:
    def test_of_this_site_are_shown(self):
        assert html('![A *chart*](/media/a.png "Title")') == (
            '<p><img src="/media/a.png" alt="A chart" title="Title" loading="lazy"></p>'
        )
        assert '<img src="/static/a.svg" alt=""' in html("![](/static/a.svg)")

    @pytest.mark.parametrize(
        "address",
        [
            "https://x.org/a.png", "//x.org/a.png", "/admin/logout/", "a.png", "data:image/png;base64,AAAA",
            "/media/../admin/", "/media/%2e%2e/admin/", "/media/.%2E/admin/", "/media/..\\admin", "/media/..",
            "/media/..?a", "/media/.\ue000./a", "javascript:a", "",
        ],
    )  # fmt: skip
    def test_of_others_are_replaced_by_their_description(self, address):
        assert html(f"![A < chart](<{address}>)") == "<p>A &lt; chart</p>"

    def test_in_a_description_only_words_count(self):
        assert html("![a ![b](/media/b.png) **c** `d` [e](/f)\ng](/media/a.png)") == (
            '<p><img src="/media/a.png" alt="a b c d e g" loading="lazy"></p>'
        )

    def test_may_be_a_link(self):
        assert html("[![a](/media/a.png)](/b)") == (
            '<p><a href="/b"><img src="/media/a.png" alt="a" loading="lazy"></a></p>'
        )


class TestGlossary:
    GLOSSARY = {
        "MoE": "/glossary/#moe",
        "mixture of experts": "/glossary/#moe",
        "context": "/glossary/#context",
        "context window": "/glossary/#context-window",
        "Straße": "/glossary/#street",
    }

    def linked(self, markdown: str) -> list[str]:
        pieces = html(markdown, glossary=self.GLOSSARY).split('<a class="term" href="/glossary/#')[1:]
        return [piece.partition("</a>")[0].partition('">')[2] for piece in pieces]

    def test_first_use_is_linked(self):
        assert html("An MoE is an MoE.", glossary=self.GLOSSARY) == (
            '<p>An <a class="term" href="/glossary/#moe">MoE</a> is an MoE.</p>'
        )

    def test_one_link_for_all_spellings_of_a_term(self):
        assert self.linked("A mixture of experts (MoE).") == ["mixture of experts"]

    def test_the_longest_term_wins(self):
        assert self.linked("The context window and the context.") == ["context window", "context"]

    def test_case_does_not_matter(self):
        assert self.linked("CONTEXT, moe, STRASSE, straße") == ["CONTEXT", "moe", "straße"]

    def test_whole_words_only(self):
        assert self.linked("MoEs, a_MoE, pre-MoE, MoE-like, contextual, co&shy;context") == ["context"]
        assert self.linked("“MoE”, (context)/") == ["MoE", "context"]

    @pytest.mark.parametrize(
        "markdown",
        [
            "## MoE",
            "[MoE](/a)",
            "[a **MoE**](javascript:a)",
            "`MoE`",
            "    MoE",
            "```\nMoE\n```",
            "![MoE](/media/a.png)",
        ],
    )
    def test_headings_links_code_and_pictures_are_left_alone(self, markdown):
        assert self.linked(markdown) == []
        assert self.linked(f"{markdown}\n\nThe MoE.") == ["MoE"]

    def test_footnotes_are_left_alone(self):
        assert self.linked("[^n]: An MoE.\n\nText[^n].") == []
        assert self.linked("[^n]: An MoE.\n\nText[^n] on MoE.") == ["MoE"]

    def test_emphasis_lists_and_tables_are_not(self):
        assert self.linked("*MoE*") == ["MoE"]
        assert self.linked("- MoE") == ["MoE"]
        assert self.linked("|a|\n|-|\n|MoE|") == ["MoE"]

    def test_headings_of_tables_keep_their_labels(self):
        assert 'data-label="MoE"' in html("|MoE|\n|-|\n|x|", glossary=self.GLOSSARY)

    def test_links_to_the_glossary_are_not_among_the_links(self):
        assert render("MoE", glossary=self.GLOSSARY).links == ()

    @pytest.mark.parametrize("address", ["javascript:a", "//x.org", "java\ue000script:a", ""])
    def test_terms_that_lead_nowhere_are_left_alone(self, address):
        assert html("An MoE.", glossary={"MoE": address}) == "<p>An MoE.</p>"

    def test_terms_are_no_patterns(self):
        glossary = {"C++ (": "/c", "a.b": "/ab", "": "/nothing", " ": "/space"}
        assert html("axb C++ ( a.b", glossary=glossary) == (
            '<p>axb <a class="term" href="/c">C++ (</a> <a class="term" href="/ab">a.b</a></p>'
        )


class TestMeasures:
    @pytest.mark.parametrize(
        ("markdown", "words"),
        [
            ("One two three.", 3),
            ("# A\n\n*b* `c` [d](/e)", 4),
            ("", 0),
            ("---", 0),
            ("![not counted](/media/a.png)", 0),
        ],
    )
    def test_words(self, markdown, words):
        assert render(markdown).words == words

    @pytest.mark.parametrize(("words", "minutes"), [(0, 1), (230, 1), (460, 2), (1_000, 4)])
    def test_reading_time(self, words, minutes):
        assert render("word " * words).reading_minutes == minutes


class TestPlainText:
    def test_leaves_out_markup_headings_tables_notes_code_and_pictures(self):
        markdown = (
            "# Heading\n\nSome *text* with `code`[^n]\nand a [link](/a).\n\n|t|\n|-|\n|c|\n\n- item\n\n"
            "![picture](/media/a.png)\n\n```\nblock\n```\n\n[^n]: Note.\n\nEnd."
        )
        assert plain_text(markdown) == "Some text with code and a link. item End."

    def test_short_text_is_whole(self):
        assert plain_text("One two.", 8) == "One two."

    def test_is_cut_at_a_word(self):
        assert plain_text("One two three four", 12) == "One two…"
        assert plain_text("One two, three four", 12) == "One two…"

    @pytest.mark.parametrize("limit", [1, 2, 5, 40, 300])
    @pytest.mark.parametrize("markdown", ["word " * 500, "x" * 5_000, "– " * 500, "**a** " * 500])
    def test_never_exceeds_the_limit(self, markdown, limit):
        text = plain_text(markdown, limit)
        assert 1 <= len(text) <= limit
        assert text.endswith("…")

    def test_one_long_word_is_cut_inside(self):
        assert plain_text("x" * 400, 10) == "xxxxxxxxx…"


class TestLimits:
    """Texts that would take for ever, or that cannot be stored."""

    BEYOND = {
        "long": "x" * (MAX_CHARACTERS + 1),
        "deep": ">" * (MAX_DEPTH + 1) + " a",
        "nul": "a\x00b",
        "half a character": "a\ud83db",
        "elements": "|a|\n|-|\n" + "|a|\n" * (MAX_EVENTS // 4),
        "references": "[^n]: Note.\n\n" + "[^n] " * (MAX_REFERENCES + 1),
    }

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("long", ["1,000,001 characters", "at most 1,000,000", "Divide"]),
            ("deep", ["nested more than 30 levels", "“>”"]),
            ("nul", ["NUL", "Delete it"]),
            ("half a character", ["half a character", "type it again"]),
            ("elements", ["too many elements", "Divide"]),
            ("references", ["5,001 times", "5,000 are possible"]),
        ],
    )
    def test_message_says_what_is_too_much_and_what_to_do(self, name, words):
        with pytest.raises(ValidationError) as caught:
            validate(self.BEYOND[name])
        assert caught.value.code == "prose"
        [message] = caught.value.messages
        for word in words:
            assert word in message

    @pytest.mark.parametrize(
        "markdown",
        [
            "", "x" * MAX_CHARACTERS, ">" * (MAX_DEPTH - 1) + " a", "[^n]: Note.\n\n" + "[^n] " * MAX_REFERENCES,
            "😀 \ufffd \ue000", "- a\n" * 10_000,
        ],
    )  # fmt: skip
    def test_what_is_within_them_passes(self, markdown):
        validate(markdown)

    @pytest.mark.parametrize("name", BEYOND)
    def test_stored_text_beyond_them_is_shown_as_written(self, name):
        start = time.process_time()
        prose = render(self.BEYOND[name])
        assert time.process_time() - start < 5
        assert prose.html.startswith("<pre><code>")
        assert (prose.headings, prose.links) == ((), ())

    def test_and_is_escaped(self):
        markdown = ">" * (MAX_DEPTH + 1) + '<script>"&amp;\ue001b\ue002'
        assert html(markdown).endswith("&lt;script&gt;&quot;&amp;amp;b</code></pre>")

    @pytest.mark.parametrize("name", BEYOND)
    def test_its_description_takes_a_moment(self, name):
        start = time.process_time()
        plain_text(self.BEYOND[name])
        assert time.process_time() - start < 1
