"""Sources for many kinds of entries at once."""

import pytest

from models_catalog.evidence import attach
from models_catalog.facts import fact
from models_catalog.models import Variant
from tests.factories import make_citation, make_correction, make_option, make_release, make_variant

pytestmark = pytest.mark.django_db


def test_sources_of_several_kinds_cost_one_query(django_assert_num_queries):
    release, variant, option = make_release(), make_variant(layers=32), make_option()
    cited = [make_citation(release=release, field="context_tokens"), make_citation(variant=variant, field="layers")]
    corrected = make_correction(deployment_option=option, field="summary")
    with django_assert_num_queries(1):
        attach([release, variant, option])
        assert fact(release, "context_tokens").citations == (cited[0],)
        assert fact(variant, "layers").citations == (cited[1],)
        assert fact(variant, "layers").citations[0].source.title
        assert fact(option, "summary").corrections == (corrected,)
        assert fact(option, "conditions").citations == ()


def test_entries_read_twice_both_know_their_sources():
    variant = make_variant(layers=32)
    make_citation(variant=variant, field="layers")
    again = Variant.objects.get(pk=variant.pk)
    attach([variant, again])
    assert fact(again, "layers").citations == fact(variant, "layers").citations != ()


def test_rows_of_others_are_not_attached():
    variant = make_variant(layers=32)
    make_citation(variant=make_variant(), field="layers")
    attach([variant])
    assert list(variant.citations.all()) == []


def test_nothing_to_attach_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        attach([])
