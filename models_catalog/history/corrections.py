"""A change and its public correction, in one step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from models_catalog import facts, zones
from models_catalog.models import FACT_MODELS, Content, Correction, Source

# A longer value is told in the sentence alone.
WRONG_VALUE_MAX = 80


def changed_facts(old: Content, new: Content) -> list[str]:
    """The citable fields that readers would see differently. Those that list other entries have no old value here."""
    return [name for name in facts.in_columns(type(new)) if facts.difference(old, new, name)]


@transaction.atomic
def put_right(
    *, old: Content, new: Content, fields: Iterable[str], why: str, source: Source, on: date | None = None
) -> list[Correction]:
    """A public correction for each of ``fields``, in which ``old`` was wrong and ``new`` is right.

    Raises a ValidationError when there is no such field.
    """
    arc = next(arc for arc, model in FACT_MODELS.items() if model is type(new))
    corrections = []
    for field in fields:
        difference = facts.difference(old, new, field)
        if difference is None:
            continue
        was, now = difference
        label, subject = facts.label_of(type(new), field), facts.subject_of(new)
        correction = Correction(
            **{arc: new},
            field=field,
            slug=_free_slug(f"{subject} {label}"),
            what_we_said=f"{label.capitalize()} of {subject}: {was}.",
            what_is_right=f"{label.capitalize()} of {subject}: {now}.",
            why=why,
            wrong_value=was if len(was) <= WRONG_VALUE_MAX else "",
            source=source,
            published_on=on or zones.today(),
        )
        correction.full_clean()
        correction.save()
        corrections.append(correction)
    if not corrections:
        raise ValidationError("No fact changes that readers see: there is nothing to correct.")
    return corrections


def _free_slug(text: str) -> str:
    base = slugify(text)[:70].strip("-") or "correction"
    taken = set(Correction.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := base if n == 1 else f"{base}-{n}") not in taken)
