"""The runs as plots: what each brought, what failed, which fields its records had; and the days of each section."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from jcnews_spider.archive.ledger.runs import PastRun
from jcnews_spider.browse.plots import Plot, Point, plot
from jcnews_spider.clock import utc

DAYS = 60
"""Days that are plotted, up to the latest one with an article."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What a run's report says."""

    news: int
    """New and updated articles."""
    asked: int
    """Addresses."""
    failed: int
    coverage: Mapping[str, float] = field(default_factory=dict)
    """Share of its records that have a field."""


def reported(root: Path, run: PastRun) -> Reported | None:
    """The report of a run; None where there is none, or it cannot be understood."""
    try:
        report = json.loads((root / "runs" / f"{run.run_id}.json").read_text(encoding="utf-8"))
        return Reported(
            int(report["articles"]["new"]) + int(report["articles"]["updated"]),
            int(report["addresses"]["asked"]),
            int(report["addresses"]["failed"]),
            {str(name): float(share) for name, share in report["coverage"].items()},
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


@dataclass(frozen=True, slots=True)
class Named:
    """A plot with its name and what it comes to."""

    name: str
    plot: Plot
    sum: str


def of_runs(runs: Sequence[tuple[PastRun, Reported | None]]) -> tuple[Plot, Plot]:
    """(what each run brought, what failed), oldest run first."""
    news, failed = [], []
    for run, report in runs:
        name = moment(run)
        news.append(Point(name, report.news if report else None, str(report.news) if report else ""))
        shown = f"{report.failed} / {report.asked}" if report else ""
        failed.append(Point(name, report.failed if report else None, shown))
    return plot(news), plot(failed)


def of_coverage(runs: Sequence[tuple[PastRun, Reported | None]]) -> list[Named]:
    """A plot for each field, of the runs that wrote records; the sum is that of the newest one."""
    told = [(run, report) for run, report in runs if report and report.coverage]
    names = sorted({name for _, report in told for name in report.coverage})
    found = []
    for name in names:
        shares = [(moment(run), report.coverage.get(name, 0.0)) for run, report in told]
        points = [Point(when, share, f"{share:.1%}") for when, share in shares]
        found.append(Named(name, plot(points, top=1), points[-1].shown))
    return found


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """The name of each section by its path, with the path behind one that several have."""
    counts = Counter(names.values())
    return {path: name if counts[name] == 1 else f"{name} ({path})" for path, name in names.items()}


def of_sections(days: Mapping[str, Mapping[str, int]], names: Mapping[str, str], last: date) -> list[Named]:
    """A plot of the days up to the last for each section by its path, all of one scale; the fullest first."""
    span = [(last - timedelta(days=back)).isoformat() for back in reversed(range(DAYS))]
    top = max((counts.get(day, 0) for counts in days.values() for day in span), default=0)
    totals = {path: sum(counts.get(day, 0) for day in span) for path, counts in days.items()}
    found = []
    for path in sorted(filter(totals.get, totals), key=lambda path: -totals[path]):
        counts = days[path]
        points = [Point(day, counts.get(day), str(counts.get(day, 0))) for day in span]
        found.append(Named(names[path], plot(points, top), str(totals[path])))
    return found


def first_day(last: date) -> date:
    """The first of the days that are plotted up to the last."""
    return last - timedelta(days=DAYS - 1)


def moment(run: PastRun) -> str:
    """When a run began, UTC: `2022-10-09 02:28`."""
    return utc(run.started)[:16].replace("T", " ")
