"""The catalogue, a release's page and the comparison."""

import html
import re
from datetime import date
from importlib import import_module
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from models_catalog.models import Release
from tests.factories import (
    make_article,
    make_citation,
    make_correction,
    make_edition,
    make_event,
    make_license,
    make_live_article,
    make_release,
    make_source,
    make_variant,
)

pytestmark = pytest.mark.django_db
# Where it is imported from, a view has the same name.
releases = import_module("models_catalog.views.releases")


def names(response):
    """The releases of the catalogue's table, in its order."""
    return [release.name for release in response.context["releases"]]


@pytest.fixture
def three():
    """An old small dense model, a safeguard, and a new large mixture that sees."""
    old = make_release(name="Old", released_on=date(2023, 2, 24), context_tokens=2048, generation="1")
    guard = make_release(
        name="Guard", released_on=date(2023, 12, 7), context_tokens=None, branch="safeguard", generation="2"
    )
    new = make_release(
        name="New",
        slug="new",
        released_on=date(2025, 4, 5),
        context_tokens=10_000_000,
        generation="4",
        architecture="moe",
        modalities_in=["text", "image"],
        license=make_license(slug="license-4", version="4"),
    )
    make_variant(release=old, parameters_total=65 * 10**9)
    make_variant(release=guard, parameters_total=7 * 10**9)
    make_variant(release=new, parameters_total=109 * 10**9, parameters_active=17 * 10**9, experts=16)
    make_variant(release=new, parameters_total=10**9)
    return old, guard, new


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["New", "Guard", "Old"]),
        ("?sort=oldest", ["Old", "Guard", "New"]),
        ("?sort=context", ["New", "Old", "Guard"]),
        ("?sort=parameters", ["New", "Old", "Guard"]),
        ("?sort=name", ["Guard", "New", "Old"]),
        ("?branch=safeguard", ["Guard"]),
        ("?generation=1", ["Old"]),
        ("?architecture=moe", ["New"]),
        ("?input=image", ["New"]),
        ("?input=text&branch=core&sort=oldest", ["Old", "New"]),
        ("?license=license-4", ["New"]),
        ("?status=announced", []),
        ("?branch=code&branch=safeguard", ["Guard"]),
    ],
)
def test_the_catalogue_is_filtered_and_ordered_by_its_address(client, three, query, found):
    assert names(client.get(f"/models/{query}")) == found


@pytest.fixture
def seven(monkeypatch):
    """Several of a day, of a context and of a size, and some that state neither; three on a page."""
    monkeypatch.setattr(releases, "PER_PAGE", 3)
    for number, (day, context, size) in enumerate(
        [(1, None, None), (1, 8192, 7), (2, 8192, 7), (2, None, 70), (2, 2048, None), (3, 2048, 70), (3, 8192, 7)]
    ):
        release = make_release(name=f"R~{number}", released_on=date(2024, 1, day), context_tokens=context)
        if size:
            make_variant(release=release, parameters_total=size * 10**9)
            make_variant(release=release, parameters_total=10**9)


IN_ORDER = {
    "newest": "5623401",
    "oldest": "0123456",
    "context": "1264503",
    "parameters": "3512604",
    "name": "0123456",
}


def pages(client, url, rel="next"):
    """The numbers of the releases on a page, and on all that its links lead to."""
    found = []
    while True:
        response = client.get(url)
        found.append("".join(name[-1] for name in names(response)))
        link = re.search(rf'rel="{rel}" href="([^"]+)"', response.content.decode())
        if link is None or len(found) > 9:
            return found
        url = urljoin("/models/", html.unescape(link[1]))


@pytest.mark.parametrize("order", IN_ORDER)
def test_the_catalogue_goes_on_by_place_in_each_of_its_orders(client, seven, order):
    whole, url = IN_ORDER[order], f"/models/?sort={order}"
    assert pages(client, url) == [whole[:3], whole[3:6], whole[6:]]
    assert pages(client, f"{url}&page=3", "prev") == [whole[6:], whole[3:6], whole[:3]]


@pytest.mark.parametrize("order", ["newest", "parameters"])
def test_the_catalogue_as_it_was_goes_on_in_the_past(client, seven, order):
    today, whole = timezone.localdate().isoformat(), IN_ORDER[order]
    assert pages(client, f"/models/?sort={order}&as_of={today}") == [whole[:3], whole[3:6], whole[6:]]


def test_a_release_that_is_added_meanwhile_moves_nothing(client, seven):
    older = client.get("/models/").context["page"].older
    make_release(name="Newest", released_on=date(2025, 1, 1))
    assert [name[-1] for name in names(client.get(f"/models/{older}"))] == ["3", "4", "0"]


def test_further_pages_keep_what_was_chosen_and_nothing_else(client, seven):
    page = client.get("/models/?sort=name&branch=core&status=moon&x=1").context["page"]
    assert page.older == "?branch=core&sort=name&after=R!12"
    assert names(client.get(f"/models/{page.older}")) == ["R~3", "R~4", "R~5"]


@pytest.mark.parametrize(("number", "shown"), [("2", "340"), ("3", "1"), ("99", "401"), ("0", "562"), ("x", "562")])
def test_an_old_address_of_the_catalogue_shows_the_page_of_its_number(client, seven, number, shown):
    assert pages(client, f"/models/?page={number}")[0][: len(shown)] == shown


def test_all_releases_are_counted_on_each_page(client, seven):
    assert [client.get(f"/models/?page={n}").context["count"] for n in (1, 2, 3)] == [7, 7, 7]
    assert client.get("/models/?branch=code").context["count"] == 0


def test_a_count_of_thousands_has_them_apart(client, seven, monkeypatch):
    monkeypatch.setattr(type(Release.objects.all()), "count", lambda rows: 10_017)
    assert "10,017 releases" in client.get("/models/").content.decode()


def test_a_further_page_is_to_be_remembered_by_its_place_unless_it_only_has_another_order(client, seven):
    canonical = f'<link rel="canonical" href="{settings.SITE_URL}/models/%s">'
    assert canonical % "?after=2024-01-02~R!12" in client.get("/models/?page=2").content.decode()
    assert canonical % "" in client.get("/models/?sort=name&page=2").content.decode()


def test_beyond_the_last_release_the_catalogue_leads_back(client, seven):
    page = client.get("/models/?sort=name&after=Z").content.decode()
    assert "There is nothing more." in page
    assert 'href="?sort=name"' in page


def test_the_catalogue_by_context_is_read_from_an_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    first = Release.BY_CONTEXT.apply(Release.objects.listed())
    further = Release.BY_CONTEXT.following(Release.objects.listed(), (8192, "Llama"))
    for rows in (first, further):
        assert "release_longest_context" in rows[:40].explain()


@pytest.mark.parametrize("query", ["?branch=twig", "?sort=-name", "?generation=%27", "?input=smell", "?license=x"])
def test_an_unknown_value_changes_nothing_and_is_mentioned(client, three, query):
    response = client.get(f"/models/{query}")
    assert names(response) == ["New", "Guard", "Old"]
    assert "Left out:" in response.content.decode()


def test_filters_and_orders_are_links_that_keep_each_other(client, three):
    html = client.get("/models/?branch=core&sort=oldest").content.decode()
    assert 'href="?branch=core&amp;status=available&amp;sort=oldest"' in html
    assert 'href="?branch=core&amp;sort=name"' in html
    assert 'href="?sort=oldest"' in html


def test_the_catalogue_is_drawn_as_a_chart_with_a_description(client, three):
    html = client.get("/models/").content.decode()
    for drawing in ("wide", "narrow"):
        assert f'aria-labelledby="family-title-{drawing} family-desc-{drawing}"' in html
    assert "3 releases, February 2023 to April 2025" in html


@pytest.fixture
def release():
    release = make_release(slug="llama-9", name="Llama 9", context_tokens=131_072, knowledge_cutoff=date(2023, 12, 1))
    card = make_source(slug="llama-9-card", title="Llama 9 card")
    for field in Release.citable:
        make_citation(release=release, field=field, source=card)
    for n, size in enumerate((8, 70)):
        variant = make_variant(
            release=release, parameters_total=size * 10**9, layers=32, repository_id=f"meta/nine-{n}"
        )
        for field in ("parameters_total", "layers", "quantization", "repository_id"):
            make_citation(variant=variant, field=field, source=card)
    return release


def test_every_number_of_a_release_carries_a_source(client, release):
    html = client.get("/models/llama-9/").content.decode()
    assert "no source yet" not in html
    values = re.findall(
        r"<(?:data|time) class=\"fact__value\"[^>]*>[^<]*</(?:data|time)>(&#8288;<span class=\"fact__marks\"><a class=\"fact__mark)?",
        html,
    )
    assert len(values) >= 6
    assert all(values)


def test_a_number_without_a_source_stands_out(client):
    make_release(slug="bare", context_tokens=4096)
    assert "no source yet" in client.get("/models/bare/").content.decode()


def test_a_release_shows_its_checkpoints_license_events_and_articles(client, release):
    make_event(title="It came out").releases.add(release)
    make_live_article(edition={"title": "About nine"}).releases.add(release)
    html = client.get("/models/llama-9/").content.decode()
    for piece in (
        "meta/nine-0",
        "8B",
        "70B",
        release.license.name,
        release.license.get_absolute_url(),
        "It came out",
        "About nine",
    ):
        assert piece in html


def test_a_release_shows_no_draft_about_it(client, release):
    article = make_article()
    article.releases.add(release)
    make_edition(article=article, title="Unfinished")
    assert "Unfinished" not in client.get("/models/llama-9/").content.decode()


def test_a_checkpoint_is_an_address_on_the_page_of_its_release(client, release):
    html = client.get("/models/llama-9/").content.decode()
    for variant in release.variants.all():
        assert f'id="{variant.get_absolute_url().partition("#")[2]}"' in html


def test_a_correction_shows_where_it_applies(client, release):
    make_correction(slug="nine", release=release, field="context_tokens", wrong_value="8K")
    html = client.get("/models/llama-9/").content.decode()
    assert "/corrections/#nine" in html
    assert "<s>8K</s>" in html


def test_what_only_the_checkpoints_state_is_left_to_them(client):
    release = make_release(slug="split", pretraining_tokens=None)
    make_variant(release=release, pretraining_tokens=1_000_000_000_000)
    html = client.get("/models/split/").content.decode()
    assert "1T" in html
    assert "<dt>Pre-training tokens</dt>" not in html


def test_a_model_that_is_only_announced_says_so(client):
    make_release(slug="soon", status="announced", license=None)
    assert "Announced, not released." in client.get("/models/soon/").content.decode()


def compared(client, *slugs):
    return client.get("/models/compare/", [("r", slug) for slug in slugs])


def test_releases_are_compared_in_the_order_asked_for(client, three):
    old, guard, new = three
    response = compared(client, new.slug, old.slug)
    assert response.status_code == 200
    assert [release.name for release in response.context["releases"]] == ["New", "Old"]


def test_rows_that_differ_are_marked_in_words(client, three):
    old, _, new = three
    rows = {row.label: row.differs for row in compared(client, old.slug, new.slug).context["rows"]}
    assert rows["context window"]
    assert rows["input"]
    assert not rows["status"]
    assert "differs</span>" in compared(client, old.slug, new.slug).content.decode()


@pytest.mark.parametrize("slugs", [["new", "nothing"], ["nothing"], ["new", "' OR 1=1"], ["new", "new", "\u202e"]])
def test_an_unknown_release_is_answered_in_words(client, three, slugs):
    response = compared(client, *slugs)
    assert response.status_code == 400
    assert "not in the catalogue" in response.content.decode()


def test_more_than_four_are_too_many(client):
    slugs = [make_release().slug for _ in range(6)]
    response = compared(client, *slugs)
    assert response.status_code == 400
    assert "At most 4" in response.content.decode()


def test_one_release_asks_for_another(client, three):
    response = compared(client, three[0].slug, "", three[0].slug)
    assert response.status_code == 200
    assert "at least one more" in response.content.decode()


def test_search_engines_keep_one_address_for_all_combinations(client, three):
    one = f'<link rel="canonical" href="{settings.SITE_URL}/models/compare/">'
    assert one in compared(client, three[0].slug, three[2].slug).content.decode()
    assert one in client.get("/models/compare/").content.decode()
    assert b"noindex" in compared(client, three[0].slug).content
