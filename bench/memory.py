"""What a large ledger costs a whole crawl that finds nothing new."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median

from bench import synthetic
from bench.figures import Figure, rss_mb
from tests.crawling import crawl, start
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
    most = median(_most_mb(replica, output) for _ in range(RUNS))
    if asked := [request.url for request in replica.requests[before:] if "/t20" in request.url]:
        raise RuntimeError(f"articles were asked again: {asked}")
    return most


def _most_mb(replica: Replica, output: Path) -> float:
    """The most memory that one crawl has held."""
    own = rss_mb("VmHWM")  # Linux counts what the parent held at the exec as the child's
    process = start(replica, output)
    log = process.stderr.read() if process.stderr else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    most = usage.ru_maxrss * 1024 / 1e6
    if process.returncode or most <= own:
        raise RuntimeError(f"ended with {process.returncode}, {most:.0f} MB beside our own {own:.0f}: {log}")
    return most
