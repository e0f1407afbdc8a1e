"""No text makes a page do anything: neither those that were written for it, nor random mixtures of them."""

import random
from html import escape

import pytest

from editorial.prose import plain_text, render
from editorial.prose.events import events
from editorial.prose.limits import is_renderable
from editorial.prose.sanitize import ATTRIBUTES, STAND_INS, TAGS, sanitize
from editorial.prose.writer import Writer

from .audit import CORPUS, GLOSSARY, PAYLOADS, PREFIX, Auditor, problems
from .mixtures import SEED, mixture

MIXTURES = 5_000


def test_the_corpus_is_large_and_has_no_repetition():
    assert len(PAYLOADS) >= 600
    assert len(set(PAYLOADS)) == len(PAYLOADS)


@pytest.mark.parametrize(
    "html",
    [
        "<script>", "<p onclick=a>x</p>", '<a href="javascript:a">x</a>', '<a href="//x">x</a>', "<p>", "</p>",
        '<img src="https://x/a.png">', '<h2 id="main">x</h2>', '<h2 id="text-a">x</h2><h3 id="text-a">y</h3>',
        '<a class="x">x</a>', "<!-- x -->", "<svg>", "\ue001", '<a href="/a"><a href="/b">x</a></a>',
        '<a href="#text-fn-1" role="doc-noteref">x</a>', '<a href="java\nscript:a">x</a>', "<?x>", "<!x>",
    ],
)  # fmt: skip
def test_the_audit_notices(html):
    assert problems(html)


@pytest.mark.parametrize("kind", CORPUS)
class TestCorpus:
    def test_is_harmless(self, kind):
        found = {}
        for payload in CORPUS[kind]:
            for glossary in ({}, GLOSSARY):
                if wrong := problems(render(payload, prefix=PREFIX, glossary=glossary).html):
                    found[payload] = wrong
        assert not found

    @pytest.mark.parametrize(
        "frame",
        ["before {} after", "# {}", "> {}", "- {}", "**{}**", "[{}](/a)", "![{}](/media/a.png)", "|{}|\n|-|\n|{}|",
         "[^1] {}\n\n[^1]: {}", '[a](/b "{}")', "[a](<{}>)", "![a](</media/{}>)", "```{}\n{}\n```", "<div>\n{}\n</div>",
         "[r]\n\n[r]: <{}> '{}'", "a[^{}]\n\n[^{}]: b"],
    )  # fmt: skip
    def test_is_harmless_in_every_place(self, kind, frame):
        found = {}
        for payload in CORPUS[kind]:
            markdown = frame.replace("{}", payload)
            if wrong := problems(render(markdown, prefix=PREFIX, glossary=GLOSSARY).html):
                found[markdown] = wrong
        assert not found

    def test_the_writer_alone_is_safe(self, kind):
        """The sanitizer is there for mistakes of tomorrow; today it finds nothing to remove."""
        references = str.maketrans({stand_in: escape(character) for character, stand_in in STAND_INS.items()})
        found = {}
        for payload in filter(is_renderable, CORPUS[kind]):
            written = Writer({}, PREFIX).write(events(payload))
            if wrong := problems(written.translate(references)):
                found[payload] = wrong
        assert not found

    def test_the_sanitizer_alone_is_safe(self, kind):
        """Should the writer ever let HTML through, only what is listed passes the last gate."""
        found = {}
        for payload in CORPUS[kind]:
            auditor = Auditor()
            auditor.feed(sanitize(payload))
            wrong = [
                problem for problem in auditor.problems
                if problem.startswith(("element", "attribute", "scheme", "comment", "declaration", "instruction"))
            ]  # fmt: skip
            if wrong:
                found[payload] = wrong
        assert not found

    def test_other_outputs_hold_no_markup_of_ours(self, kind):
        """The contents and descriptions are text, which templates escape."""
        for payload in CORPUS[kind]:
            assert type(plain_text(payload)) is str
            for heading in render(payload).headings:
                assert type(heading.text) is str


def test_nothing_listed_can_run():
    """The list itself: no element that runs or loads something, no attribute that does."""
    assert not TAGS & {"script", "style", "iframe", "object", "embed", "svg", "math", "form", "input", "button", "base",
                       "link", "meta", "template", "noscript", "textarea", "select", "title"}  # fmt: skip
    attributes = set().union(*ATTRIBUTES.values())
    assert not {name for name in attributes if name.startswith(("on", "form", "xlink"))}
    assert not attributes & {"style", "srcdoc", "action", "background", "ping", "target", "name"}
    # Written for pictures of the library alone, from addresses of ours.
    assert [tag for tag, names in ATTRIBUTES.items() if "srcset" in names] == ["source"]


def test_random_mixtures_are_harmless():
    chance = random.Random(SEED)
    found = {}
    for _ in range(MIXTURES):
        markdown = mixture(chance)
        if wrong := problems(render(markdown, prefix=PREFIX, glossary=GLOSSARY).html):
            found[markdown] = wrong
    assert not found
