"""What a reader asks of /run/: read from the query string, checked, and written back as one address per question.

No word of a query string reaches the database: a checkpoint is looked up among
those that we know, and a number is a number within its bounds or a problem.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from models_catalog.formatting import grouped
from models_catalog.models import Release, Variant, WeightFormat

from .formulas import Shape, need, usable

if TYPE_CHECKING:
    from django.http import QueryDict

USUAL_CONTEXT = 8192
# Where no source states a window: as long as the longest of the family.
LONGEST_CONTEXT = 10_000_000
CACHE_BITS = (16, 8)
EVERYDAY_MEMORY_GB = 24
MOST_BATCH = 1024
MOST_MEMORY_GB = 100_000
MOST_DEVICES = 64
# In this order in every address.
PARAMETERS = ("checkpoint", "context", "batch", "cache", "memory", "devices")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one parameter, and what to do; ``url`` asks the same question put right."""

    parameter: str
    text: str
    url: str = ""
    url_text: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A checkpoint and how it is to be run; and, where asked, how much memory there is.

    ``variant`` is None only where the catalogue has no checkpoint. ``memory``
    is in GB as memory is sold. ``typed`` is what the form shows: as asked,
    also where that makes no sense.
    """

    variant: Variant | None
    context: int = USUAL_CONTEXT
    batch: int = 1
    cache_bits: int = 16
    memory: int | None = None
    devices: int = 1
    asked: frozenset[str] = frozenset()
    typed: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def wrong(self) -> frozenset[str]:
        """The parameters that make no sense."""
        return frozenset(problem.parameter for problem in self.problems)

    @property
    def memory_in_words(self) -> str:
        """“24 GB”, “8 × 80 GB”."""
        several = f"{self.devices} × " if self.devices > 1 else ""
        return f"{several}{grouped(self.memory or 0)} GB"

    @property
    def path(self) -> str:
        """The address that search engines are to keep: one for each checkpoint and each size of memory."""
        if "memory" in self.asked and self.memory:
            several = {"devices": self.devices} if self.devices > 1 else {}
            return f"?{urlencode({'memory': self.memory, **several})}"
        if "checkpoint" in self.asked and self.variant:
            return f"?{urlencode({'checkpoint': self.variant.slug})}"
        return ""

    @property
    def link(self) -> str:
        """The address of exactly this answer, without what is as usual."""
        values = {
            "checkpoint": self.variant.slug if self.variant and "checkpoint" in self.asked else "",
            "context": "" if self.context == usual_context(self.variant) else self.context,
            "batch": "" if self.batch == 1 else self.batch,
            "cache": "" if self.cache_bits == 16 else self.cache_bits,
            "memory": self.memory or "",
            "devices": "" if self.devices == 1 else self.devices,
        }
        if values["context"] and self.variant:
            values["checkpoint"] = self.variant.slug  # a context means little without its checkpoint
        return urlencode({name: values[name] for name in PARAMETERS if values[name]})


def window_of(variant: Variant) -> int | None:
    """The context window that the checkpoint has, its own or its release's."""
    return variant.context_tokens or variant.release.context_tokens


def usual_context(variant: Variant | None) -> int:
    window = window_of(variant) if variant else None
    return min(USUAL_CONTEXT, window) if window else USUAL_CONTEXT


def stands_first(variants: Sequence[Variant]) -> Variant | None:
    """The checkpoint to show when none is asked for: the largest to talk to that an everyday card holds at 16 bits.

    Of several the newest; where nothing suits, the first that there is.
    """
    room = usable(EVERYDAY_MEMORY_GB)

    def suits(variant: Variant) -> bool:
        shape = Shape.of(variant)
        needed = need(shape, WeightFormat.BITS16, tokens=usual_context(variant))
        return (
            variant.kind == Variant.Kind.INSTRUCT
            and variant.quantization == Variant.Quantization.NONE
            and variant.release.branch == Release.Branch.CORE
            and variant.release.status == Release.Status.AVAILABLE
            and shape.has_cache
            and needed is not None
            and needed.total <= room
        )

    # max() keeps the first of equals, and the newest come first.
    suitable = [variant for variant in variants if suits(variant)]
    return max(suitable, key=lambda variant: variant.parameters_total) if suitable else next(iter(variants), None)


def _shown(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


class _Reader:
    """Reads numbers and keeps what is wrong with them."""

    def __init__(self, query: QueryDict) -> None:
        self.typed = {name: query.get(name, "").strip() for name in PARAMETERS}
        self.problems: list[Problem] = []

    def complain(self, name: str, text: str, **remedy: object) -> None:
        """``remedy`` are parameters to ask again with; the others stay as they are."""
        kept = {each: remedy.get(each, self.typed[each]) for each in PARAMETERS}
        url = (
            f"?{urlencode({each: kept[each] for each in PARAMETERS if kept[each] not in ('', None)})}" if remedy else ""
        )
        words = ", ".join(grouped(value) if isinstance(value, int) else str(value) for value in remedy.values())
        self.problems.append(Problem(name, f"{name}: {text}", url, f"Ask with {words} instead" if remedy else ""))

    def number(self, name: str, usual: int, most: int, what: str) -> int:
        text = self.typed[name]
        if not text:
            return usual
        if not re.fullmatch(r"[0-9]{1,12}", text):
            self.complain(
                name, f"“{_shown(text)}” is no whole number. Enter {what} in digits, from 1 to {grouped(most)}."
            )
            return usual
        if not 1 <= int(text) <= most:
            nearest = most if int(text) else 1
            self.complain(
                name,
                f"{grouped(int(text))} is out of bounds. Enter {what} from 1 to {grouped(most)}.",
                **{name: nearest},
            )
            return usual
        return int(text)


def question(query: QueryDict, variants: Sequence[Variant]) -> Question:
    """Reads a query string. The last of a repeated parameter counts; an empty or unknown one is as if not there."""
    reader = _Reader(query)
    first = stands_first(variants)
    variant = first
    if slug := reader.typed["checkpoint"]:
        variant = next((each for each in variants if each.slug == slug), None)
        if variant is None:
            reader.complain("checkpoint", f"“{_shown(slug)}” is not in the catalogue. Choose one from the list.")
            variant = first
    window = window_of(variant) if variant else None
    what = f"the tokens that {variant} is to hold" if variant else "a number of tokens"
    context = reader.number("context", usual_context(variant), window or LONGEST_CONTEXT, what)
    cache = reader.typed["cache"] or "16"
    if cache not in {str(bits) for bits in CACHE_BITS}:
        reader.complain("cache", f"“{_shown(cache)}” is no precision that we know. Choose 16 or 8 bits.", cache=16)
        cache = "16"
    batch = reader.number("batch", 1, MOST_BATCH, "how many texts are worked on at once")
    memory = reader.number("memory", 0, MOST_MEMORY_GB, "the memory of one device in GB")
    devices = reader.number("devices", 1, MOST_DEVICES, "how many devices there are")
    return Question(
        variant=variant,
        context=context,
        batch=batch,
        cache_bits=int(cache),
        memory=memory or None,
        devices=devices,
        asked=frozenset(name for name, text in reader.typed.items() if text),
        typed=reader.typed,
        problems=tuple(reader.problems),
    )
