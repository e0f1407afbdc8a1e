"""Our estimates beside the figures that the publishers of the models give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from models_catalog import formatting
from models_catalog.formatting import Value
from models_catalog.models import MemoryUnit, PublishedKind, PublishedMemory

from . import formulas
from .formulas import Shape
from .question import USUAL_CONTEXT


@dataclass(frozen=True, slots=True)
class Check:
    """One published figure, our estimate of the same, and by which share ours differs; both None if we have none.

    ``detail`` says of accelerators how full our estimate leaves them: their
    number alone would hide how near the next one is.
    """

    figure: PublishedMemory
    estimate: Value | None
    share: Decimal | None
    detail: str = ""

    @property
    def deviation(self) -> Value | None:
        return None if self.share is None else formatting.deviation(self.share)


def _ours(figure: PublishedMemory) -> int | None:
    """Bytes; for accelerators, how many."""
    shape, stored = Shape.of(figure.variant), figure.weight_format_choice
    if figure.kind == PublishedKind.WEIGHTS:
        return formulas.weights(shape, stored)
    if figure.kind == PublishedKind.CACHE:
        return formulas.cache(shape, tokens=figure.context_tokens or 0)
    if figure.kind == PublishedKind.RUNNING:
        needed = formulas.need(shape, stored, tokens=figure.context_tokens or 0)
        return needed.total if needed else None
    return formulas.fewest_devices(
        shape, stored, memory_gb=int(figure.value), tokens=figure.context_tokens or USUAL_CONTEXT
    )


def check(figure: PublishedMemory) -> Check:
    """Needs the figure's checkpoint; asks the database nothing."""
    ours = _ours(figure)
    if figure.devices is not None:
        theirs = Decimal(figure.devices)
        estimate = formatting.published_memory(figure.value, MemoryUnit(figure.unit), ours) if ours else None
        detail = _filled(figure, ours) if ours else ""
    else:
        detail = ""
        theirs = figure.value * MemoryUnit(figure.unit).size
        estimate = formatting.gigabytes(ours) if ours else None
    return Check(figure, estimate, (Decimal(ours) - theirs) / theirs if ours else None, detail)


def _filled(figure: PublishedMemory, devices: int) -> str:
    """“77 of 77.3 GB usable”."""
    shape, tokens = Shape.of(figure.variant), figure.context_tokens or USUAL_CONTEXT
    needed = formulas.need(shape, figure.weight_format_choice, tokens=tokens, devices=devices)
    if needed is None:
        return ""
    room = formatting.gigabytes(formulas.usable(int(figure.value), devices=devices))
    return f"{formatting.gigabytes(needed.total).text.removesuffix(' GB')} of {room} usable"


@dataclass(frozen=True, slots=True)
class Checks:
    """All figures by kind, with the nearest and the farthest estimate of each kind."""

    groups: list[CheckGroup]

    @property
    def count(self) -> int:
        return sum(len(group.checks) for group in self.groups)


@dataclass(frozen=True, slots=True)
class CheckGroup:
    kind: PublishedKind
    checks: list[Check]

    @property
    def _by_distance(self) -> list[Check]:
        return sorted((c for c in self.checks if c.share is not None), key=lambda c: abs(c.share or Decimal(0)))

    @property
    def best(self) -> Check | None:
        return next(iter(self._by_distance), None)

    @property
    def all_alike(self) -> bool:
        """Nearest and farthest read the same, so that to name them would say nothing."""
        return len({str(check.deviation) for check in self._by_distance}) == 1

    @property
    def worst(self) -> Check | None:
        return next(reversed(self._by_distance), None)


def checks(figures: Sequence[PublishedMemory]) -> Checks:
    found = [check(figure) for figure in figures]
    groups = [
        CheckGroup(kind, of_kind)
        for kind in PublishedKind
        if (of_kind := [each for each in found if each.figure.kind == kind])
    ]
    return Checks(groups)
