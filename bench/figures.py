"""Figures, and the table in which a benchmark prints them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from jcnews_spider.console import table


@dataclass(frozen=True, slots=True)
class Figure:
    """A thing that was measured."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    """The most it may be; None where it is only told."""

    @property
    def is_kept(self) -> bool:
        """False when the limit is broken."""
        return self.limit is None or self.value <= self.limit


def report(title: str, figures: Iterable[Figure]) -> int:
    """Prints the table; exit code 1 when a limit is broken, else 0."""
    kept = list(figures)
    print(table((title, "measured", "limit", ""), [_row(figure) for figure in kept]))
    broken = [figure.name for figure in kept if not figure.is_kept]
    if broken:
        print(f"limit broken: {', '.join(broken)}", file=sys.stderr)
    return int(bool(broken))


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


def _row(figure: Figure) -> tuple[str, str, str, str]:
    limit = "" if figure.limit is None else f"≤ {_number(figure.limit)}"
    return figure.name, f"{_number(figure.value)} {figure.unit}", limit, "" if figure.is_kept else "BROKEN"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
