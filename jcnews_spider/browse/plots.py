"""Bars for inline SVG: where each stands, in a frame of fixed height."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STEP, GAP, HEIGHT = 10, 2, 60
"""Width of a bar with the gap behind it, that gap, and the height of the frame."""

FEWEST = 30
"""Places of a frame, also where there are fewer bars: two runs are no two walls."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, from the left and from the top."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Some bars."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    first: str
    """Name of the first place."""
    last: str
    top: float
    """Value of a bar as high as the frame."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value and its place's name; None where there is no value."""

    name: str
    value: float | None
    shown: str
    """The value for people."""


def plot(points: Sequence[Point], top: float | None = None) -> Plot:
    """A bar for each value above 0, from the left; the highest fills the frame unless a top is given."""
    highest = top or max((point.value or 0 for point in points), default=0) or 1
    bars = []
    for place, point in enumerate(points):
        if point.value:
            height = max(1, round(min(point.value / highest, 1) * HEIGHT, 2))
            bars.append(Bar(place * STEP, HEIGHT - height, STEP - GAP, height, f"{point.name}: {point.shown}"))
    first, last = (points[0].name, points[-1].name) if points else ("", "")
    return Plot(tuple(bars), max(FEWEST, len(points)) * STEP, HEIGHT, first, last, highest)
