"""Machines, published figures, and the new numbers of a checkpoint keep their rules in the database."""

import pytest
from django.db import IntegrityError

from models_catalog.models import Citation, PublishedMemory
from tests.factories import make_citation, make_machine, make_published_memory, make_release, make_source, make_variant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"memory_gb": 0}, "machine_memory_is_positive"),
        ({"devices": 0}, "machine_devices_are_positive"),
        ({"usable_percent": 0}, "machine_usable_share_is_a_percentage"),
        ({"usable_percent": 101}, "machine_usable_share_is_a_percentage"),
    ],
)
def test_a_machine_has_memory_of_which_a_share_is_usable(fields, rule):
    with pytest.raises(IntegrityError, match=rule):
        make_machine(**fields)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"kind": "devices"}, "published_memory_counts_devices_where_it_should"),
        ({"devices": 2}, "published_memory_counts_devices_where_it_should"),
        ({"kind": "cache"}, "published_cache_has_a_context"),
        ({"value": 0}, "published_memory_is_positive"),
        ({"unit": "kB"}, "published_memory_unit_is_known"),
        ({"weight_format": "2-bit"}, "published_memory_format_is_known"),
    ],
)
def test_a_published_figure_says_all_that_its_kind_needs(fields, rule):
    with pytest.raises(IntegrityError, match=rule):
        make_published_memory(**fields)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"layers": 48, "local_layers": 36}, "variant_local_layers_go_with_a_window"),
        ({"layers": 48, "local_window": 8192}, "variant_local_layers_go_with_a_window"),
        ({"layers": 48, "local_layers": 49, "local_window": 8192}, "variant_local_layers_are_layers"),
        ({"local_layers": 36, "local_window": 8192}, "variant_local_layers_are_layers"),
        ({"vocabulary_size": 0}, "variant_vocabulary_is_positive"),
    ],
)
def test_local_attention_is_stated_whole_or_not_at_all(fields, rule):
    with pytest.raises(IntegrityError, match=rule):
        make_variant(**fields)


def test_a_published_figure_is_cited_like_every_fact():
    citation = make_citation(published_memory=make_published_memory(), field="value")
    assert citation.target_kind == "published_memory"
    assert Citation.objects.get_by_natural_key(*citation.natural_key()) == citation
    with pytest.raises(IntegrityError, match="citation_field_belongs_to_its_target"):
        make_citation(published_memory=citation.published_memory, field="unit", source=make_source())


def test_figures_about_an_unlisted_release_are_not_listed_and_neither_are_their_citations():
    secret = make_published_memory(variant=make_variant(release=make_release(is_listed=False)))
    make_citation(published_memory=secret, field="value")
    open_one = make_published_memory()
    assert list(PublishedMemory.objects.listed()) == [open_one]
    assert not Citation.objects.listed().filter(published_memory=secret).exists()
