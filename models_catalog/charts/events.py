"""The timeline: a lane for each kind of event along a time axis."""

from __future__ import annotations

from dataclasses import dataclass, field

from models_catalog import formatting
from models_catalog.models import TimelineEvent

from .labels import Box, Label, Labels
from .scales import TimeScale
from .shapes import Mark, Tick, outline

SHAPES = {
    TimelineEvent.Kind.RELEASE: "circle",
    TimelineEvent.Kind.ANNOUNCEMENT: "triangle",
    TimelineEvent.Kind.RESEARCH: "square",
    TimelineEvent.Kind.LICENSE: "diamond",
    TimelineEvent.Kind.PARTNERSHIP: "square",
    TimelineEvent.Kind.INCIDENT: "triangle",
    TimelineEvent.Kind.PRODUCT: "circle",
}
TOP = 30
RADIUS = 6
STACK = 2 * RADIUS + 1
HIGHEST = 2


@dataclass(frozen=True, slots=True)
class Lane:
    text: str
    y: float
    text_x: float
    text_y: float


@dataclass(slots=True)
class Drawing:
    name: str
    width: int
    height: int
    text_size: float
    left: float
    ticks: list[Tick] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EventsChart:
    title: str
    description: str
    drawings: list[Drawing]


def _level(x: float, marks: list[Mark], lane: float) -> int:
    """How high a mark stands above its lane, so that events of the same days do not hide one another."""
    near = {round((lane - mark.y) / STACK) for mark in marks if abs(mark.x - x) < 2 * RADIUS}
    return next((level for level in range(HIGHEST) if level not in near), HIGHEST)


def _draw(name: str, events: list[TimelineEvent]) -> Drawing:
    wide = name == "wide"
    width, left, size, row = (1040, 170, 14, 60) if wide else (380, 8, 13, 66)
    kinds = [kind for kind in TimelineEvent.Kind if any(event.kind == kind for event in events)]
    drawing = Drawing(name, width, TOP + row * len(kinds) + 4, size, left)
    time = TimeScale.over([event.happened_on for event in events], left + 10, width - 10)
    drawing.ticks = [Tick(time(day), str(day.year)) for day in time.years(at_most=12 if wide else 6)]
    for index, kind in enumerate(kinds):
        top = TOP + row * index
        y = top + row - (16 if wide else 14)
        of_kind = [event for event in events if event.kind == kind]
        text = str(kind.label) if wide else f"{kind.label}: {len(of_kind)}"
        drawing.lanes.append(Lane(text, y, 0 if wide else left, round(y + size * 0.35, 1) if wide else top + 18))
        placer = Labels(Box(left, top + 1, width, top + row), size)
        marks: list[Mark] = []
        for event in of_kind:
            x = time(event.happened_on)
            at = y - _level(x, marks, y) * STACK
            day = formatting.day(event.happened_on, event.date_precision)
            css = f"chart__mark--{event.kind}"
            marks.append(Mark(x, at, RADIUS, outline(SHAPES[kind], x, at, RADIUS), css, f"{day}: {event.title}"))
            placer.take(x, at, RADIUS)
        drawing.marks += marks
        if wide:
            # Only what the hub counts as news is named; everything is in the list below.
            named = ((m, e) for m, e in zip(marks, of_kind, strict=True) if e.is_headline and len(e.title) <= 44)
            drawing.labels += [
                label for mark, event in named if (label := placer.place(event.title, mark.x, mark.y, RADIUS))
            ]
    return drawing


def events_chart(events: list[TimelineEvent]) -> EventsChart | None:
    if not events:
        return None
    ordered = sorted(events, key=lambda event: (event.happened_on, event.slug))
    first, last = ordered[0], ordered[-1]
    period = " to ".join(dict.fromkeys(formatting.month(event.happened_on).text for event in (first, last)))
    return EventsChart(
        title="Milestones by date and kind",
        description=(
            f"{len(ordered)} event{'s' if len(ordered) != 1 else ''}, {period}, in a lane for each kind: from “{first.title}” to “{last.title}”. "
            "A table on this page holds the same data."
        ),
        drawings=[_draw("wide", ordered), _draw("narrow", ordered)],
    )
