"""Writing in the admin: the toolbar, its shortcuts, what is inserted by search, the check beside the form, and approving."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.redirects.models import Redirect
from django.urls import reverse
from playwright.sync_api import expect

from editorial.models import Article, Edition, Notice
from editorial.prose import render
from editorial.search.index import rebuild
from llamahub import content
from tests.factories import (
    make_edition,
    make_image,
    make_notice,
    make_release,
    make_source,
    make_style_rule,
    make_user,
    make_variant,
    picture_file,
)
from tests.llamahub.admin.entries import address
from tests.pages import RULES

from .test_admin import page, pytestmark  # noqa: F401

SELECT = "([start, end]) => document.getElementById('id_body').setSelectionRange(start, end)"
PASTE = """([html, plain]) => {
    const carried = new DataTransfer();
    if (html) carried.setData("text/html", html);
    carried.setData("text/plain", plain);
    const event = new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true });
    return document.getElementById("id_body").dispatchEvent(event);
}"""


@pytest.fixture
def edition():
    release = make_release(slug="llama-4-scout", name="Llama 4 Scout", context_tokens=10_000_000)
    make_variant(slug="scout-16e", name="Llama 4 Scout 17B", release=release)
    return make_edition(title="A headline", body="Its window is , says the card.")


@pytest.fixture
def form(page, live_server, edition):  # noqa: F811
    """The form of the edition, with the text to be written given by ``write``."""
    page.goto(live_server.url + address(Edition, "change", edition.pk))
    page.wait_for_selector("[role=toolbar]")
    return page


def write(page, text, start=None, end=None):  # noqa: F811
    page.fill("#id_body", text)
    page.focus("#id_body")
    start = len(text) if start is None else start
    page.evaluate(SELECT, [start, start if end is None else end])


def body(page):  # noqa: F811
    return page.input_value("#id_body")


def use(page, name):  # noqa: F811
    page.get_by_role("toolbar").get_by_role("button", name=name, exact=True).click()


def find(page, name, words, option):  # noqa: F811
    """Open a search, type, and wait for what is looked for."""
    use(page, name)
    page.fill("dialog[open] [role=combobox]", words)
    expect(page.locator("dialog[open] [role=option]").filter(has_text=option).first).to_be_visible()
    expect(page.locator("dialog[open] [role=option][aria-selected=true]")).to_contain_text(option)


# --- Toolbar and shortcuts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tool", "text", "selection", "result"),
    [
        ("Bold", "a word here", (2, 6), "a **word** here"),
        ("Bold", "a word here", (1, 7), "a **word** here"),
        ("Bold", "a **word** here", (4, 8), "a word here"),
        ("Italic", "a **word** here", (4, 8), "a ***word*** here"),
        ("Italic", "a *word* here", (3, 7), "a word here"),
        ("Heading", "one\ntwo", (5, 5), "one\n## two"),
        ("Heading", "## two", (3, 3), "### two"),
        ("Heading", "### two", (3, 3), "two"),
        ("List", "one\ntwo\nthree", (1, 6), "- one\n- two\nthree"),
        ("List", "- one\n- two", (0, 11), "one\ntwo"),
        ("Quote", "one\n\ntwo", (0, 8), "> one\n> \n> two"),
        ("Link", "a word", (2, 6), "a [word](https://)"),
        ("Link", "https://e.example/", (0, 18), "[](https://e.example/)"),
        ("Footnote", "a word.", (6, 6), "a word[^1].\n\n[^1]: "),
        ("Footnote", "a[^1]\n\n[^1]: x", (1, 1), "a[^2][^1]\n\n[^1]: x\n[^2]: "),
    ],
)
def test_a_tool_writes_markdown_and_can_be_undone(form, tool, text, selection, result):
    write(form, text, *selection)
    use(form, tool)
    assert body(form) == result
    assert form.evaluate("document.activeElement.id") == "id_body"
    for _ in range(2 if tool == "Footnote" else 1):
        form.keyboard.press("Control+z")
    assert body(form) == text


def test_shortcuts_write_and_leave_the_browsers_own_alone(form):
    write(form, "a word", 2, 6)
    form.keyboard.press("Control+b")
    form.keyboard.press("Control+i")
    assert body(form) == "a ***word***"
    form.keyboard.press("Control+i")
    assert body(form) == "a **word**"
    form.keyboard.press("Control+k")
    assert body(form) == "a **[word](https://)**"
    write(form, "line")
    form.keyboard.press("Control+Shift+Digit8")
    assert body(form) == "- line"
    form.keyboard.press("Control+Shift+Digit9")
    assert body(form) == "> - line"
    form.evaluate("""() => {
        window.swallowed = [];
        document.addEventListener("keydown", (event) => event.defaultPrevented && window.swallowed.push(event.key));
    }""")
    for keys in ("Control+c", "Control+a", "Control+z", "Control+Shift+Z", "Control+Alt+b", "Alt+b", "Shift+B", "Tab"):
        form.focus("#id_body")
        form.keyboard.press(keys)
    assert form.evaluate("window.swallowed") == []


def test_the_toolbar_is_one_stop_in_which_the_arrows_move(form):
    names = form.locator("[role=toolbar] button").evaluate_all(
        "all => all.map(each => each.getAttribute('aria-label'))"
    )
    assert len(names) == 11
    active = "document.activeElement.getAttribute('aria-label')"
    form.focus("#id_body")
    form.keyboard.press("Shift+Tab")
    assert form.evaluate(active) == "Bold"
    form.keyboard.press("ArrowRight")
    assert form.evaluate(active) == "Italic"
    form.keyboard.press("End")
    assert form.evaluate(active) == names[-1]
    form.keyboard.press("ArrowRight")
    assert form.evaluate(active) == "Bold"
    form.keyboard.press("Escape")
    assert form.evaluate("document.activeElement.id") == "id_body"
    form.keyboard.press("Alt+F10")
    assert form.evaluate(active) == "Bold"
    assert form.get_attribute("[aria-label=Bold]", "aria-keyshortcuts") == "Control+B"
    assert form.locator("[role=toolbar] [tabindex='0']").count() == 1


# --- Inserting by search ----------------------------------------------------------------------------------------------


def test_a_fact_is_inserted_at_the_cursor_by_keyboard_alone(form, edition):
    write(form, edition.body, 14)
    form.keyboard.press("Alt+F10")
    for _ in range(8):
        form.keyboard.press("ArrowRight")
    form.keyboard.press("Enter")
    combobox = form.locator("dialog[open] [role=combobox]")
    expect(combobox).to_be_focused()
    form.keyboard.type("scout context")
    expect(form.locator("dialog [role=option]")).to_have_count(2)
    expect(combobox).to_have_attribute("aria-activedescendant", "insert-0")
    form.keyboard.press("ArrowDown")
    expect(combobox).to_have_attribute("aria-activedescendant", "insert-1")
    form.keyboard.press("ArrowUp")
    form.keyboard.press("Enter")
    assert body(form) == "Its window is {{ llama-4-scout.context_tokens }}, says the card."
    assert form.evaluate("document.activeElement.selectionStart") == 14 + len("{{ llama-4-scout.context_tokens }}")
    form.keyboard.press("Control+z")
    assert body(form) == edition.body
    form.keyboard.press("Control+Shift+Z")
    form.click("input[name=_save] >> nth=0")
    form.wait_for_url("**/edition/")
    assert [use.name for use in edition.fact_uses.all()] == ["llama-4-scout.context_tokens"]
    assert form.complaints == []


def test_a_search_without_a_hit_says_so_and_escape_leaves_the_text_as_it_was(form, edition):
    use(form, "Insert a fact")
    form.fill("dialog[open] [role=combobox]", "nothing is called this")
    expect(form.locator(".insert__said")).to_contain_text("No fact matches")
    form.keyboard.press("Enter")
    assert form.is_visible("dialog[open]")
    form.keyboard.press("Escape")
    assert body(form) == edition.body
    assert form.evaluate("document.activeElement.id") == "id_body"


def test_a_picture_is_inserted_as_a_block_with_its_words(form, live_server):
    image = make_image(alt="A [chart] of windows", slug="windows")
    write(form, "Before.\nAfter.", 7)
    find(form, "Insert a picture", "windows", "A [chart] of windows")
    expect(form.locator("dialog[open] .insert__thumb")).to_have_count(1)
    form.keyboard.press("Enter")
    assert body(form) == f"Before.\n\n![A \\[chart\\] of windows]({image.address})\n\nAfter."
    form.keyboard.press("Control+z")
    assert body(form) == "Before.\nAfter."


def test_a_picture_can_be_uploaded_on_the_way(form):

    use(form, "Insert a picture")
    with form.expect_popup() as opened:
        form.click("text=Upload a picture…")
    popup = opened.value
    popup.wait_for_selector("#id_alt")
    popup.set_input_files(
        "#id_file", {"name": "p.png", "mimeType": "image/png", "buffer": picture_file(size=(60, 40)).read()}
    )
    popup.fill("#id_alt", "A new picture")
    popup.fill("#id_slug", "new-picture")
    popup.fill("#id_credit", "LlamaHub editors")
    popup.fill("#id_license", "CC BY 4.0")
    popup.click("input[name=_save] >> nth=0")
    expect(form.locator(".insert__said")).to_contain_text("Uploaded")
    expect(form.locator("dialog [role=option] >> nth=0")).to_contain_text("A new picture")
    form.keyboard.press("Enter")
    assert "![A new picture](/media/images/" in body(form)


def test_a_source_is_cited_with_a_footnote_and_a_second_time_with_the_same(form):
    make_source(title="Llama 4 model card", slug="card", publisher="Meta")
    write(form, "One fact. Another.", 8)
    find(form, "Cite a source", "model card", "Llama 4 model card")
    form.keyboard.press("Enter")
    once = "One fact[^card]. Another.\n\n[^card]: [Llama 4 model card](/sources/card/)"
    assert body(form) == once
    expect(form.locator(".toolbar__said")).to_contain_text("new footnote")
    form.evaluate(SELECT, [24, 24])
    find(form, "Cite a source", "model card", "Llama 4 model card")
    form.keyboard.press("Enter")
    assert body(form) == once.replace("Another.", "Another[^card].")
    expect(form.locator(".toolbar__said")).to_contain_text("has already")
    form.evaluate("document.querySelector('dialog').close()")
    assert 'role="doc-noteref"' in render(body(form)).html


def test_a_label_that_is_taken_is_not_taken_again(form):
    make_source(title="Model card", slug="card")
    write(form, "a[^card]\n\n[^card]: Something else", 1)
    find(form, "Cite a source", "card", "Model card")
    form.keyboard.press("Enter")
    assert body(form) == "a[^card-2][^card]\n\n[^card]: Something else\n[^card-2]: [Model card](/sources/card/)"


def test_a_page_is_linked_and_the_selected_words_stay(form):
    rebuild()
    write(form, "About this model.", 6, 16)
    find(form, "Link to a page of this site", "scout", "Llama 4 Scout")
    form.keyboard.press("Enter")
    assert body(form) == "About [this model](/models/llama-4-scout/)."
    form.keyboard.press("Control+z")
    assert body(form) == "About this model."


@pytest.mark.parametrize("width", [390, 1280])
def test_the_search_fits_the_screen_and_the_form_too(form, width):
    form.set_viewport_size({"width": width, "height": 700})
    use(form, "Insert a fact")
    form.wait_for_selector("dialog[open] [role=option]")
    box = form.locator("dialog[open]").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert form.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    field, column = (form.locator(selector).bounding_box() for selector in ("#id_body", "fieldset.module >> nth=0"))
    assert field["x"] + field["width"] <= column["x"] + column["width"]


def test_without_script_the_links_open_pages_to_copy_from(open_context, live_server, edition):
    make_user("Editor", username="plain")
    make_source(title="Llama 4 model card", slug="card")
    plain = open_context(java_script_enabled=False).new_page()
    plain.goto(live_server.url + "/admin/login/")
    plain.fill("#id_username", "plain")
    plain.fill("#id_password", "secret")
    plain.click("[type=submit]")
    for kind, words, code in (
        ("fact", "scout context", "{{ llama-4-scout.context_tokens }}"),
        ("source", "card", "[^card]: [Llama 4 model card](/sources/card/)"),
    ):
        plain.goto(live_server.url + address(Edition, "change", edition.pk))
        with plain.expect_popup() as opened:
            plain.click(f"a.insert[data-insert={kind}]")
        opened.value.fill("#find-facts", words)
        opened.value.click("input[value=Find]")
        assert opened.value.inner_text(".facts-found tbody tr >> nth=0 >> code") == code


# --- Pasting ----------------------------------------------------------------------------------------------------------


def test_formatted_text_is_pasted_as_markdown_and_can_be_undone(form):
    write(form, "Before after.", 7)
    assert form.evaluate(PASTE, ["<h2>New</h2><p>A <b>bold</b> word</p>", "New\nA bold word"]) is False
    assert body(form) == "Before \n\n## New\n\nA **bold** word\n\nafter."
    expect(form.locator(".toolbar__said")).to_contain_text("Pasted as Markdown")
    form.keyboard.press("Control+z")
    assert body(form) == "Before after."
    assert form.evaluate(PASTE, ["<span>just words</span>", "just words"]) is True
    assert form.evaluate(PASTE, ["", "# Markdown *itself*"]) is True


def test_an_address_pasted_over_words_makes_them_a_link(form):
    write(form, "See this page.", 4, 13)
    form.evaluate(PASTE, ["<a href='https://e.example/'>https://e.example/</a>", "https://e.example/"])
    assert body(form) == "See [this page](https://e.example/)."
    form.keyboard.press("Control+z")
    assert body(form) == "See this page."


# --- The check beside the form ----------------------------------------------------------------------------------------


@pytest.fixture
def house():
    make_style_rule(avoid="open-source", prefer="open-weight", because="The license sets limits.",
                    exceptions=["Open Source Initiative"])  # fmt: skip
    Redirect.objects.create(site_id=1, old_path="/old/", new_path="/models/")


def test_findings_come_and_go_as_one_types_and_lead_to_their_lines(form, house):
    count = form.locator(".writing-panel__count")
    expect(count).to_have_text("Nothing is wrong")
    write(form, "One.\n\nLlama is open-source.\n\n[x](/no/) and [y](/old/)")
    expect(count).to_have_text("2 errors and 1 warning")
    first = form.locator(".finding >> nth=0")
    expect(first).to_contain_text("“open-source”: write “open-weight”. The license sets limits.")
    expect(first.locator(".finding__level")).to_have_text("Error")
    expect(form.locator(".finding--warning .finding__level")).to_have_text("Warning")
    first.get_by_role("button", name="Body, line 3").click()
    expect(form.locator("#id_body")).to_be_focused()
    selection = "(() => { const t = document.activeElement; return t.value.slice(t.selectionStart, t.selectionEnd) })()"
    assert form.evaluate(selection) == "Llama is open-source."
    write(form, "By the Open Source Initiative’s definition, Llama is not open-source.")
    expect(count).to_have_text("Nothing is wrong")
    form.fill("#id_title", "Open-source")
    expect(form.locator(".finding button")).to_have_text("Title, line 1")
    assert form.complaints == []


def test_the_length_is_counted_at_once(form, edition):
    words = form.locator(".writing-panel__words")
    expect(words).to_have_text("6 words")
    write(form, "word " * 600)
    expect(words).to_have_text("600 words")
    expect(form.locator(".writing-panel__minutes")).to_have_text("3 min read")


def test_an_answer_that_does_not_come_is_said_and_asked_for_again(form, house):
    form.route("**/check-text/", lambda route: route.abort())
    write(form, "Llama is open-source.")
    expect(form.locator(".writing-panel__count")).to_contain_text("could not be asked")
    form.unroute("**/check-text/")
    write(form, "Llama is still open-source.")
    expect(form.locator(".writing-panel__count")).to_have_text("1 error")


def test_every_text_of_the_newsroom_has_the_tools(page, live_server, house):  # noqa: F811
    draft, notice = make_edition(), make_notice()
    for where, field in (
        (address(Notice, "change", notice.pk), "#id_body"),
        (address(Article, "change", draft.article_id), "#id_editions-0-body"),
    ):
        page.goto(live_server.url + where)
        page.fill(field, "Llama is open-source.")
        expect(page.locator(".writing-panel__count")).to_have_text("1 error")
        expect(page.get_by_role("toolbar")).to_have_count(1)


def test_the_count_of_the_browser_is_that_of_the_server(page, live_server):  # noqa: F811
    content.load()
    page.goto(live_server.url + "/about/")
    count = "async (text) => (await import('/static/admin_site/writing/words.js')).countWords(text)"
    samples = [
        "", "One, two three.", "don’t snake_case 10,000", "# A *b* **c**d `e f` ~~g~~", "[a b](/c/ \"d e\") ![f](/g) h", "a[^1] b[^2]\n\n[^1]: c d\n[^3]: e",
        "1. one\n2. two\n   1. three\n\n> 4. four", "```py x\na b\n```\n\n    c d", "| a | b |\n| --- | --- |\n| c \\| d | e |",
        "[a][b] c\n\n[b]: /d/e \"f\"", "AT&amp;T &mdash; &#233;t&#xe9;", "<https://a.example/b> <b>c</b>", "`[a](b)` \\[c](d)", "日本 é ß ½ ²",
        "line\nline two  \nthree\\\nfour", "* a\n* b\n\n---\n\nc\n===", "2024. A year", "[a](<b c>) [d](e(f)g)",
    ]  # fmt: skip
    # Without the facts, whose values the browser does not know.
    shipped = [*Edition.objects.values_list("body", flat=True), *Notice.objects.values_list("body", flat=True)]
    samples += [re.sub(r"{{.*?}}", "", text) for text in shipped]
    assert len(samples) > 30
    assert {text: page.evaluate(count, text) for text in samples} == {text: render(text).words for text in samples}


# --- Approving --------------------------------------------------------------------------------------------------------


def test_errors_stop_it_warnings_need_a_click(form, house, edition):
    expect(form.locator("[data-approve=plain] >> nth=0")).to_be_visible()
    write(form, "Llama is open-source. See [the list](/old/).")
    expect(form.locator("[data-approve=errors] >> nth=0")).to_have_text("Cannot be approved yet: 1 error")
    form.click("[data-approve=plain] >> nth=0")
    expect(form.locator(".messagelist")).to_contain_text(
        "saved but not approved. The content check finds 1 error and 1 warning"
    )
    expect(form.locator(".finding--error")).to_have_count(1)

    write(form, "Llama is open-weight. See [the list](/old/).")
    anyway = form.locator("[data-approve=in-spite] >> nth=0")
    expect(anyway).to_have_text("Save and approve in spite of 1 warning")
    expect(form.locator("[data-approve=plain] >> nth=0")).to_be_hidden()
    edition.refresh_from_db()
    assert edition.status == Edition.Status.DRAFT
    anyway.click()
    expect(form.locator(".messagelist")).to_contain_text("Readers see it now")
    edition.refresh_from_db()
    assert edition.is_public
    assert form.complaints == []


def test_an_editor_sends_it_to_review_with_its_errors(open_context, live_server, house, edition):
    make_user("Editor", username="eve")
    eve = open_context().new_page()
    eve.goto(live_server.url + reverse("admin:login"))
    eve.fill("#id_username", "eve")
    eve.fill("#id_password", "secret")
    eve.click("[type=submit]")
    eve.goto(live_server.url + address(Edition, "change", edition.pk))
    assert eve.locator("[data-approve]").count() == 0
    eve.fill("#id_body", "Llama is open-source.")
    expect(eve.locator(".writing-panel__count")).to_have_text("1 error")
    eve.click("input[name=_submit] >> nth=0")
    expect(eve.locator(".messagelist")).to_contain_text("The content check finds 1 error")
    edition.refresh_from_db()
    assert edition.status == Edition.Status.IN_REVIEW


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_and_the_search_have_no_barriers(form, house, width, scheme):
    form.set_viewport_size({"width": width, "height": 900})
    form.emulate_media(color_scheme=scheme)
    write(form, "Llama is open-source. [x](/old/)")
    expect(form.locator(".writing-panel__count")).to_have_text("1 error and 1 warning")
    ours = {"runOnly": {"type": "tag", "values": RULES}}
    for selector in (".prose-field", ".writing-panel", ".submit-row"):
        found = Axe().run(form, context=selector, options=ours).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], selector
    use(form, "Insert a fact")
    form.wait_for_selector("dialog[open] [role=option]")
    found = Axe().run(form, context="dialog", options=ours).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
