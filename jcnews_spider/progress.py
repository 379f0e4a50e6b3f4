"""How far a run is, in words: what the bar on a terminal and the lines of a log say."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

WINDOW_S = 60
"""Seconds over which a pace is taken: long enough for a pause of a retry, short enough to see a site slow down."""

LEAST_S = 2
"""Seconds before a pace is told: the first pages say nothing."""


class Phase(StrEnum):
    """What a run is at."""

    LISTS = "Lists"
    ARTICLES = "Articles"
    SEALING = "Sealing"
    STOPPING = "Stopping"
    ENDED = "Ended"


@dataclass(frozen=True, slots=True)
class State:
    """A run at one moment."""

    phase: Phase
    sections_done: int
    sections: int
    """To be walked, as far as is known: a name may still have to be looked up."""
    asked: int
    """Articles that were due and are settled, whatever came of them."""
    due: int
    """Articles to be asked in this run, 0 while the lists are walked."""
    new: int
    updated: int
    failed: int
    """Addresses, those of lists too."""
    pages: int
    """Answers that came, images and further pages too."""
    section: str = ""
    """Path of the one whose list is read, empty when none is."""
    exit_code: int | None = None
    """None until the run has ended."""

    @property
    def share(self) -> float | None:
        """How much of the articles, or else of the sections, is done, from 0 to 1; None when nobody knows."""
        done, whole = (self.asked, self.due) if self.due else (self.sections_done, self.sections)
        return done / whole if whole else None


class Pace:
    """How fast something that only grows has grown of late."""

    def __init__(self) -> None:
        self._notes: deque[tuple[float, int]] = deque()

    def note(self, moment: float, number: int) -> None:
        """Takes in the number that there are at a moment, in seconds of a clock that never goes back."""
        self._notes.append((moment, number))
        while len(self._notes) > 2 and moment - self._notes[1][0] >= WINDOW_S:
            self._notes.popleft()

    @property
    def per_s(self) -> float | None:
        """Growth in a second, None while it is too early to say."""
        if not self._notes:
            return None
        (begin, before), (end, after) = self._notes[0], self._notes[-1]
        return (after - before) / (end - begin) if end - begin >= LEAST_S else None


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast a run goes, None while it is too early to say."""

    pages_per_s: float | None
    articles_per_s: float | None

    def left_s(self, state: State) -> float | None:
        """Seconds until what is due is asked, None when nobody knows."""
        if state.phase is not Phase.ARTICLES or not self.articles_per_s:
            return None
        return max(0, state.due - state.asked) / self.articles_per_s


def heading(state: State) -> str:
    """How much of the articles, or else of the sections, is done."""
    return f"{state.asked:,}/{state.due:,}" if state.due else f"{state.sections_done}/{state.sections}"


def counts(state: State, rates: Rates) -> list[str]:
    """What came of it so far, the most important first."""
    left = rates.left_s(state)
    parts = [] if state.exit_code is None else [f"exit {state.exit_code}"]
    parts += [f"{state.new:,} new", f"{state.updated:,} updated", f"{state.failed:,} failed"]
    if left is not None:
        parts.append(f"{duration(left)} left")
    if rates.pages_per_s is not None:
        parts.append(f"{round(rates.pages_per_s * 60):,} pages/min")
    if state.phase is not Phase.LISTS:
        parts.append(f"{state.sections_done}/{state.sections} sections")
    if state.section:
        parts.append(state.section)
    return parts


def line(state: State, rates: Rates) -> str:
    """The articles for a log."""
    return f"articles: {state.asked:,} of {state.due:,} due are asked; {', '.join(counts(state, rates))}"


def fitting(parts: Sequence[str], width: int, *, cells: Sequence[int]) -> str:
    """The first parts that fit between dots into so many cells, given the cells of each."""
    between = " · "
    shown, used = 0, -len(between)
    for size in cells:
        used += len(between) + size
        if used > width:
            break
        shown += 1
    return between.join(parts[:shown])


def duration(seconds: float) -> str:
    """A time for people, never too short."""
    if seconds < 60:
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
