"""The license checker as readers and programs meet it."""

from __future__ import annotations

import json
from datetime import date
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from models_catalog.models import LicenseRule
from tests.factories import (
    make_activity,
    make_circumstance,
    make_citation,
    make_correction,
    make_license,
    make_release,
    make_rule,
    make_source,
)

pytestmark = pytest.mark.django_db

PAGE, PROGRAMS = "/licensing/check/", "/licensing/check.json"
ASK = "release=llama-x&who=company&place=de&users=25000&activity=sell&activity=tune"


@pytest.fixture
def shelf():
    """Two license versions, two activities, and one circumstance that stops companies in the Union."""
    source = make_source(title="The license text")
    old = make_license(
        slug="old", version="1", name="Old License", effective_on=date(2023, 7, 18), user_threshold=700_000_000
    )
    new = make_license(
        slug="new",
        version="2",
        name="New License",
        effective_on=date(2024, 7, 23),
        user_threshold=700_000_000,
        licensor_eea="Meta Ireland",
        name_prefix="Llama",
    )
    sell = make_activity(slug="sell", wording="Sell it", position=1)
    tune = make_activity(slug="tune", wording="Tune it", group="change", position=2)
    union = make_circumstance(slug="union", wording="You are in the Union", only_place="eu", only_model="multimodal")
    for license, verdict in ((old, "prohibited"), (new, "conditions")):
        for case, said in ((sell, verdict), (tune, "allowed")):
            rule = make_rule(
                license=license, use_case=case, verdict=said, conditions=f"{case.wording} {said}.", clause="§1.a; §1.b"
            )
            make_citation(license_rule=rule, field="verdict", source=source, locator="Section 1")
        make_rule(license=license, use_case=union, verdict="prohibited", conditions="Not in the Union.", clause="§9")
    make_release(slug="llama-x", name="Llama X", license=new)
    make_release(slug="llama-see", name="Llama See", license=new, modalities_in=["text", "image"])
    return {"old": old, "new": new, "sell": sell, "tune": tune, "source": source}


def get_json(client, query: str, **headers):
    response = client.get(f"{PROGRAMS}?{query}", **headers)
    return response, response.json()


# --- for programs ---


def test_the_answer_has_exactly_the_documented_names(client, shelf):
    response, data = get_json(client, ASK)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert set(data) == {"license", "release", "licensor", "activities", "overall", "versions", "notice"}
    assert (data["license"], data["release"], data["licensor"]) == ("new", "llama-x", "Meta Ireland")
    assert data["overall"] == "conditions"
    assert data["activities"][0] == {
        "use_case": "sell",
        "verdict": "conditions",
        "conditions": "Sell it conditions.",
        "clauses": ["§1.a", "§1.b"],
        "sources": [
            {
                "title": "The license text",
                "publisher": "Meta",
                "url": shelf["source"].url,
                "locator": "Section 1",
                "status": "verified",
                "checked_on": "2026-11-24",
            }
        ],
        "next": data["activities"][0]["next"],
    }
    assert [activity["use_case"] for activity in data["activities"]] == ["sell", "tune"]
    assert [(version["license"], version["overall"]) for version in data["versions"]] == [
        ("old", "prohibited"),
        ("new", "conditions"),
    ]
    assert "not legal advice" in data["notice"]


def test_a_license_can_be_asked_without_a_release(client, shelf):
    _, data = get_json(client, "license=old&who=person&place=us&activity=tune")
    assert (data["license"], data["release"], data["overall"]) == ("old", None, "allowed")


def test_the_same_address_answers_programs_that_prefer_json(client, shelf):
    by_header = client.get(f"{PAGE}?{ASK}", headers={"accept": "application/json"})
    assert by_header.json() == client.get(f"{PROGRAMS}?{ASK}").json()
    assert "Accept" in by_header["Vary"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "text/html"),
        ("*/*", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/json", "application/json"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("image/png", "text/html"),
    ],
)
def test_the_kind_of_answer_is_the_one_preferred(client, shelf, accept, kind):
    response = client.get(f"{PAGE}?{ASK}", headers={"accept": accept} if accept else {})
    assert response["Content-Type"].startswith(kind)
    assert "Accept" in response["Vary"]


@pytest.mark.parametrize("address", [PROGRAMS, PAGE])
def test_a_program_that_asks_nothing_is_told_what_is_missing(client, shelf, address):
    response = client.get(address, headers={"accept": "application/json"})
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == ["release", "who", "place", "activity"]


@pytest.mark.parametrize(
    ("wrong", "parameter"),
    [
        ("release=none", "release"),
        ("license=none", "license"),
        ("model=none", "model"),
        ("who=none", "who"),
        ("place=none", "place"),
        ("users=none", "users"),
        ("got=none", "got"),
        ("activity=none", "activity"),
    ],
)
def test_a_wrong_parameter_gets_a_400_that_names_it(client, shelf, wrong, parameter):
    rest = "&".join(pair for pair in ASK.split("&") if not pair.startswith(parameter))
    response, data = get_json(client, f"{rest}&{wrong}")
    assert response.status_code == 400
    assert parameter in [error["parameter"] for error in data["errors"]]
    page = client.get(f"{PAGE}?{rest}&{wrong}")
    assert page.status_code == 400
    assert f'id="id_{parameter}_error"' in page.content.decode()
    assert f"<code>{parameter}</code>" in page.content.decode()


def test_the_kind_of_model_is_asked_for_where_it_matters(client, shelf):
    ask = "license=new&who=company&users=1&activity=tune"
    assert get_json(client, f"{ask}&place=us")[0].status_code == 200
    response, data = get_json(client, f"{ask}&place=de")
    assert response.status_code == 400
    assert [error["parameter"] for error in data["errors"]] == ["model"]
    assert get_json(client, f"{ask}&place=de&model=text")[1]["overall"] == "allowed"
    assert get_json(client, f"{ask}&place=de&model=multimodal")[1]["overall"] == "prohibited"
    assert (
        get_json(client, "release=llama-see&who=company&users=1&activity=tune&place=de")[1]["overall"] == "prohibited"
    )


@pytest.mark.parametrize(
    "value", ["", "%FF", "%27%3B--", "-1", "%F0%9F%A6%99", "a" * 5000, "{{7*7}}", "<script>", "%00"]
)
@pytest.mark.parametrize("name", ["release", "license", "who", "place", "users", "activity", "for_release", "unknown"])
def test_no_query_string_breaks_it(client, shelf, name, value):
    for query in (f"{name}={value}", f"{ASK}&{name}={value}"):
        for address in (PAGE, PROGRAMS):
            response = client.get(f"{address}?{query}")
            assert response.status_code in (200, 400)
            if address == PAGE:
                assert b"<script>" not in response.content


# --- for readers ---


class Form(HTMLParser):
    """What the form would send, and which controls claim a description that is not there."""

    def __init__(self, html: str):
        super().__init__()
        self.sent, self.ids, self.described, self.labels, self.select = [], set(), set(), set(), ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        at = dict(attrs)
        self.ids.add(at.get("id"))
        self.described |= set((at.get("aria-describedby") or "").split())
        self.labels |= {at["for"]} if tag == "label" and "for" in at else set()
        if tag == "select":
            self.select = at["name"]
        elif tag == "option" and "selected" in at and at["value"]:
            self.sent.append((self.select, at["value"]))
        elif tag == "input" and ("checked" in at or at.get("type") == "text") and at.get("value"):
            self.sent.append((at["name"], at["value"]))


def test_the_plain_address_is_an_empty_form(client, shelf):
    response = client.get(PAGE)
    assert response.status_code == 200
    html = response.content.decode()
    assert "noindex" not in html
    assert "Not legal advice" in html
    assert Form(html).sent == [("got", "model")]
    for wording in ("Sell it", "Tune it"):
        assert wording in html
    assert "You are in the Union" not in html


def test_the_answer_shows_verdict_conditions_clause_source_and_next_step(client, shelf):
    html = client.get(f"{PAGE}?{ASK}").content.decode()
    for piece in (
        "Allowed with conditions",
        "Sell it conditions.",
        'href="/licensing/new/#sell">§1.a; §1.b</a>',
        "The license text",
        "Section 1",
        "Next:",
        "25,000 with affiliates in June 2024",
        "not above the threshold of",
        "Meta Ireland",
        "Version 1:",
        "Version 2:",
    ):
        assert piece in html, piece


def test_a_circumstance_is_told_once_and_linked_from_each_activity(client, shelf):
    html = client.get(f"{PAGE}?{ASK.replace('llama-x', 'llama-see')}").content.decode()
    assert html.count('id="reader-union"') == 1
    assert html.count('href="#reader-union"') == 2
    assert "For everyone else:" in html


def test_a_mistake_keeps_what_was_filled_in_and_points_to_the_field(client, shelf):
    response = client.get(f"{PAGE}?{ASK.replace('25000', 'lots')}")
    assert response.status_code == 400
    html = response.content.decode()
    form = Form(html)
    assert form.sent == [
        ("release", "llama-x"), ("who", "company"), ("place", "de"), ("users", "lots"), ("got", "model"),
        ("activity", "sell"), ("activity", "tune"),
    ]  # fmt: skip
    assert 'role="alert"' in html
    assert 'href="#field-users"' in html
    assert 'aria-invalid="true"' in html
    assert form.described <= form.ids
    assert form.labels <= form.ids


def test_the_form_of_an_answer_asks_the_same_again(client, shelf):
    form = Form(client.get(f"{PAGE}?{ASK}").content.decode())
    assert "&".join(f"{name}={value}" for name, value in form.sent if (name, value) != ("got", "model")) == ASK


def test_an_answer_has_one_address_whatever_the_order(client, shelf):
    shuffled = "&".join(reversed(ASK.split("&")))
    pages = [client.get(f"{PAGE}?{query}").content.decode() for query in (ASK, shuffled)]
    for html in pages:
        assert f'{PAGE}?{ASK.replace("&", "&amp;")}">' in html
        assert '<meta name="robots" content="noindex">' in html
        assert f'{PROGRAMS}?{ASK.replace("&", "&amp;")}"' in html


@pytest.mark.parametrize(("query", "sent"), [("for_release=llama-x", "release"), ("for_license=new", "license")])
def test_a_link_can_fill_in_what_it_is_about(client, shelf, query, sent):
    response = client.get(f"{PAGE}?{query}")
    assert response.status_code == 200
    assert Form(response.content.decode()).sent[0] == (sent, query.partition("=")[2])


def test_the_checker_is_linked_from_the_pages_around_it(client, shelf):
    assert f'href="{PAGE}"' in client.get("/licensing/").content.decode()
    assert f'href="{PAGE}?for_license=new"' in client.get("/licensing/new/").content.decode()
    assert f'href="{PAGE}?for_release=llama-x"' in client.get("/models/llama-x/").content.decode()


def test_a_release_without_a_license_has_nothing_to_check(client, shelf):
    make_release(slug="soon", name="Llama Soon", status="announced", license=None)
    assert "for_release=soon" not in client.get("/models/soon/").content.decode()
    assert "Llama Soon" not in client.get(PAGE).content.decode()
    assert get_json(client, ASK.replace("llama-x", "soon"))[0].status_code == 400


def test_what_is_not_listed_cannot_be_asked_about(client, shelf):
    make_release(slug="secret", name="Llama Secret", is_listed=False, license=shelf["new"])
    assert "Llama Secret" not in client.get(PAGE).content.decode()
    hidden, unknown = (get_json(client, ASK.replace("llama-x", slug))[1] for slug in ("secret", "nothing"))
    assert json.dumps(hidden).replace("secret", "nothing") == json.dumps(unknown)


@pytest.mark.parametrize("missing", ["licenses", "activities"])
def test_without_content_the_page_says_so(client, missing):
    if missing == "activities":
        make_license()
    else:
        make_activity()
    response = client.get(PAGE)
    assert response.status_code == 200
    assert 'class="empty"' in response.content.decode()
    assert client.get(f"{PROGRAMS}?{ASK}").status_code == 400


def test_long_names_are_shown_whole(client, shelf):
    name = "The Exceedingly Long And Winding License Agreement Of Some Company " * 1 + "x" * 40
    make_license(slug="long", name=name, version="longversion1", effective_on=date(2026, 1, 1))
    assert name in client.get(PAGE).content.decode()
    assert "longversion1" in client.get(f"{PAGE}?{ASK}").content.decode()


# --- its cost ---


def count(client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_number_of_queries_does_not_grow(client, shelf, no_queries_while_rendering):
    few = [count(client, address) for address in (PAGE, f"{PAGE}?{ASK}", f"{PROGRAMS}?{ASK}")]
    asked = ASK
    for n in range(30):
        license = make_license(effective_on=date(2025, 1, 1 + n % 28))
        make_release(license=license, modalities_in=["text", "image"] if n % 2 else ["text"])
        activity = make_activity(slug=f"more-{n}")
        asked += f"&activity=more-{n}"
        for case in (activity, shelf["sell"], make_circumstance(only_place="eu")):
            rule = make_rule(license=license, use_case=case, conditions="Mind.")
            make_citation(license_rule=rule, field="verdict", source=shelf["source"])
            make_correction(license_rule=rule, field="verdict", source=shelf["source"])
    many = [count(client, address) for address in (PAGE, f"{PAGE}?{asked}", f"{PROGRAMS}?{asked}")]
    assert many == few
    assert few[0] <= 6
    assert max(few) <= 9  # eight of its own, and the hub's name that every page has
    with no_queries_while_rendering():
        client.get(f"{PAGE}?{asked}")


def test_an_answer_may_be_kept_by_anybody_and_a_mistake_by_nobody(client, shelf):
    assert "public" in client.get(f"{PAGE}?{ASK}")["Cache-Control"]
    assert "public" in client.get(f"{PROGRAMS}?{ASK}")["Cache-Control"]
    wrong = client.get(f"{PAGE}?who=robot")
    assert "public" not in wrong.get("Cache-Control", "")
    assert not wrong.cookies


@pytest.mark.parametrize("address", [PAGE, PROGRAMS])
def test_it_is_only_read(client, shelf, address):
    assert client.post(address).status_code == 405
    assert client.head(f"{address}?{ASK}").status_code == 200


# --- without a developer ---


def test_a_new_license_version_needs_no_code(client, shelf):
    """An editor adds a version with rules and a circumstance of a new kind; the checker knows them at once."""
    five = make_license(
        slug="llama-5", name="Llama 5 License", version="5", effective_on=date(2027, 1, 15), user_threshold=1_000_000
    )
    make_release(slug="llama-5", name="Llama 5", license=five)
    persons = make_circumstance(slug="persons", wording="You are a person", only_who="person")
    spared = make_circumstance(slug="small", wording="You are small", only_users="within", lifts=persons)
    for case, verdict in ((shelf["sell"], "conditions"), (shelf["tune"], "allowed"), (persons, "ask_meta")):
        make_rule(license=five, use_case=case, verdict=verdict, conditions="As it says.", clause="§3")
    ask = "release=llama-5&place=us&activity=sell"
    company = get_json(client, f"{ask}&who=company&users=5")[1]
    person = get_json(client, f"{ask}&who=person&users=5")[1]
    assert (company["overall"], person["overall"]) == ("conditions", "ask_meta")
    assert [version["overall"] for version in person["versions"]] == ["prohibited", "conditions", "ask_meta"]
    make_rule(license=five, use_case=spared, verdict="allowed", clause="§4")
    person = get_json(client, f"{ask}&who=person&users=1000000")[1]
    assert person["overall"] == "conditions"
    assert person["activities"][0]["clauses"] == ["§3", "§4"]
    LicenseRule.objects.filter(use_case=shelf["sell"], license=five).update(verdict="prohibited")
    assert get_json(client, f"{ask}&who=company&users=5")[1]["overall"] == "prohibited"
    assert "December 2026" in client.get(PAGE).content.decode()


def test_pages_without_a_reader_show_the_caveat_and_the_checker_does_not(client, shelf):
    LicenseRule.objects.filter(use_case=shelf["tune"], license=shelf["new"]).update(
        caveat="Unless you are in the Union."
    )
    assert "Tune it allowed. Unless you are in the Union." in client.get("/licensing/new/").content.decode()
    assert "Unless you are in the Union." not in client.get(f"{PAGE}?{ASK}").content.decode()
