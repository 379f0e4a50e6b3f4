"""`python -m bench.no_change`: what a run costs that finds nothing new (DESIGN.md §2.4).

The replica is crawled twice at once, and a third time two days later by the run's clock, when rechecks are due.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.figures import Figure, report
from jcnews_spider import clock
from jcnews_spider.sites import SITES
from tests.crawling import Run, crawl
from tests.replica import Logged, Plan, Replica
from tests.replica.plan import NEWEST_AT

AGES_S = tuple(days * 86_400 for days in (1, 3, 7))
FIRST_AT = NEWEST_AT + 6 * 3600
"""UTC seconds at which the first crawl believes to run; the newest documents are some hours old."""

LATER_S = 2 * 86_400


@dataclass(frozen=True, slots=True)
class NoChange:
    """A run over a site that has not changed."""

    run: Run
    requests: list[Logged]
    segments: int
    """That it made."""
    seconds: float

    def asked(self) -> tuple[list[str], list[str]]:
        """(addresses of lists and robots.txt, addresses of articles), in the order in which they were asked."""
        urls = [request.url for request in self.requests]
        return [url for url in urls if "/t20" not in url], [url for url in urls if "/t20" in url]


def first_crawl(replica: Replica, output: Path) -> Run:
    """A whole crawl that believes to run at FIRST_AT."""
    return crawl(replica, output, timeout=1800, shim=_clock(FIRST_AT))


def again(replica: Replica, output: Path, at: float) -> NoChange:
    """Another crawl, that believes to run at a time in UTC seconds."""
    before, segments, started = len(replica.requests), _segments(output), time.monotonic()
    run = crawl(replica, output, timeout=1800, shim=_clock(at))
    seconds = time.monotonic() - started
    return NoChange(run, replica.requests[before:], _segments(output) - segments, seconds)


def due(gold: Iterable[Mapping[str, Any]], checked: float, now: float) -> int:
    """Number of article pages due at a time, of a site that was crawled whole at an earlier one.

    Articles at an age of AGES_S that lies between, each of their pages; stubs and pages without a body once, for
    their first retry comes after an hour.
    """
    pages = 0
    for record in gold:
        if not record["listed"]:
            continue
        if record["expect"] != "article":
            pages += now - checked >= 3600
            continue
        published = _published(record)
        if any(checked - published < age <= now - published for age in AGES_S):
            pages += record["pages"]
    return pages


def sections() -> int:
    """Number of list pages that a run without news asks."""
    return len(SITES["jcnews"].sections)


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 1 when a limit is broken, else 0."""
    articles: int = _parser().parse_args(arguments).articles
    with tempfile.TemporaryDirectory(prefix="bench-no-change-") as folder, Replica(Plan(articles=articles)) as replica:
        output, started = Path(folder, "output"), time.monotonic()
        first = first_crawl(replica, output)
        seconds = time.monotonic() - started
        at_once, later = (again(replica, output, at) for at in (FIRST_AT + 60 + seconds, FIRST_AT + LATER_S))
        gold = list(replica.gold())
        records = len(first.records)
    figures = [
        Figure("first crawl, records", records, ""),
        Figure("first crawl", seconds, "s"),
        *_figures("at once", at_once, 0),
        *_figures("two days later", later, due(gold, FIRST_AT, FIRST_AT + LATER_S)),
    ]
    codes = [run.code for run in (first, at_once.run, later.run)]
    return report(
        f"no change, {articles:,} articles", [*figures, Figure("exit codes, highest", max(codes), "", limit=0)]
    )


def _figures(name: str, found: NoChange, due_pages: int) -> list[Figure]:
    return [
        Figure(f"{name}: requests", len(found.requests), "", limit=sections() + 1 + due_pages),
        Figure(f"{name}: of articles", len(found.asked()[1]), "", limit=due_pages),
        Figure(f"{name}: new segments", found.segments, "", limit=0),
        Figure(f"{name}: took", found.seconds, "s"),
    ]


def _published(record: Mapping[str, Any]) -> int:
    """UTC seconds; without a date, the beginning of the day in the address."""
    name = record["url"].rpartition("/t")[2]
    return clock.seconds_of(record["published_at"] or str(datetime.strptime(name[:8], "%Y%m%d").date()))  # noqa: DTZ007


def _clock(at: float) -> list[str]:
    """The twist that lets a run believe that it is a time, in UTC seconds, and stays so, however long it takes."""
    return [f"--at={at:.0f}"]


def _segments(output: Path) -> int:
    return len(list(output.glob("articles/*.jsonl")))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.no_change", description=__doc__)
    parser.add_argument("--articles", type=int, default=2000, help="documents of the replica (2000)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
