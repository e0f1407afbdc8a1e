"""The whole corpus of hostile texts in a real browser, without the policy that would stop what gets through."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from editorial.prose import render
from tests.editorial.prose.audit import CORPUS, GLOSSARY, PREFIX
from tests.editorial.prose.mixtures import SEED, mixture

ORIGIN = "http://prose.example"
BATCH = 60

# Runs before anything of the page. Reports every sign of life to `hit`. Ordinary links must not lead away from the
# test; whatever else is clicked does what it does.
WATCH = """
for (const name of ["alert", "prompt", "confirm", "print", "open"])
    window[name] = (...values) => { hit(`${name}(${values})`); return null; };
addEventListener("error", event => { if (!event.target.tagName) hit(`error: ${event.message}`); }, true);
addEventListener("submit", () => hit("submit"), true);
addEventListener("click", event => {
    const link = event.composedPath().find(node => node.localName === "a" && node.href);
    if (link && ["http:", "https:", "mailto:", "tel:"].includes(link.protocol)) event.preventDefault();
}, true);
"""

AUDIT = """() => {
    const schemes = ["http:", "https:", "mailto:", "tel:"];
    const found = [];
    const banned = "script, iframe, frame, object, embed, svg, math, style, link, meta, base, form, input, button, " +
        "textarea, select, template, noscript, video, audio, source, details, dialog, marquee, map, area, [style], [name]";
    for (const box of document.querySelectorAll(".box")) {
        const say = what => found.push(`${box.dataset.number}: ${what}`);
        for (const node of box.querySelectorAll(banned)) say(node.outerHTML);
        for (const node of box.querySelectorAll("*")) {
            if (node.namespaceURI !== "http://www.w3.org/1999/xhtml") say(`namespace of ${node.localName}`);
            for (const attribute of node.attributes)
                if (/^(on|form|xlink|src(doc|set)|action)/i.test(attribute.name)) say(node.outerHTML);
            if (node.href && !schemes.includes(node.protocol)) say(node.outerHTML);
            if (node.localName === "img" && new URL(node.src).origin !== location.origin) say(node.outerHTML);
            if (node.shadowRoot) say("shadow root");
        }
        // What the browser made of it, written and read again, must stay the same: nothing waits to become alive.
        const copy = document.implementation.createHTMLDocument("").createElement("div");
        copy.innerHTML = box.innerHTML;
        if (copy.innerHTML !== box.innerHTML) say("changes when it is read again");
    }
    for (const node of document.body.children) if (!node.matches(".box")) found.push(`outside: ${node.outerHTML}`);
    return found;
}"""

# All events that need no pointer, on every element; then where the pointer has to go.
PROVOKE = """() => {
    const places = [];
    for (const node of document.querySelectorAll(".box *")) {
        for (const type of ["pointerenter", "pointerover", "pointerdown", "mouseenter", "mouseover", "mousemove", "wheel",
                            "mousedown", "touchstart", "focusin", "focus", "blur", "input", "change", "toggle", "load",
                            "error", "animationstart", "animationend", "transitionend", "begin", "paste", "drop"])
            node.dispatchEvent(new Event(type, {bubbles: true, cancelable: true}));
        if (node.focus) node.focus();
        if (node.click) node.click();
        const box = node.getBoundingClientRect();
        if (box.width && box.height) places.push([box.x + Math.min(box.width / 2, 40), box.y + box.height / 2]);
    }
    return places;
}"""


class Arena:
    """A page that shows texts, and what happened on it."""

    def __init__(self, page) -> None:
        self.page = page
        self.hits: list[str] = []
        self.requests: list[str] = []
        self.loads = 0
        self._document = ""
        page.expose_function("hit", lambda what: self.hits.append(what))
        page.add_init_script(WATCH)
        page.on("dialog", lambda dialog: (self.hits.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: self.hits.append(f"error {error}"))
        page.on("popup", lambda popup: self.hits.append(f"window {popup.url}"))
        page.on("download", lambda download: self.hits.append(f"download {download.url}"))
        page.on("worker", lambda worker: self.hits.append(f"worker {worker.url}"))
        page.on("frameattached", lambda frame: self.hits.append("frame"))
        page.context.route("**/*", self._answer)

    def _answer(self, route) -> None:
        self.requests.append(route.request.url)
        if route.request.url == f"{ORIGIN}/article/":
            self.loads += 1
            route.fulfill(body=self._document, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=404, body="")

    def show(self, texts: dict[str, str]) -> None:
        """Each HTML in a box of its own, with the number it has in the corpus."""
        boxes = "".join(f'<div class="box" data-number="{number}">{html}</div>' for number, html in texts.items())
        self._document = f"<!doctype html><html lang=en><meta charset=utf-8><title>Prose</title><body>{boxes}</body>"
        self.page.goto(f"{ORIGIN}/article/")
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": 1280, "height": min(height + 50, 16_000)})

    def provoke(self) -> int:
        """Hover, focus and click on everything. Returns on how many elements the pointer was."""
        places = self.page.evaluate(PROVOKE)
        for x, y in places:
            self.page.mouse.move(x, y)
            self.page.mouse.down()
            self.page.mouse.up()
        for _ in range(20):
            self.page.keyboard.press("Tab")
            self.page.keyboard.press("Enter")
        self.page.wait_for_timeout(50)
        return len(places)

    def audit(self) -> list[str]:
        return self.page.evaluate(AUDIT)

    def foreign_requests(self) -> list[str]:
        ours = (f"{ORIGIN}/article/", f"{ORIGIN}/media/", f"{ORIGIN}/static/", f"{ORIGIN}/favicon.ico")
        return [url for url in self.requests if not url.startswith(ours)]


@pytest.fixture
def arena(open_context) -> Iterator[Arena]:
    return Arena(open_context(bypass_csp=True, viewport={"width": 1280, "height": 900}).new_page())


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b onclick=alert(1)>x</b>",
        "<b onmouseover=alert(1)>x</b>", '<a href="javascript:alert(1)">x</a>', "<input onfocus=alert(1) autofocus>",
        "<svg onload=alert(1)>", '<iframe srcdoc="x"></iframe>', "<form><button>x</button></form>",
        "<script>nonsense(</script>",
    ],
)  # fmt: skip
def test_the_arena_notices(arena, html):
    """Without this, silence below would prove nothing."""
    arena.show({"0": html})
    assert arena.audit()
    arena.provoke()
    assert arena.hits


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*CORPUS, "random mixtures"])
def test_nothing_comes_alive(arena, kind):
    chance = random.Random(SEED)
    payloads = CORPUS.get(kind) or [mixture(chance) for _ in range(4 * BATCH)]
    for first in range(0, len(payloads), BATCH):
        texts = {
            str(number): render(payloads[number], prefix=f"{PREFIX}{number}-", glossary=GLOSSARY).html
            for number in range(first, min(first + BATCH, len(payloads)))
        }
        arena.show(texts)
        assert arena.audit() == []
        assert arena.page.locator(".box").count() == len(texts)
        loads = arena.loads
        assert arena.provoke() > 0
        assert arena.hits == []
        assert arena.foreign_requests() == []
        assert arena.loads == loads, "the page was left or loaded again"
        assert arena.page.url.partition("#")[0] == f"{ORIGIN}/article/"
