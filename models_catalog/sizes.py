"""A release's sizes: one checkpoint to stand for each."""

from __future__ import annotations

from .facts import fetched
from .models import Citation, Release, Variant


def _standing(variant: Variant) -> tuple[bool, bool, bool, str]:
    """Which of several checkpoints of a size speaks for it: one with a source, unquantized, tuned last."""
    statuses = {c.status for c in fetched(variant, "citations") if c.field == "parameters_total"}
    return (
        Citation.Status.VERIFIED not in statuses,
        not statuses,
        variant.quantization != Variant.Quantization.NONE,
        variant.slug,
    )


def sizes(release: Release) -> list[Variant]:
    """One checkpoint for each size of the release, smallest first."""
    by_size: dict[tuple[int, int | None], list[Variant]] = {}
    for variant in fetched(release, "variants"):
        by_size.setdefault((variant.parameters_total, variant.parameters_active), []).append(variant)
    return [min(variants, key=_standing) for _, variants in sorted(by_size.items(), key=lambda item: item[0][0])]
