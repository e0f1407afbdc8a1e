"""What the database refuses about releases and checkpoints, whoever asks."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from models_catalog.models import Release, Variant
from tests.factories import make_license, make_release, make_variant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"context_tokens": 0}, "release_context_is_positive"),
        ({"pretraining_tokens": 0}, "release_pretraining_is_positive"),
        ({"knowledge_cutoff": date(2023, 12, 15)}, "release_cutoff_is_a_month"),
        ({"knowledge_cutoff": date(2025, 1, 1)}, "release_cutoff_is_before_release"),
        ({"date_precision": "month", "released_on": date(2024, 4, 18)}, "release_date_matches_its_precision"),
        ({"date_precision": "year", "released_on": date(2024, 4, 1)}, "release_date_matches_its_precision"),
        ({"license": None}, "released_models_have_a_license"),
        ({"slug": "compare"}, "release_address_is_not_reserved"),
        ({"modalities_in": []}, "release_modalities_are_known"),
        ({"modalities_out": ["smell"]}, "release_modalities_are_known"),
        ({"branch": "twig"}, "release_branch_is_known"),
        ({"status": "perhaps"}, "release_status_is_known"),
    ],
)
def test_a_release_that_cannot_be_is_refused(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        make_release(**fields)


def test_only_an_announced_release_may_lack_a_license():
    assert make_release(license=None, status=Release.Status.ANNOUNCED).license is None


def test_a_date_known_by_month_is_its_first_day():
    assert make_release(date_precision="month", released_on=date(2024, 4, 1)).released_on.day == 1


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"parameters_total": 0}, "variant_total_is_positive"),
        (
            {"parameters_total": 17, "parameters_active": 18, "experts": 16},
            "variant_active_is_at_most_total",
        ),
        ({"parameters_active": 17}, "variant_experts_go_with_active"),
        ({"experts": 16}, "variant_experts_go_with_active"),
        ({"parameters_active": 17, "experts": 1}, "variant_experts_go_with_active"),
        ({"attention_heads": 8, "kv_heads": 32}, "variant_kv_heads_are_at_most_attention_heads"),
        ({"layers": 0}, "variant_layers_is_positive"),
        ({"knowledge_cutoff": date(2023, 3, 2)}, "variant_cutoff_is_a_month"),
    ],
)
def test_a_checkpoint_that_cannot_be_is_refused(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        make_variant(**fields)


def test_two_checkpoints_cannot_share_a_repository_but_many_may_have_none():
    make_variant()
    make_variant()
    make_variant(repository_id="meta-llama/Llama-3.1-8B")
    with pytest.raises(IntegrityError, match="one_variant_per_repository"):
        make_variant(repository_id="meta-llama/Llama-3.1-8B")


def test_the_form_hears_the_same_rule_in_words():
    variant = Variant(
        release=make_release(),
        slug="moe",
        name="Moe",
        size_label="17B",
        kind="base",
        parameters_total=17,
        parameters_active=18,
        experts=16,
    )
    with pytest.raises(ValidationError, match="Active parameters cannot exceed the total"):
        variant.full_clean()


def test_listed_is_what_readers_may_see():
    shown, hidden = make_release(), make_release(is_listed=False)
    make_variant(release=shown)
    make_variant(release=hidden)
    assert list(Release.objects.listed()) == [shown]
    assert [variant.release for variant in Variant.objects.listed()] == [shown]


def test_facts_come_with_a_constant_number_of_queries(django_assert_num_queries):
    license = make_license()
    for _ in range(3):
        make_variant(release=make_release(license=license))
    with django_assert_num_queries(6):
        for release in Release.objects.listed().with_facts():
            assert release.license == license
            assert not [c for variant in release.variants.all() for c in variant.citations.all()]
            assert not [*release.citations.all(), *release.corrections.all()]
