"""Context windows compared, on a logarithmic scale: a row for each release."""

from __future__ import annotations

from dataclasses import dataclass, field

from models_catalog import formatting
from models_catalog.models import Release

from .family import SHAPES
from .scales import LogScale
from .shapes import Mark, Tick, outline

ROW = 26
TOP = 30


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    value: str
    y: float
    text_y: float
    value_x: float
    mark: Mark


@dataclass(slots=True)
class Drawing:
    name: str
    width: int
    height: int
    text_size: float
    left: float
    ticks: list[Tick] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ContextChart:
    title: str
    description: str
    drawings: list[Drawing]


def _draw(name: str, releases: list[tuple[Release, int]]) -> Drawing:
    wide = name == "wide"
    width, left, size = (1040, 230, 14) if wide else (380, 182, 13)
    drawing = Drawing(name, width, TOP + ROW * len(releases) + 8, size, left)
    scale = LogScale.over([n for _, n in releases], left + 8, width - 52)
    letters = int(left / (size * 0.56))
    # On a phone every second power of ten is enough, and all that its width has room for.
    decades = list(scale.decades())
    drawing.ticks = [Tick(scale(n), formatting.tokens(n).text) for n in (decades if wide else decades[::2])]
    for index, (release, number) in enumerate(releases):
        y = TOP + ROW * index + ROW / 2
        x = scale(number)
        value = formatting.tokens(number)
        shape = SHAPES[Release.Branch(release.branch)]
        mark = Mark(x, y, 6, outline(shape, x, y, 6), f"chart__mark--{release.branch}", f"{release.name}: {value}")
        text = release.name if len(release.name) <= letters else f"{release.name[: letters - 1].rstrip()}…"
        drawing.rows.append(Row(text, value.text, y, round(y + size * 0.35, 1), round(x + 12, 1), mark))
    return drawing


def context_chart(releases: list[Release]) -> ContextChart | None:
    """Of the releases whose context window is stated, the longest first."""
    stated = [(release, release.context_tokens) for release in releases if release.context_tokens]
    if not stated:
        return None
    stated.sort(key=lambda row: (-row[1], row[0].released_on, row[0].name))
    (longest, most), (shortest, least) = stated[0], stated[-1]
    return ContextChart(
        title="Context windows, on a logarithmic scale",
        description=(
            f"{len(stated)} release{'s' if len(stated) != 1 else ''}, from {formatting.tokens(most)} tokens ({longest.name}) to "
            f"{formatting.tokens(least)} ({shortest.name}). A table on this page holds the same data."
        ),
        drawings=[_draw("wide", stated), _draw("narrow", stated)],
    )
