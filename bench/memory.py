"""What a large ledger costs a whole crawl that finds nothing new."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from bench import synthetic
from bench.figures import Figure
from bench.processes import measured
from tests.crawling import command, crawl, crawl_arguments
from tests.replica import Plan, Replica

ARTICLES = 300
"""Of the replica, enough for every section to show some; both ledgers hold them too."""

RUNS = 3


def figures(made: Path, empty: Path) -> list[Figure]:
    """The memory of a no-change crawl over a made-up ledger and over an otherwise empty one."""
    synthetic.settle(made)
    with Replica(Plan(articles=ARTICLES)) as replica:
        small, large = (_no_change(replica, output) for output in (empty, made))
    return [
        Figure("no-change crawl, most memory, empty ledger", small, "MB"),
        Figure("no-change crawl, most memory, this ledger", large, "MB"),
        Figure("no-change crawl, growth of memory", large - small, "MB", limit=50),
    ]


def _no_change(replica: Replica, output: Path) -> float:
    """MB (10^6 bytes) at the most of a crawl after a first one, the median of several."""
    first = crawl(replica, output, timeout=600)
    if first.code or not first.report["articles"]["new"]:
        raise RuntimeError(f"the first crawl ended with {first.code}: {first.stderr}")
    before = len(replica.requests)
    again = command(*crawl_arguments(output))
    most = median(measured(again, proxy=replica.proxy).memory_mb for _ in range(RUNS))
    if asked := [request.url for request in replica.requests[before:] if "/t20" in request.url]:
        raise RuntimeError(f"articles were asked again: {asked}")
    return most
