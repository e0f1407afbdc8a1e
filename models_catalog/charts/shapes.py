"""Marks told apart by outline as well as by color."""

from __future__ import annotations

from dataclasses import dataclass


def _numbers(*values: float) -> str:
    return " ".join(f"{value:.1f}".rstrip("0").rstrip(".") for value in values)


def outline(shape: str, x: float, y: float, r: float) -> str:
    """The path of a circle, square, diamond or triangle of about the same area around a point."""
    if shape == "square":
        s = r * 0.89
        return f"M{_numbers(x - s, y - s)}h{_numbers(2 * s)}v{_numbers(2 * s)}h{_numbers(-2 * s)}z"
    if shape == "diamond":
        s = r * 1.25
        return f"M{_numbers(x, y - s)}l{_numbers(s, s)} {_numbers(-s, s)} {_numbers(-s, -s)}z"
    if shape == "triangle":
        s = r * 1.2
        return f"M{_numbers(x, y - s)}l{_numbers(s * 1.04, s * 1.8)}h{_numbers(-2.08 * s)}z"
    a = f"a{_numbers(r, r)} 0 1 0"
    return f"M{_numbers(x - r, y)}{a} {_numbers(2 * r, 0)}{a} {_numbers(-2 * r, 0)}z"


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of a chart. ``css`` is the class that colors it, ``title`` what it shows when pointed at."""

    x: float
    y: float
    radius: float
    path: str
    css: str
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its text. For a vertical line ``at`` is its x, for a horizontal one its y."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class LegendEntry:
    path: str
    css: str
    text: str


def legend_entry(shape: str, css: str, text: str, radius: float = 6) -> LegendEntry:
    return LegendEntry(outline(shape, 8, 8, radius), css, text)
