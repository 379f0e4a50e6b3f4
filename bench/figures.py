"""Figures, and the table and the file in which the benchmarks give them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from jcnews_spider.console import table


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says; each part has its own idea of what is left out."""

    articles: int | None = None
    rounds: int | None = None
    corpus: Path | None = None
    """Folder with pages/*.html and labels/*.json."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A thing that was measured."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    """The most it may be; None where there is no such goal."""
    least: float | None = None
    """The least it may be."""
    spread: tuple[float, float] | None = None
    """The lowest and the highest of the rounds whose median the value is."""

    @classmethod
    def of(cls, name: str, values: Iterable[float], unit: str, **goal: float | None) -> Figure:
        """The median of some rounds."""
        every = list(values)
        return cls(name, median(every), unit, spread=(min(every), max(every)), **goal)

    @property
    def is_kept(self) -> bool:
        """False when the goal is missed."""
        return (self.limit is None or self.value <= self.limit) and (self.least is None or self.value >= self.least)

    @property
    def goal(self) -> str:
        """As it is printed."""
        signs = (("≤", self.limit), ("≥", self.least))
        return ", ".join(f"{sign} {_number(value)}" for sign, value in signs if value is not None)

    def to_json(self) -> dict[str, Any]:
        """For the file of a run."""
        return asdict(self) | {"kept": self.is_kept}


def table_of(parts: Mapping[str, Sequence[Figure]]) -> str:
    """One table over the figures of all parts."""
    rows = [
        ("" if place else part, figure.name, f"{_number(figure.value)} {figure.unit}".rstrip(), _spread(figure),
         figure.goal, _kept(figure))
        for part, figures in parts.items()
        for place, figure in enumerate(figures)
    ]  # fmt: skip
    return table(("part", "figure", "measured", "spread", "goal", "kept"), rows)


def say(line: str) -> None:
    """Tells how far it is, beside what is measured."""
    print(line, file=sys.stderr, flush=True)


def median_us(work: Callable[[int], object], times: int) -> float:
    """Microseconds of a call, the median of many; the call is told how many went before."""
    taken = []
    for number in range(times):
        started = time.perf_counter_ns()
        work(number)
        taken.append(time.perf_counter_ns() - started)
    return median(taken) / 1000


def rss_mb(name: str = "VmRSS") -> float:
    """Memory of this process in MB (10^6 bytes): VmRSS now, VmHWM at its highest."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    line = next(line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024 / 1e6


def _spread(figure: Figure) -> str:
    return "–".join(map(_number, figure.spread)) if figure.spread else ""


def _kept(figure: Figure) -> str:
    return ("yes" if figure.is_kept else "NO") if figure.goal else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
