"""The search page: every question is answered, every address says what it is."""

from __future__ import annotations

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editorial.search import index
from tests.factories import make_event, make_live_article, make_release, make_term, make_variant

from .pages import Page, fill
from .test_pages import queries_while_rendering

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    fill(1)
    make_variant(release=make_release(name="Llama 4 Scout", slug="llama-4-scout"), name="Llama 4 Scout Instruct")
    make_term(term="mixture of experts")
    index.rebuild()


def get(client, url: str, status: int = 200) -> Page:
    response = client.get(url)
    assert response.status_code == status, url
    return Page(response.content.decode())


def test_the_empty_form_says_what_is_searched_and_may_be_indexed(client, site):
    page = get(client, "/search/")
    assert page.canonical.endswith("/search/")
    assert "noindex" not in page.html
    assert "What is searched" in page.html


def test_results_have_an_address_of_their_own_and_are_not_indexed(client, site):
    page = get(client, "/search/?utm=1&to=2030&q=llama&kind=release&from=2020")
    assert page.canonical.endswith("/search/?q=llama&kind=release&from=2020&to=2030")
    assert '<meta name="robots" content="noindex">' in page.html
    assert page.title.startswith("Search: llama (releases)")


def test_results_stand_by_kind_with_counts_and_marks(client, site):
    page = get(client, "/search/?q=scout")
    assert 'id="found-release"' in page.html
    assert "<mark>Scout</mark>" in page.html
    assert "/models/llama-4-scout/" in page.links
    assert "?q=scout&kind=checkpoint" in page.links


def test_a_kind_is_a_list_in_pages(client):
    for n in range(25):
        make_event(title=f"Llama {n}")
    index.rebuild()
    first = get(client, "/search/?q=llama&kind=event")
    [following] = {link for link in first.links if "after=" in link}
    second = get(client, f"/search/{following}")
    events = [{link for link in page.links if link.startswith("/timeline/event")} for page in (first, second)]
    assert [len(found) for found in events] == [20, 5]
    assert not events[0] & events[1]
    assert "?q=llama&kind=event" in second.links


def test_a_mistyped_name_is_answered_with_what_was_meant(client, site):
    page = get(client, "/search/?q=lama+4+scuot")
    assert "Did you mean" in page.html
    assert "?q=llama+4+scout" in page.links
    assert "/models/llama-4-scout/" in page.links


def test_where_nothing_has_all_words_some_are_better_than_none(client, site):
    page = get(client, "/search/?q=scout+zzzzzzz")
    assert "Nothing has all of these words" in page.html
    assert "/models/llama-4-scout/" in page.links


def test_nothing_found_says_so(client, site):
    assert "Nothing found" in get(client, "/search/?q=zzzzzzz").html
    assert "nothing to look for" in get(client, "/search/?q=%26%7C!").html


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("kind=llamas", "kind"),
        ("kind=release%27", "kind"),
        ("from=yesterday", "from"),
        ("from=2024-13", "from"),
        ("to=2024-02-30", "to"),
        ("to=0000", "to"),
        ("to=%D9%A2%D9%A0%D9%A2%D9%A4", "to"),
        ("from=2025&to=2024", "from"),
        ("after=1", "after"),
        ("after=1.2.3", "after"),
        ("after=99999999999.1", "after"),
        ("after=1.99999999999999999999", "after"),
        ("after=-1.1", "after"),
        ("after=%27", "after"),
        ("after=%D9%A1.%D9%A2", "after"),
    ],
)
def test_what_an_address_cannot_mean_is_named_with_the_remedy(client, site, query, named):
    page = get(client, f"/search/?q=llama&{query}", status=400)
    assert f"“{named}” is “" in page.html
    assert 'value="llama"' in page.html
    assert page.faults == []


SHAPES = [
    "", " ", "llama" * 2_000, "llama " * 2_000, '"' * 50, "'" * 50, "\\" * 50, "& | ! <-> :* () ' \" \\",
    "' OR 1=1; DROP TABLE x; --", "pg_sleep(5)", "a:*", "!a", "a <2> b", "🦙", "🦙🦙 llama", "\u202ellama\u202c",
    "שלום", "مرحبا", "日本語", "e\u0301", "%", "_", "%s %(x)s {x}", "\ufeff", "\u2028", "the", "is it", "-", "--llama",
    '-"a b"', '"a', "a-b-c-d", "1.2.3.4.5", "1,000,000", "0" * 300, "٣", "²", "ﬁ", "İ", "ß", "-llama", '"" ""', "@release",
    "'@2024'", "llama\tscout\nx", "<script>alert(1)</script>", "</mark>", "q=1&q=2", "a" * 61 + " " + "b" * 61, "…", "x\x01y",
]  # fmt: skip


@pytest.mark.parametrize("text", SHAPES, ids=lambda text: ascii(text)[:24])
def test_a_question_of_any_shape_is_answered(client, site, text):
    for address in ("/search/", "/search/suggest/"):
        response = client.get(address, {"q": text})
        assert response.status_code == 200
    page = Page(client.get("/search/", {"q": text}).content.decode())
    assert page.faults == []
    assert "<script>alert" not in page.html
    assert client.get("/search/", {"q": text, "kind": "all", "from": "2024", "after": "1.1"}).status_code == 200


def test_hundreds_of_random_questions_are_answered(client, site):
    chance = random.Random(20_261_125)
    pieces = [
        "llama",
        "scout",
        "3.1",
        '"',
        "-",
        "'",
        "\\",
        "&",
        "|",
        "!",
        ":*",
        "<->",
        "(",
        ")",
        " ",
        "🦙",
        "é",
        "8b",
        "of",
        "the",
        "@",
        "%",
        "\u202e",
    ]
    for _ in range(150):
        text = "".join(chance.choices(pieces, k=chance.randrange(1, 25)))
        assert client.get("/search/", {"q": text}).status_code == 200, text


def test_a_question_that_is_too_long_says_what_became_of_it(client, site):
    page = get(client, f"/search/?q={'llama+' * 2_000}")
    assert "more than a search can use" in page.html
    assert len(page.html) < 60_000


def test_a_nul_or_what_is_not_text_is_turned_away(client):
    assert client.get("/search/?q=%00").status_code == 400
    assert client.get("/search/?q=%ff").status_code == 400


@pytest.mark.parametrize(
    ("url", "limit"),
    [
        ("/search/", 1),
        ("/search/?q=llama", 3),
        ("/search/?q=llama&kind=release", 3),
        ("/search/?q=lamma", 5),
        ("/search/?q=scout+zzzzzzz", 5),
        ("/search/?q=zzzzzzz", 3),
        ("/search/suggest/?q=llama", 2),
    ],
)
def test_costs_as_many_queries_with_1_entry_as_with_30_and_few(client, url, limit):
    fill(1)
    make_release(name="Llama Scout")
    index.rebuild()
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    fill(29)
    index.rebuild()
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    asked = [[query["sql"] for query in each if "SAVEPOINT" not in query["sql"]] for each in (few, many)]
    assert len(asked[0]) == len(asked[1]) <= limit, asked[0]


def test_templates_cause_no_query(client, site, monkeypatch):
    with queries_while_rendering(monkeypatch) as statements:
        client.get("/search/?q=llama")
        client.get("/search/?q=llama&kind=all")
    assert statements == []


@pytest.mark.parametrize("url", ["/search/", "/search/?q=scout", "/search/?q=scout&kind=all", "/search/?q=lamma+4"])
def test_is_well_formed_has_one_outline_and_sets_no_cookie(client, site, url):
    response = client.get(url)
    page = Page(response.content.decode())
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))
    assert page.headings.count(1) == 1
    assert all(deeper <= level + 1 for level, deeper in zip(page.headings, page.headings[1:], strict=False))
    assert response["Cache-Control"].startswith("public, max-age=0")
    assert not response.cookies
    assert client.post(url).status_code == 405


def test_suggestions_are_public_json(client, site):
    response = client.get("/search/suggest/?q=Llama+4+sc")
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"].startswith("public")
    assert response.json()["suggestions"][0] == {
        "title": "Llama 4 Scout",
        "kind": "Release",
        "url": "/models/llama-4-scout/",
    }


def test_text_from_editors_stays_text_where_it_is_marked(client):
    make_live_article(
        edition={"title": "<b>Axolotl</b>", "standfirst": "<img src=x onerror=alert(1)> axolotl", "body": "axolotl <i>"}
    )
    index.rebuild()
    html = get(client, "/search/?q=axolotl").html
    assert "&lt;b&gt;<mark>Axolotl</mark>&lt;/b&gt;" in html
    assert "<img src=x" not in html


def test_browsers_are_offered_the_search(client, settings):
    settings.SITE_URL = "https://hub.example"
    assert 'href="/opensearch.xml"' in get(client, "/search/").html
    response = client.get("/opensearch.xml")
    assert response["Content-Type"].startswith("application/opensearchdescription+xml")
    assert 'template="https://hub.example/search/?q={searchTerms}"' in response.content.decode()


def test_the_search_is_on_the_sitemap_and_its_results_are_not(client, site):
    listed = client.get("/sitemap.xml").content.decode()
    assert "/search/</loc>" in listed
    assert "?q=" not in listed
