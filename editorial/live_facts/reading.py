"""Texts as readers see them: Markdown with its pictures and the present value of every fact it refers to.

A page reads all of its texts in one go: the queries are one for the uses, one
for the pictures, and a few for each kind of entry, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from editorial.models import FactUse, Image
from editorial.models.prose import WithProse
from editorial.prose import Prose, reading_minutes, render
from editorial.prose.references import Reference, prepare
from models_catalog.facts import Fact, fact

from .entries import Target, fetch
from .names import BY_ARC, Names

T = TypeVar("T", bound=WithProse)


def read(text: WithProse, field: str = "body", *, prefix: str = "", glossary: Mapping[str, str] | None = None) -> Prose:
    """One text of one entry, rendered."""
    markdown = getattr(text, field)
    pictures = Image.objects.in_texts(markdown)
    return render(markdown, prefix=prefix, glossary=glossary, facts=facts_in([text])[text], pictures=pictures)


def read_all(texts: Iterable[T], prefix: str) -> list[tuple[T, Prose]]:
    """The body of each entry, rendered; its ids begin with the entry’s ``prefix`` attribute (“slug”)."""
    texts = list(texts)
    facts = facts_in(texts)
    bodies: list[str] = [text.body for text in texts]  # type: ignore[attr-defined]
    pictures = Image.objects.in_texts(*bodies)
    return [
        (text, render(body, prefix=f"{getattr(text, prefix)}-", facts=facts[text], pictures=pictures))
        for text, body in zip(texts, bodies, strict=True)
    ]


def facts_in(texts: Iterable[WithProse]) -> dict[WithProse, dict[str, Fact]]:
    """For each text, the facts that it refers to, by the name of the reference.

    What an entry was called when the text was written decides; only a name that
    is not on record (a text that came past the forms) is looked up. References
    that mean nothing, and entries that readers cannot see, are left out.
    """
    references = {text: list(_references(text)) for text in texts}
    quoting = [text for text, found in references.items() if found]
    if not quoting:
        return {text: {} for text in references}
    targets: dict[tuple[WithProse, str], Target] = {
        (use.text, use.name): (BY_ARC[use.target_kind], use.target_id) for use in FactUse.objects.in_texts(quoting)
    }
    unknown = {
        (text, reference.name): reference
        for text in quoting
        for reference in references[text]
        if (text, reference.name) not in targets
    }
    names = Names.of(unknown.values())
    targets |= {
        place: (entry.kind, entry.pk) for place, reference in unknown.items() if (entry := names.meant(reference))
    }
    fields = {reference.field for text in quoting for reference in references[text]}
    rows = fetch(targets.values(), fields)
    facts: dict[WithProse, dict[str, Fact]] = {text: {} for text in references}
    for text in quoting:
        for reference in references[text]:
            target = targets.get((text, reference.name))
            row = rows.get(target) if target else None
            if row is not None and reference.name not in facts[text]:
                facts[text][reference.name] = fact(row, reference.field)
    return facts


def _references(text: WithProse) -> Iterable[Reference]:
    for field in text.prose_fields:
        yield from (reference for reference in prepare(getattr(text, field)).references if reference.name)


@dataclass(frozen=True, slots=True)
class Length:
    """How long texts are, as readers are told."""

    words: int
    minutes: int


def length_of(entry: WithProse) -> Length:
    """Of all texts of an entry together, facts filled in; the entry may be new."""
    facts = facts_in([entry])[entry] if entry.pk else {}
    words = sum(render(getattr(entry, field), facts=facts).words for field in entry.prose_fields)
    return Length(words, reading_minutes(words))
