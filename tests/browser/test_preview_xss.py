"""Hostile texts in the preview: in the pane beside the form, and on the page that it shows."""

# ruff: noqa: F811 - a test asks for a fixture by its name

from __future__ import annotations

import random
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from tests.editorial.prose.audit import CORPUS, PAYLOADS
from tests.editorial.prose.mixtures import SEED

from .test_admin import page, pytestmark  # noqa: F401
from .test_preview import SHOWN, edition, form, pane  # noqa: F401
from .test_prose_xss import BATCH, arena  # noqa: F401

TYPE = """([title, body]) => {
    document.getElementById("id_title").value = title;
    document.getElementById("id_standfirst").value = body.slice(0, 280);
    document.getElementById("id_body").value = body;
}"""
# The text is shown, or the pane says why not.
ANSWERED = """title => {
    const stage = document.querySelector("#preview .preview__stage[aria-busy=false]");
    const shown = document.querySelector("#preview iframe:not(.preview__frame--next)")?.contentDocument;
    return stage && (shown?.querySelector("h1")?.textContent === title || document.querySelector("#preview [role=status] li"));
}"""


def test_the_frame_runs_nothing_under_the_policy_that_comes_with_it(form):
    frame = form.locator(SHOWN)
    assert frame.get_attribute("sandbox") == "allow-same-origin"
    assert form.evaluate("document.querySelector('#preview iframe').contentDocument.scripts.length") == 0
    # Even a script that was put into the frame from outside would not run there.
    form.evaluate("""() => {
        const inside = document.querySelector("#preview iframe").contentDocument;
        const script = inside.createElement("script");
        script.textContent = "parent.document.body.dataset.ran = 'yes'";
        inside.body.append(script);
    }""")
    assert form.evaluate("document.body.dataset.ran ?? null") is None


@pytest.mark.slow
def test_hostile_texts_do_nothing_in_the_pane(form):
    """One of each kind, as if it were typed."""
    hits = []
    form.on("dialog", lambda dialog: (hits.append(dialog.message), dialog.dismiss()))
    form.on("popup", lambda popup: hits.append(popup.url))
    here, chance = form.url, random.Random(SEED)
    for kind, payloads in CORPUS.items():
        payload = chance.choice(payloads)
        form.evaluate(TYPE, [f"Text of {kind}", f"{payload}\n\nThe end."])
        form.wait_for_function(ANSWERED, arg=f"Text of {kind}")
        # A harmless one clears what was said about it.
        form.evaluate(TYPE, [f"After {kind}", "Harmless."])
        expect(pane(form).locator("h1")).to_have_text(f"After {kind}")
    assert hits == []
    assert form.url == here
    assert form.evaluate("document.querySelectorAll('#preview iframe').length") == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", CORPUS)
def test_the_page_itself_has_nothing_that_comes_alive(arena, edition, kind):
    """As in a tab of its own, where no sandbox stops what gets through; and without the policy that would."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    url = reverse("admin:editorial_edition_preview", args=[edition.pk])
    payloads = CORPUS[kind]
    for first in range(0, len(payloads), BATCH):
        texts = {}
        for number, payload in enumerate(payloads[first : first + BATCH], first):
            typed = {
                "title": payload[:120],
                "standfirst": payload[:300],
                "body": payload,
                "change_note": payload[:250],
            }
            texts[str(number)] = written_part(client.post(url, {**typed, "as_of": "2026-11-24"}))
        arena.show(texts)
        assert arena.audit() == []
        loads = arena.loads
        assert arena.provoke() > 0
        assert (arena.hits, arena.foreign_requests()) == ([], [])
        assert arena.loads == loads, "the page was left or loaded again"


def test_the_whole_corpus_was_meant():
    assert sum(map(len, CORPUS.values())) == len(PAYLOADS) >= 600


def written_part(response) -> str:
    """The parts of the page that hold what was typed, or what is said about it: 400 to what is no text, 422 to mistakes."""
    html = response.content.decode()
    if response.status_code in {400, 422}:
        return html.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    headline = re.search(r'<header class="page-header.*?</header>', html, re.DOTALL)
    article = re.search(r'<article class="article">.*?</article>', html, re.DOTALL)
    assert headline
    assert article
    return headline[0] + article[0]
