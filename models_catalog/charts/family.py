"""The family: every size of every release by date and parameters, its context as the size of the mark."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from models_catalog import formatting
from models_catalog.models import Release, Variant
from models_catalog.sizes import sizes

from .labels import Box, Label, Labels
from .scales import LogScale, TimeScale
from .shapes import LegendEntry, Mark, Tick, legend_entry, outline

SHAPES = {
    Release.Branch.CORE: "circle",
    Release.Branch.CODE: "square",
    Release.Branch.SAFEGUARD: "diamond",
}
# The mark of a model whose context is not stated.
SMALLEST = 4.0


@dataclass(frozen=True, slots=True)
class Spine:
    """The line that joins the sizes of one release."""

    x1: float
    y1: float
    x2: float
    y2: float
    css: str


@dataclass(slots=True)
class Drawing:
    name: str  # "wide" or "narrow": CSS shows one of them
    width: int
    height: int
    text_size: float
    area: Box
    dates: list[Tick] = field(default_factory=list)
    parameters: list[Tick] = field(default_factory=list)
    spines: list[Spine] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    @property
    def time_runs_down(self) -> bool:
        return self.name == "narrow"


@dataclass(frozen=True, slots=True)
class FamilyChart:
    title: str
    description: str
    drawings: list[Drawing]
    legend: list[LegendEntry]


def radius_of(context_tokens: int | None) -> float:
    """Grows by the same step each time the context doubles: 2K → 4, 128K → 8, 10M → 12."""
    if not context_tokens:
        return SMALLEST
    return round(SMALLEST + max(0.0, math.log2(context_tokens / 2048)) * 0.66, 1)


def _css(release: Release) -> str:
    announced = " chart__mark--announced" if release.status == Release.Status.ANNOUNCED else ""
    return f"chart__mark--{release.branch}{announced}"


def _title(release: Release, variant: Variant) -> str:
    day = formatting.day(release.released_on, release.date_precision)
    size = formatting.parameters(variant.parameters_total, variant.parameters_qualifier)
    return f"{release.name}, {size} parameters, {day}"


def _draw(name: str, rows: list[tuple[Release, list[Variant]]]) -> Drawing:
    if name == "wide":
        drawing = Drawing(name, 1040, 560, 14, Box(58, 12, 1028, 520))
        time = TimeScale.over([r.released_on for r, _ in rows], drawing.area.left + 8, drawing.area.right)
        bottom, top = drawing.area.bottom - 8, drawing.area.top + 12
    else:
        height = 760
        drawing = Drawing(name, 380, height, 13, Box(4, 28, 376, height - 4))
        time = TimeScale.over([r.released_on for r, _ in rows], drawing.area.top + 8, drawing.area.bottom)
        bottom, top = 42, drawing.area.right - 14
    totals = [v.parameters_total for _, variants in rows for v in variants]
    scale = LogScale.over(totals, bottom, top)
    drawing.dates = [Tick(time(day), str(day.year)) for day in time.years(at_most=12)]
    drawing.parameters = [Tick(scale(n), formatting.parameters(n).text) for n in scale.decades()]

    placer = Labels(drawing.area, drawing.text_size)
    for tick in drawing.dates:
        # The years stand inside the plot of the narrow drawing.
        if drawing.time_runs_down:
            placer.taken.append(Box(0, tick.at - 4, 36, tick.at + 16))
    anchors: list[tuple[Release, Mark]] = []
    for release, variants in rows:
        marks = []
        for variant in variants:
            at, size = time(release.released_on), scale(variant.parameters_total)
            x, y = (size, at) if drawing.time_runs_down else (at, size)
            r = radius_of(variant.context_tokens or release.context_tokens)
            path = outline(SHAPES[Release.Branch(release.branch)], x, y, r)
            marks.append(Mark(x, y, r, path, _css(release), _title(release, variant)))
            placer.take(x, y, r)
        first, last = marks[0], marks[-1]
        if len(marks) > 1:
            drawing.spines.append(Spine(first.x, first.y, last.x, last.y, _css(release)))
        drawing.marks += marks
        anchors.append((release, last))
    # Core models first: they have the best claim to the places beside their marks.
    anchors.sort(key=lambda anchor: list(SHAPES).index(Release.Branch(anchor[0].branch)))
    for release, mark in anchors:
        label = placer.place(release.name, mark.x, mark.y, mark.radius)
        if label:
            drawing.labels.append(label)
    # Large marks below small ones, so that none is hidden.
    drawing.marks.sort(key=lambda mark: -mark.radius)
    return drawing


def _description(rows: list[tuple[Release, list[Variant]]]) -> str:
    first, last = rows[0][0], rows[-1][0]
    everything = [variant for _, variants in rows for variant in variants]
    least = min(everything, key=lambda v: v.parameters_total)
    most = max(everything, key=lambda v: v.parameters_total)
    period = " to ".join(dict.fromkeys(formatting.month(day).text for day in (first.released_on, last.released_on)))
    return (
        f"{len(rows)} release{'s' if len(rows) != 1 else ''}, {period}, by date and by parameters on a logarithmic scale, from "
        f"{formatting.parameters(least.parameters_total, least.parameters_qualifier)} ({least.release.name}) to "
        f"{formatting.parameters(most.parameters_total, most.parameters_qualifier)} ({most.release.name}). "
        "Larger marks have longer context windows. A table on this page holds the same data."
    )


def _legend(rows: list[tuple[Release, list[Variant]]]) -> list[LegendEntry]:
    branches = [Release.Branch(branch) for branch in SHAPES if any(r.branch == branch for r, _ in rows)]
    entries = [legend_entry(SHAPES[branch], f"chart__mark--{branch}", str(branch.label)) for branch in branches]
    if any(r.status == Release.Status.ANNOUNCED for r, _ in rows):
        entries.append(
            legend_entry("circle", "chart__mark--core chart__mark--announced", Release.Status.ANNOUNCED.label)
        )
    return entries


def family_chart(releases: list[Release]) -> FamilyChart | None:
    """Of releases read with their facts; those without a checkpoint have no size to show."""
    rows = [(release, sizes(release)) for release in sorted(releases, key=lambda r: (r.released_on, r.name))]
    rows = [(release, variants) for release, variants in rows if variants]
    if not rows:
        return None
    return FamilyChart(
        title="The family by date, size and context",
        description=_description(rows),
        drawings=[_draw("wide", rows), _draw("narrow", rows)],
        legend=_legend(rows),
    )
