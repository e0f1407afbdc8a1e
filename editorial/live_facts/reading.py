"""Texts as readers see them: Markdown with its pictures and the present value of every fact it refers to.

A page reads all of its texts in one go: one query for what they refer to, one
for the entries that are meant and one for what vouches for these, however many
there are. What else the page shows can be asked in the same ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import QuerySet

from editorial import prose
from editorial.models import FactUse, Image
from editorial.models.prose import WithProse
from editorial.models.uses import TEXT_MODELS
from editorial.prose import Illustration, Prose, reading_minutes
from editorial.prose.kept import render
from editorial.prose.pictures import references
from editorial.prose.references import Reference, prepare
from models_catalog import evidence
from models_catalog.facts import Fact, fact
from models_catalog.models import Content
from models_catalog.together import gather, worded_once

from .entries import Target, questions
from .names import BY_ARC, Names

T = TypeVar("T", bound=WithProse)
# A text and the name of a reference in it.
Place = tuple[WithProse, str]


class Reader:
    """Reads the texts of a page.

    First `gather`, then attach the evidence of the entries that it returns
    together with those of the page, then `read`.
    """

    def __init__(self, texts: Iterable[WithProse]) -> None:
        self._references = {text: list(_references(text)) for text in texts}
        self._targets: dict[Place, Target] = {}
        self._entries: dict[Target, Content] = {}
        self._pictures: dict[str, Illustration] = {}
        # All that the texts show of any entry.
        self.fields = {reference.field for found in self._references.values() for reference in found}

    def gather(self, *others: QuerySet[Any]) -> list[Content]:
        """Fetch what the texts refer to, and the page’s own querysets on the way. Returns the entries to be cited."""
        quoting = [text for text, found in self._references.items() if found]
        keys = {arc: [text.pk for text in quoting if type(text) is model] for arc, model in TEXT_MODELS.items()}
        (uses,) = _uses(**{arc: pks for arc, pks in keys.items() if pks})
        (pictures,) = _pictures(tokens=references(*(text for each in self._references for text in _markdown(each))))
        cited = gather(uses, pictures, *others)
        self._pictures = {image.token: image.illustration for image in pictures}
        self._targets = self._meant(quoting, uses)
        rows = questions(self._targets.values(), self.fields)
        cited += gather(*rows.values())
        self._entries = {(kind, row.pk): row for kind, found in rows.items() for row in found}
        return cited

    def _meant(self, quoting: list[WithProse], uses: Iterable[FactUse]) -> dict[Place, Target]:
        """Which entry each reference means.

        What an entry was called when the text was written decides; only a name
        that is not on record (a text that came past the forms) is looked up.
        """
        by_key = {(type(text), text.pk): text for text in quoting}
        targets: dict[Place, Target] = {
            (by_key[use.text_key], use.name): (BY_ARC[use.target_kind], use.target_id) for use in uses
        }
        unknown = {
            (text, reference.name): reference
            for text in quoting
            for reference in self._references[text]
            if (text, reference.name) not in targets
        }
        names = Names.of(unknown.values())
        return targets | {
            place: (entry.kind, entry.pk) for place, reference in unknown.items() if (entry := names.meant(reference))
        }

    def facts(self, text: WithProse) -> dict[str, Fact]:
        """The facts that a text refers to, by the name of the reference.

        References that mean nothing, and entries that readers cannot see, are left out.
        """
        facts: dict[str, Fact] = {}
        for reference in self._references[text]:
            target = self._targets.get((text, reference.name))
            entry = self._entries.get(target) if target else None
            if entry is not None and reference.name not in facts:
                facts[reference.name] = fact(entry, reference.field)
        return facts

    def read(
        self, text: WithProse, field: str = "body", *, prefix: str = "", glossary: Mapping[str, str] | None = None
    ) -> Prose:
        """One text, rendered."""
        return render(
            getattr(text, field), prefix=prefix, glossary=glossary, facts=self.facts(text), pictures=self._pictures
        )

    def read_all(self, texts: Iterable[T], prefix: str) -> list[tuple[T, Prose]]:
        """The body of each entry, rendered; its ids begin with the entry’s ``prefix`` attribute (“slug”)."""
        return [(text, self.read(text, prefix=f"{getattr(text, prefix)}-")) for text in texts]


@worded_once
def _uses(**keys: Collection[int]) -> tuple[QuerySet[Any], ...]:
    return (FactUse.objects.of_texts(keys),)


@worded_once
def _pictures(*, tokens: Collection[str]) -> tuple[QuerySet[Any], ...]:
    return (Image.objects.filter(token__in=tokens),)


def reader_of(texts: Iterable[WithProse]) -> Reader:
    """For a page that shows nothing but texts: ready to read."""
    reader = Reader(texts)
    evidence.attach(reader.gather(), reader.fields)
    return reader


def read(text: WithProse, field: str = "body", *, prefix: str = "", glossary: Mapping[str, str] | None = None) -> Prose:
    """One text of one entry, rendered."""
    return reader_of([text]).read(text, field, prefix=prefix, glossary=glossary)


def facts_in(texts: Iterable[WithProse]) -> dict[WithProse, dict[str, Fact]]:
    """For each text, the facts that it refers to, by the name of the reference."""
    texts = list(texts)
    reader = reader_of(texts)
    return {text: reader.facts(text) for text in texts}


def _markdown(text: WithProse) -> Iterable[str]:
    return (getattr(text, field) for field in text.prose_fields)


def _references(text: WithProse) -> Iterable[Reference]:
    for markdown in _markdown(text):
        yield from (reference for reference in prepare(markdown).references if reference.name)


@dataclass(frozen=True, slots=True)
class Length:
    """How long texts are, as readers are told."""

    words: int
    minutes: int


def length_of(entry: WithProse) -> Length:
    """Of all texts of an entry together, facts filled in; the entry may be new."""
    facts = facts_in([entry])[entry] if entry.pk else {}
    # Laid out anew: what is being typed is not worth keeping.
    words = sum(prose.render(markdown, facts=facts).words for markdown in _markdown(entry))
    return Length(words, reading_minutes(words))
