"""Finds room for labels, so that no two of them overlap and none leaves the chart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

# Wider than the average letter of a system sans, so that an estimate is rarely too small.
LETTER_WIDTH = 0.62
LINE_HEIGHT = 1.3
# How many lines away from its point a label may stand before it is left out.
FARTHEST = 24


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, other: Box) -> bool:
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True, slots=True)
class Label:
    """Text whose left end stands at ``x`` on the baseline ``y``; ``line`` leads to its point if it is away from it."""

    text: str
    x: float
    y: float
    box: Box
    line: tuple[float, float, float, float] | None = None


@dataclass(slots=True)
class Labels:
    """Places one label after another around what is already taken."""

    area: Box
    size: float
    taken: list[Box] = field(default_factory=list)

    def take(self, x: float, y: float, radius: float) -> None:
        """Keep labels off a point."""
        self.taken.append(Box(x - radius, y - radius, x + radius, y + radius))

    def place(self, text: str, x: float, y: float, radius: float) -> Label | None:
        """The label at the free place nearest to its point; None if there is none.

        A chart with a hundred points has no room for a hundred names: those
        left out stand in its table.
        """
        width = len(text) * self.size * LETTER_WIDTH
        height = self.size * LINE_HEIGHT
        for left, middle in self._candidates(x, y, radius, width, height):
            box = Box(left, middle - height / 2, left + width, middle + height / 2)
            if box.within(self.area) and not any(box.overlaps(other) for other in self.taken):
                self.taken.append(box)
                return Label(
                    text, round(left, 1), round(middle + self.size * 0.35, 1), box, self._leader(x, y, radius, box)
                )
        return None

    def _candidates(
        self, x: float, y: float, radius: float, width: float, height: float
    ) -> Iterator[tuple[float, float]]:
        """(left edge, middle) of places for the label, nearest first."""
        beside = (x + radius + 3, x - radius - 3 - width)
        for step in range(FARTHEST):
            for middle in (y - step * height / 2, y + step * height / 2) if step else (y,):
                yield from ((left, middle) for left in beside)
                if abs(middle - y) > radius + height / 2:
                    yield x - width / 2, middle

    @staticmethod
    def _leader(x: float, y: float, radius: float, box: Box) -> tuple[float, float, float, float] | None:
        middle = (box.top + box.bottom) / 2
        if abs(middle - y) <= (box.bottom - box.top) + radius:
            return None
        end_x = min(max(x, box.left), box.right)
        end_y = box.bottom if middle < y else box.top
        return (x, y, round(end_x, 1), round(end_y, 1))
