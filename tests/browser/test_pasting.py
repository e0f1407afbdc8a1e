"""Formatted text becomes clean Markdown on its way from the clipboard; nothing that it carries is run or loaded."""

from time import perf_counter

import pytest

from editorial.prose import render

from .clipboards import FROM_GOOGLE_DOCS, FROM_WEB_PAGE, FROM_WORD, GOOGLE_DOCS, HOSTILE, WEB_PAGE, WORD

pytestmark = pytest.mark.django_db(transaction=True)

CONVERT = """async ([html, plain]) => {
    const { markdownOf } = await import("/static/admin_site/writing/clipboard.js");
    return markdownOf(html, plain);
}"""


@pytest.fixture
def convert(page, live_server):
    """The converter, on a page with the site’s own policy."""
    page.goto(f"{live_server.url}/about/")

    def run(html: str, plain: str = "") -> str | None:
        return page.evaluate(CONVERT, [html, plain])

    return run


@pytest.mark.parametrize(
    ("html", "markdown"),
    [(WORD, FROM_WORD), (GOOGLE_DOCS, FROM_GOOGLE_DOCS), (WEB_PAGE, FROM_WEB_PAGE)],
    ids=["Word", "Google Docs", "a web page"],
)
def test_what_programs_copy_becomes_clean_markdown(convert, complaints, html, markdown):
    assert convert(html) == markdown
    assert complaints == []


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<b>a</b>b", "**a**b"),
        ("a<b>“b”</b>c", "a“**b**”c"),
        ("<b> a </b>b", "**a** b"),
        ("<i>a</i><i>b</i>", "*ab*"),
        ("<b><a href='https://e.example/x y'>a*b</a></b>", "[**a\\*b**](https://e.example/x%20y)"),
        ("<a href='https://e.example/(1)'>a</a>", "[a](<https://e.example/(1)>)"),
        ("<a href='https://e.example/'><img src='https://e.example/i.png'></a><b>x</b>", "**x**"),
        ("<p>a<br><br>b</p><hr>", "a\n\nb\n\n---"),
        ("<h1>a</h1><h3>b</h3>", "## a\n\n#### b"),
        ("<ul><li>a</li><li></li><li>b</li></ul>", "- a\n- b"),
        ("<blockquote><ul><li>a</li></ul></blockquote>", "> - a"),
        ("<table><tr><td><p>only</p><p>layout</p></td></tr></table>", "only\n\nlayout"),
        ("<a href='http://127.0.0.1:1/x'>a</a>", "[a](http://127.0.0.1:1/x)"),
        ("<img alt='A chart' src='/media/images/3f9ac02b71de'><b>x</b>", "![A chart](/media/images/3f9ac02b71de)**x**"),
        ("<a href='mailto:a@b.example'>a</a>", "a"),
        ("<code>a`b</code>", "``a`b``"),
        ("<pre>a\n```\nb</pre>", "````\na\n```\nb\n````"),
    ],
)  # fmt: skip
def test_each_element_is_written_as_the_house_writes_it(convert, html, markdown):
    assert convert(html) == markdown


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("", "a"),
        ("<span style='color:red'>just words</span>", "just words"),
        ("<meta charset=utf-8><b style='font-weight:normal'><span>words</span></b>", "words"),
        ("<div style=\"font-family: Menlo, monospace;white-space: pre;\"><div><b># A</b></div></div>", "# A"),
        ("<b>" + "a" * 2_000_001, "a"),
    ],
    ids=["nothing", "only styled", "a wrapper of Google Docs", "a code editor", "too much"],
)  # fmt: skip
def test_where_plain_text_says_the_same_it_is_left_to_the_browser(convert, html, plain):
    assert convert(html, plain) is None


def test_our_own_address_becomes_a_path(convert, live_server):
    assert convert(f"<a href='{live_server.url}/models/?a=1#b'>x</a>") == "[x](/models/?a=1#b)"


@pytest.mark.parametrize("html", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_hostile_runs_loads_or_reaches_a_page(convert, page, complaints, html):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "evil.example" in request.url else None)
    markdown = convert(html) or ""
    shown = render(markdown).html
    page.wait_for_timeout(50)
    assert page.evaluate("window.hit") is None
    assert asked == []
    assert complaints == []
    for live in ("<script", '"javascript:', 'onerror="', "<iframe", "<svg", 'href="//', 'src="//', 'href="/\\'):
        assert live not in shown


def test_pasting_takes_time_in_proportion(convert):
    def seconds(count: int) -> float:
        html = "<p>Some <b>bold</b> [words] <a href='https://e.example/'>and a link</a></p>" * count
        started = perf_counter()
        assert len(convert(html)) > count
        return perf_counter() - started

    seconds(100)
    small, large = seconds(2_000), seconds(8_000)
    assert large < 3
    assert large < max(small * 8, 0.5)
