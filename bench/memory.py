"""What a large ledger costs a whole crawl that finds nothing new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import synthetic
from bench.figures import Figure
from bench.processes import Taken, measured
from tests.crawling import command, crawl, crawl_arguments
from tests.replica import Plan, Replica

ARTICLES = 300
"""Of the replica, enough for every section to show some; the ledger holds them too."""

RUNS = 3
GROWTH_MB = 50


def figures(made: Path, empty: Path, articles: int) -> Iterator[Figure]:
    """Time and memory over a made-up ledger and over an otherwise empty one."""
    synthetic.settle(made)
    large = list(without_news(made, f"{articles:,} articles"))
    small = list(without_news(empty, "empty ledger"))
    yield from small + large
    growth = large[-1].value - small[-1].value
    yield Figure("run without news, growth of memory", growth, "MB", limit=GROWTH_MB)


def without_news(root: Path, name: str) -> Iterator[Figure]:
    """Seconds and MB (10^6 bytes) at the most of a crawl after a first one, the median of several."""
    taken = _taken(root)
    yield Figure.of(f"{name}: run without news", [one.seconds for one in taken], "s")
    yield Figure.of(f"{name}: run without news, most memory", [one.memory_mb for one in taken], "MB")


def _taken(root: Path) -> list[Taken]:
    with Replica(Plan(articles=ARTICLES)) as replica:
        first = crawl(replica, root, timeout=600)
        if first.code or not first.report["articles"]["new"]:
            raise RuntimeError(f"the first crawl ended with {first.code}: {first.stderr[-2000:]}")
        before = len(replica.requests)
        taken = [measured(command(*crawl_arguments(root)), proxy=replica.proxy) for _ in range(RUNS)]
        if asked := [request.url for request in replica.requests[before:] if "/t20" in request.url]:
            raise RuntimeError(f"{len(asked)} articles were asked again, the first is {asked[0]}")
    return taken
