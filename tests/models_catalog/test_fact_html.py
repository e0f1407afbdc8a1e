"""The HTML of a fact escapes all that editors may write."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.utils.safestring import SafeString

from models_catalog.fact_html import fact_html
from models_catalog.facts import Fact
from models_catalog.formatting import Value
from models_catalog.models import Correction, Release

EVIL = """<b>"'&"""


def shown(**fields):
    made = Fact(
        **{"obj": Release(name=EVIL), "field": "status", "label": EVIL, "value": Value(EVIL), "links": (),
           "citations": (), "corrections": (), **fields}
    )  # fmt: skip
    note = SimpleNamespace(
        name="1a", anchor="fact-source-1a", due_since=None, doubts=EVIL, citation=SimpleNamespace(status="disputed")
    )
    return fact_html(made, [note], unit=EVIL)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"value": None},
        {"value": Value(EVIL, data=EVIL, exact=EVIL)},
        {"value": Value(EVIL, data=EVIL, is_date=True)},
        {"links": ((EVIL, EVIL), (EVIL, EVIL))},
        {"corrections": (Correction(slug="c", wrong_value=EVIL),)},
    ],
)
def test_nothing_that_was_written_becomes_markup(fields):
    html = shown(**fields)
    assert "<b>" not in html
    assert """"'""" not in html
    assert "&lt;b&gt;" in html


def test_the_marks_alone_stand_in_the_place_of_an_empty_value():
    fact = Fact(Release(name="L"), "status", "status", Value("x"), (), (), ())
    assert fact_html(fact, [], SafeString("")) == (
        '<span class="fact fact--unsourced"><span class="fact__shown">'
        '<span class="fact__unsourced">no source yet</span></span></span>'
    )
