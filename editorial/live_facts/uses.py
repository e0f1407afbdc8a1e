"""Keeps the record of which text uses which fact, and turns texts to new names.

The record is made from the texts. It also holds what they cannot: which entry
a name meant when the text was written. So a use that stands is never looked up
anew, and only names without one are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.signals import post_save

from editorial.models import FactUse
from editorial.models.prose import WithProse
from editorial.models.uses import TEXT_MODELS
from editorial.prose.outline import outline
from editorial.prose.references import Reference, rename
from models_catalog.models import LicenseRule, UseCase

from .names import BY_ARC, BY_MODEL, Named, Names

BATCH = 500
ARC_OF_TEXT = {model: arc for arc, model in TEXT_MODELS.items()}


def references_in(text: WithProse) -> dict[tuple[str, str], Reference]:
    """The references that can be read, by field of the text and name: each once."""
    return {
        (field, reference.name): reference
        for field in text.prose_fields
        if "{{" in getattr(text, field)
        for reference in outline(getattr(text, field)).references
        if reference.name
    }


def record(text: WithProse) -> None:
    """Bring the record of one text up to date; in the transaction that saves it."""
    record_all([text])


@dataclass(slots=True)
class _Difference:
    """What the record lacks of the texts, and what it has too much."""

    missing: list[FactUse]
    left_over: list[FactUse]


def _difference(texts: list[WithProse]) -> _Difference:
    """What a name means on record stands, in fixed texts for good; in others, the one entry it names today goes first."""
    written = {(text, *place): reference for text in texts for place, reference in references_in(text).items()}
    by_key = _by_key(texts)
    stored = {(by_key[use.text_key], use.text_field, use.name): use for use in FactUse.objects.in_texts(texts)}
    open_to_change = {
        place: reference for place, reference in written.items() if place not in stored or not is_fixed(place[0])
    }
    names = Names.of(open_to_change.values())
    found = _Difference([], [use for place, use in stored.items() if place not in written])
    for place, reference in open_to_change.items():
        entry, use = names.meant(reference), stored.get(place)
        if entry is None or (use and (use.target_kind, use.target_id) == (entry.kind.arc, entry.pk)):
            continue
        if use:
            found.left_over.append(use)
        found.missing.append(_use(*place, entry))
    return found


def _by_key(texts: Iterable[WithProse]) -> dict[tuple[type[WithProse], int], WithProse]:
    return {(type(text), text.pk): text for text in texts}


@transaction.atomic
def record_all(texts: list[WithProse]) -> int:
    """Bring the record of several texts up to date; how many uses were missing or left over."""
    found = _difference(texts)
    if found.left_over:
        FactUse.objects.filter(pk__in=[use.pk for use in found.left_over]).delete()
    FactUse.objects.bulk_create(found.missing)
    return len(found.left_over) + len(found.missing)


def _use(text: WithProse, text_field: str, name: str, entry: Named) -> FactUse:
    field = name.rpartition(".")[2]
    arcs = {ARC_OF_TEXT[type(text)]: text, f"{entry.kind.arc}_id": entry.pk}
    return FactUse(**arcs, text_field=text_field, name=name, field=field)


def _batches() -> Iterator[list[WithProse]]:
    """Every row with references or uses, also what is no longer shown."""
    for arc, model in TEXT_MODELS.items():
        mine = Exists(FactUse.objects.filter(**{arc: OuterRef("pk")}).order_by())
        quotes = Q(mine)
        for field in model.prose_fields:
            quotes |= Q(**{f"{field}__contains": "{{"})
        rows: QuerySet[Any] = model._default_manager.filter(quotes).order_by("pk")
        remaining = rows.iterator(chunk_size=BATCH)
        while batch := list(islice(remaining, BATCH)):
            yield batch


def rebuild() -> int:
    """Make the record anew for texts that came past the forms; how many uses were missing or left over."""
    return sum(record_all(batch) for batch in _batches())


def out_of_date() -> Iterator[tuple[WithProse, int]]:
    """Texts whose record lacks uses or has too many, and how many."""
    for batch in _batches():
        found, by_key = _difference(batch), _by_key(batch)
        yield from Counter(by_key[use.text_key] for use in (*found.missing, *found.left_over)).items()


# New names


def present_names(uses: Iterable[FactUse]) -> dict[str, str]:
    """For uses by a name that their entry no longer has: old name → new one."""
    uses = list(uses)
    slugs = {(arc, entry.pk): entry for arc, entry in _entries_of(uses)}
    names = Names({entry.slug for entry in slugs.values()})
    return {
        use.name: names.shortest(entry, use.field)
        for use in uses
        if (entry := slugs.get((use.target_kind, use.target_id))) and not _is_called(use.name, entry)
    }


def _is_called(name: str, entry: Named) -> bool:
    return name.rpartition(".")[0].rpartition(":")[2] == entry.slug


def _entries_of(uses: list[FactUse]) -> Iterator[tuple[str, Named]]:
    for arc, kind in BY_ARC.items():
        keys = {use.target_id for use in uses if use.target_kind == arc}
        if not keys:
            continue
        if kind.model is LicenseRule:
            rows = LicenseRule.objects.filter(pk__in=keys).values_list("pk", "use_case__slug", "license__slug")
            yield from ((arc, Named(kind, f"{use_case}/{license}", pk)) for pk, use_case, license in rows)
        else:
            everything: QuerySet[Any] = kind.model._default_manager.all()
            slugs = everything.filter(pk__in=keys).values_list("pk", "slug")
            yield from ((arc, Named(kind, slug, pk)) for pk, slug in slugs)


def with_present_names(text: WithProse, field: str) -> str:
    """The Markdown with every reference by the name that its entry has today."""
    uses = FactUse.objects.in_texts([text]).filter(text_field=field)
    return rename(getattr(text, field), present_names(uses))


def _turn_to_new_names(instance: Any, created: bool, raw: bool, **kwargs: Any) -> None:
    """After an entry is saved under a new slug: drafts and sections follow; fixed editions know it by its number."""
    if created or raw:
        return
    uses: Any = FactUse.objects.none()
    if kind := BY_MODEL.get(type(instance)):
        uses = FactUse.objects.filter(**{kind.arc: instance})
        if kind.word == "license":
            uses |= FactUse.objects.filter(license_rule__license=instance)
    elif isinstance(instance, UseCase):
        uses = FactUse.objects.filter(license_rule__use_case=instance)
    else:
        return
    uses = list(uses)
    if not uses:
        return
    names = present_names(uses)
    for text, field in dict.fromkeys((use.text, use.text_field) for use in uses if use.name in names):
        if is_fixed(text):
            continue
        setattr(text, field, rename(getattr(text, field), names))
        text.save(update_fields=[field, "updated_at"])


def is_fixed(text: WithProse) -> bool:
    """An approved edition: its text stands as it was approved."""
    return getattr(text, "status", None) == "approved"


def connect() -> None:
    """Called once, when the app is ready."""
    post_save.connect(_turn_to_new_names, dispatch_uid="turn_to_new_names")
