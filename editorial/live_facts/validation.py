"""Says what is wrong with the references of a text: beside the field of a form, and when the whole site is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from editorial.prose.outline import Outline, outline
from editorial.prose.references import Reference, write
from models_catalog.facts import fact

from .entries import Target, fetch
from .names import BY_WORD, Names, problem

# Enough to see what is wrong; the rest shows when these are put right.
SHOWN = 10


@dataclass
class ReferenceCheck:
    """Judges references by what is known: which names there are, and which listed entries state which fields."""

    names: Names
    # For an entry that readers may see, whether it states the field; None for one that they may not.
    states: Callable[[Target, str], bool | None]
    # Looking for what was meant takes every name there is; asked only for a name that is wrong.
    every_name: Callable[[], Names]
    _everything: Names | None = field(default=None, init=False)

    @classmethod
    def of(cls, references: Iterable[Reference], on_record: Iterable[Target] = ()) -> ReferenceCheck:
        """For these references and targets alone: a query or two for each kind of entry, however many there are."""
        references = list(references)
        names = Names.of(references)
        meant = [entry for reference in references if (entry := names.meant(reference))]
        rows = fetch([*((entry.kind, entry.pk) for entry in meant), *on_record], fields=())

        def states(target: Target, name: str) -> bool | None:
            row = rows.get(target)
            return None if row is None else fact(row, name).is_stated

        return cls(names, states, Names)

    def problems(self, found: Outline, on_record: Mapping[str, Target] | None = None) -> list[tuple[Reference, str]]:
        """Every reference that readers would not see filled in, with the reason and the remedy.

        ``on_record`` holds what the names of this text mean, whatever they are called today.
        """
        wrong, lost = [], 0
        for reference in found.references:
            known = (on_record or {}).get(reference.name)
            why = None if known and not reference.problem else problem(reference, self.names)
            if why is None:
                entry = self.names.meant(reference)
                target = known or (entry and (entry.kind, entry.pk))
                why = self._not_shown(reference, target) if target else None
            elif self._is_lost(reference) and (lost := lost + 1) <= SHOWN:
                why += self._suggestion(reference)
            if why:
                wrong.append((reference, why))
        return wrong + [(reference, _misplaced(reference)) for reference in found.misplaced]

    def _not_shown(self, reference: Reference, target: Target) -> str | None:
        states = self.states(target, reference.field)
        if states is None:
            return (
                f"“{reference.written}”: readers cannot see the {target[0].word} “{reference.slug}”. "
                "List it first, or leave the reference out."
            )
        if not states:
            return (
                f"“{reference.written}”: “{reference.slug}” states no “{reference.field}”, so the sentence would have "
                "a hole. Enter the value first, or leave the reference out."
            )
        return None

    def _is_lost(self, reference: Reference) -> bool:
        return bool(reference.slug) and reference.kind in ("", *BY_WORD) and not self.names.called(reference)

    def _suggestion(self, reference: Reference) -> str:
        if self._everything is None:
            self._everything = self.every_name()
        near = self._everything.nearest(reference)
        if not near:
            return " Look for it with “Insert a fact”."
        return f" Did you mean {' or '.join(f'“{write(name, reference.form)}”' for name in near)}?"


def _misplaced(reference: Reference) -> str:
    return f"“{reference.written}” stands in an address or a title, where no fact is filled in. Write it out."


def problems(markdown: str) -> list[tuple[Reference, str]]:
    """What is wrong with the references of one text."""
    if "{{" not in markdown:
        return []
    found = outline(markdown)
    return ReferenceCheck.of(found.references).problems(found)


def validate_references(markdown: str) -> None:
    """Raise a ValidationError that names each wrong reference, its line, and what was probably meant."""
    wrong = problems(markdown)
    messages = [f"Line {reference.line}: {why}" for reference, why in wrong[:SHOWN]]
    if len(wrong) > SHOWN:
        messages.append(f"There are {len(wrong) - SHOWN:,} more like these.")
    if messages:
        raise ValidationError([ValidationError(message, code="reference") for message in messages])
