"""What it takes to run a model: the page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_citation, make_machine, make_published_memory, make_release, make_variant
from tests.pages import AT_MOST_QUERIES

from .conftest import grow

SHAPE = {"layers": 32, "attention_heads": 32, "kv_heads": 8, "head_size": 128}


@pytest.fixture
def eight(world):
    release = make_release(name="Llama Eight", context_tokens=131_072)
    variant = make_variant(release=release, slug="eight-b", name="Llama Eight 8B", **SHAPE)
    make_citation(variant=variant, field="layers", source=world["source"], locator="n_layers")
    make_machine(name="Laptop with 16 GB", memory_gb=16, usable_percent=75)
    return variant


def read(client, query: str, status: int = 200) -> str:
    response = client.get(f"/run/?{query}")
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_the_formula_is_shown_with_the_numbers_put_in(client, eight):
    html = read(client, "checkpoint=eight-b&context=8192&batch=2")
    assert "8,000,000,000 parameters × 2 bytes</span> = 16 GB" in html
    assert (
        "2 × 32 layers × 8 key-value heads × 128 numbers × 2 bytes × 8,192 tokens × 2 at once</span> = 2.15 GB" in html
    )
    assert "0.05 × 16,000,000,000 bytes + 1 × 1,000,000,000 bytes</span> = 1.8 GB" in html


def test_the_numbers_that_the_estimate_follows_from_have_their_sources(client, eight):
    html = read(client, "checkpoint=eight-b")
    assert ': source for layers of Llama Eight 8B"' in html
    assert "n_layers" in html


def test_each_machine_says_by_a_word_whether_it_fits(client, eight):
    html = read(client, "checkpoint=eight-b")
    row = html.split("Laptop with 16 GB</th>")[1].split("</tr>")[0]
    assert 'data-label="16-bit"' in row
    assert row.index("Too large") < row.index("Fits")
    assert row.count("verdict__shape") == 3


def test_the_reverse_question_comes_first_where_only_it_was_asked(client, eight):
    html = read(client, "memory=24")
    assert "<title>What fits in 24 GB" in html
    assert html.index('id="fits"') < html.index('id="memory"')
    row = html.split('#memory">Llama Eight 8B</a>')[1].split("</tr>")[0]
    assert [row.index(words) for words in ("40K", "102K", "128K", "whole window")] == sorted(
        row.index(words) for words in ("40K", "102K", "128K", "whole window")
    )
    both = read(client, "memory=24&checkpoint=eight-b")
    assert both.index('id="memory"') < both.index('id="fits"')


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", "/run/"),
        ("context=4096", "/run/"),
        ("unknown=1", "/run/"),
        ("context=4096&checkpoint=eight-b&batch=3", "/run/?checkpoint=eight-b"),
        ("cache=8&memory=24", "/run/?memory=24"),
        ("memory=80&devices=8", "/run/?memory=80&amp;devices=8"),
    ],
)
def test_search_engines_are_told_one_address_for_a_checkpoint_and_one_for_a_memory(client, eight, query, canonical):
    html = read(client, query)
    assert f'{canonical}">' in html.split('<link rel="canonical" href="')[1].split("<meta")[0]


def test_the_answer_has_an_address_to_share(client, eight):
    html = read(client, "batch=3&context=4096&checkpoint=eight-b")
    address = "checkpoint=eight-b&amp;context=4096&amp;batch=3"
    assert f'href="/run/?{address}">Address of this answer' in html


@pytest.mark.parametrize(
    "query", ["checkpoint=nope", "context=131073", "context=x", "batch=0", "cache=5", "memory=-1", "devices=1000"]
)
def test_a_question_that_makes_no_sense_is_a_bad_request_that_says_why(client, eight, query):
    html = read(client, f"checkpoint=eight-b&{query}", status=400)
    name, _, value = query.partition("=")
    assert 'role="alert"' in html
    assert f"{name}: " in html
    assert f'id="problem-{name}"' in html
    assert f'aria-describedby="problem-{name}"' in html
    assert '<meta name="robots" content="noindex">' in html
    if name not in {"checkpoint", "cache"}:
        assert f'value="{value}"' in html  # the form is filled as asked
    assert 'data-label="In all"' not in html  # nothing is answered that was not asked


def test_what_is_typed_is_shown_as_text(client, eight):
    html = read(client, "context=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", status=400)
    assert "<script>alert" not in html
    assert "&quot;&gt;&lt;script&gt;" in html


def test_a_checkpoint_without_a_published_shape_is_refused_honestly(client, world):
    make_variant(slug="unknown-shape", name="Llama Unknown 8B")
    html = read(client, "checkpoint=unknown-shape")
    assert "Weights only." in html
    assert "16 GB" in html
    assert "not known" in html
    assert "Llama Unknown 8B" in read(client, "memory=24").split("shape is not published")[1]


def test_local_attention_is_said_to_save_memory_but_is_not_counted(client, world):
    make_variant(release=make_release(context_tokens=10**7), slug="local", local_layers=24, local_window=8192, **SHAPE)
    html = read(client, "checkpoint=local&context=1000000")
    assert "look" in html
    assert "keeps a cache of 33.6 GB instead of 131 GB" in html


def test_a_published_figure_stands_beside_our_estimate_with_its_deviation_and_source(client, eight, world):
    figure = make_published_memory(variant=eight, value="15.5", slug="published-eight")
    make_citation(published_memory=figure, field="value", source=world["source"], locator="Sizes, table")
    html = read(client, "")
    row = html.split('id="published-eight"')[1].split("</tr>")[0]
    assert "15.5 GB" in row
    assert "16 GB" in row
    assert "+3.2%" in row
    assert 'class="fact__mark' in row
    assert "Sizes, table" in html.split('id="published-eight"')[1]


def test_nothing_of_an_unlisted_release_can_be_asked_for(client, unlisted):
    make_published_memory(variant=unlisted.variants.get())
    html = read(client, "memory=1000")
    assert "Secret" not in html
    assert read(client, f"checkpoint={unlisted.variants.get().slug}", status=400)


@pytest.mark.parametrize("query", ["", "checkpoint=eight-b", "memory=24", "memory=24&checkpoint=eight-b&context=x"])
def test_the_page_asks_the_database_little_however_much_there_is(client, eight, world, query):
    status = 400 if "context=x" in query else 200
    read(client, query, status)
    with CaptureQueriesContext(connection) as few:
        read(client, query, status)
    grow(29, **world)
    with CaptureQueriesContext(connection) as many:
        read(client, query, status)
    assert 2 < len(few) == len(many) <= AT_MOST_QUERIES


def test_an_option_keeps_its_address(client, world):
    from models_catalog.models import DeploymentOption

    option = DeploymentOption.objects.first()
    assert option.get_absolute_url() == f"/run/#{option.slug}"
    assert f'id="{option.slug}"' in read(client, "")


def test_a_release_leads_to_what_each_of_its_checkpoints_takes(client, eight):
    html = client.get(eight.release.get_absolute_url()).content.decode()
    assert 'href="/run/?checkpoint=eight-b#memory"' in html
