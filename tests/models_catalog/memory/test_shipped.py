"""The estimates for the checkpoints that ship, and how near they come to what the publishers say."""

import pytest

from models_catalog.memory import formulas
from models_catalog.memory.formulas import Shape
from models_catalog.memory.published import check, checks
from models_catalog.memory.question import window_of
from models_catalog.models import Citation, Machine, PublishedKind, PublishedMemory, Variant, WeightFormat
from tests import shipped_content

pytestmark = pytest.mark.django_db

# No source that we could read states how these are built.
SHAPE_NOT_PUBLISHED = {"llama-4-behemoth", "llama-guard-4-12b"}
# The farthest that an estimate may lie from its published figure, as the page shows it.
BOUNDS = {
    PublishedKind.WEIGHTS: 0.04,
    PublishedKind.CACHE: 0.001,
    PublishedKind.RUNNING: 0.12,
    PublishedKind.DEVICES: 0,
}


@pytest.fixture(scope="module", autouse=True)
def shipped(django_db_setup, django_db_blocker):
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        shipped_content.load()
        yield
        transaction.set_rollback(True)


def test_every_checkpoint_is_worked_out_or_refused_by_name():
    variants = list(Variant.objects.newest_first())
    assert len(variants) > 60
    without = {variant.slug for variant in variants if not Shape.of(variant).has_cache}
    assert without == SHAPE_NOT_PUBLISHED
    for variant in variants:
        for stored in formulas.formats_of(variant):
            if variant.slug in SHAPE_NOT_PUBLISHED and stored not in {"16-bit", "8-bit", "4-bit"}:
                continue
            needed = formulas.need(Shape.of(variant), stored, tokens=window_of(variant) or 8192)
            assert needed is not None, (variant, stored)
            assert needed.total > variant.parameters_total / 2, (variant, stored)


def test_quantized_checkpoints_are_smaller_than_the_whole_ones():
    for variant in Variant.objects.exclude(quantization__in=["none", "unstated"]):
        [own] = formulas.formats_of(variant)
        shape = Shape.of(variant)
        assert formulas.weights(shape, own) < formulas.weights(shape, WeightFormat.BITS16), variant


def test_every_number_that_an_estimate_follows_from_has_a_source():
    fields = ("layers", "attention_heads", "kv_heads", "head_size", "vocabulary_size", "local_layers", "local_window")
    cited = set(Citation.objects.filter(variant__isnull=False).values_list("variant__slug", "field"))
    stated = {(v.slug, field) for v in Variant.objects.all() for field in fields if getattr(v, field)}
    assert stated - cited == set()


@pytest.mark.parametrize("kind", PublishedKind)
def test_the_estimates_come_as_near_to_published_figures_as_we_say(kind):
    found = [check(figure) for figure in PublishedMemory.objects.listed().filter(kind=kind)]
    assert len(found) >= 3
    assert [each.figure for each in found if each.share is None] == []
    assert {str(each.figure): each.share for each in found if abs(each.share) > BOUNDS[kind]} == {}


def test_every_published_figure_has_its_place_in_a_source():
    places = Citation.objects.filter(published_memory__isnull=False).exclude(locator="")
    assert set(places.values_list("published_memory_id", flat=True)) == set(
        PublishedMemory.objects.values_list("pk", flat=True)
    )


def test_the_page_names_the_farthest_estimate_of_each_kind():
    for group in checks(list(PublishedMemory.objects.listed())).groups:
        distances = [abs(each.share) for each in group.checks]
        assert abs(group.worst.share) == max(distances)
        assert abs(group.best.share) == min(distances)


def test_scout_needs_one_two_or_four_accelerators_with_80_gb():
    scout = Shape.of(Variant.objects.get(slug="llama-4-scout-17b-16e-instruct"))
    needed = [
        formulas.fewest_devices(scout, stored, memory_gb=80, tokens=8192)
        for stored in (WeightFormat.INT4_MIXED, WeightFormat.FP8_MIXED, WeightFormat.BITS16)
    ]
    assert needed == [1, 2, 4]


def test_the_machines_reach_from_a_laptop_to_a_server():
    machines = list(Machine.objects.all())
    assert (machines[0].memory_gb, machines[0].devices) == (8, 1)
    assert (machines[-1].memory_gb, machines[-1].devices) == (80, 8)
