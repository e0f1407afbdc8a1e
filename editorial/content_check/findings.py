"""What was found, how bad it is, where it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

from django.db.models import Model, TextChoices
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst


class Level(TextChoices):
    ERROR = "error", "Error"
    WARNING = "warning", "Warning"


class Code(TextChoices):
    """The kinds of finding, worst for readers first."""

    BROKEN_REFERENCE = "broken-reference", "References to facts that show nothing"
    UNREADABLE_TEXT = "unreadable-text", "Texts that cannot be laid out"
    DEAD_LINK = "dead-link", "Links that lead nowhere"
    MOVED_LINK = "moved-link", "Links that take a detour"
    MISSING_ALT = "missing-alt", "Pictures without a description"
    LOST_FOOTNOTE = "lost-footnote", "Footnotes that lead nowhere, or to which nothing leads"
    HEADING_ORDER = "heading-order", "Headings out of order"
    HOUSE_STYLE = "house-style", "Words against the house style"
    UNSOURCED_FACT = "unsourced-fact", "Facts without a source"
    STALE_FACT = "stale-fact", "Facts due for another check"
    USES_OUT_OF_DATE = "uses-out-of-date", "Texts whose record of facts is out of date"


@dataclass(frozen=True, slots=True)
class Place:
    """A field of an entry. ``words`` name the entry as editors know it, ``key`` across databases."""

    model: str
    key: tuple[str, ...]
    words: str
    field: str
    admin_url: str = ""

    @classmethod
    def of(cls, entry: Model, field: str, words: str = "") -> Place:
        label = entry._meta.label_lower
        try:
            url = reverse(f"admin:{label.replace('.', '_')}_change", args=[entry.pk])
        except NoReverseMatch:
            url = ""
        natural: Any = getattr(entry, "natural_key", lambda: (str(entry.pk),))
        return cls(label, natural(), words or f"{capfirst(entry._meta.verbose_name)} “{entry}”", field, url)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``line`` counts from 1 within the field; None where lines mean nothing."""

    level: Level
    code: Code
    place: Place
    message: str
    line: int | None = None

    @property
    def key(self) -> str:
        """Short, and the same for as long as the same thing is wrong in the same field, wherever it moves to."""
        said = f"{self.code} {self.place.field} {self.message}"
        return blake2s(said.encode(errors="replace"), digest_size=6).hexdigest()

    @property
    def sentence(self) -> str:
        """With its place in the entry: “Body, line 3: …”."""
        place = capfirst(self.place.field.replace("_", " "))
        return f"{place}{f', line {self.line}' if self.line else ''}: {self.message}"

    def as_json(self) -> dict[str, Any]:
        return {
            "level": str(self.level),
            "code": str(self.code),
            "model": self.place.model,
            "key": list(self.place.key),
            "place": self.place.words,
            "field": self.place.field,
            "line": self.line,
            "message": self.message,
            "admin_url": self.place.admin_url,
        }


def counted(findings: Collection[Finding]) -> str:
    """“2 errors and 1 warning”."""
    counts = [(level.label.lower(), sum(finding.level == level for finding in findings)) for level in Level]
    said = [f"{count:,} {word}{'' if count == 1 else 's'}" for word, count in counts if count]
    return " and ".join(said) or "nothing"
