"""Runs after a first one, over 20,000 articles: without news, everything asked again, and after a kill at half.

Requests are those of the run reports, held against what a run must ask; the killed crawl is of 1,600 articles.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.contenders import OWN, WrongCount, own_arguments
from bench.crawl import PEAK_MB
from bench.figures import Asked, Figure, say
from bench.processes import Taken, measured
from bench.served import Served, memory_folder, plan, served
from tests.crawling import ROOT, environment, newest_report

ARTICLES, KILLED_ARTICLES, ROUNDS = 20_000, 1600, 5
NO_CHANGE_S, NO_CHANGE_REQUESTS = 3, 30


def figures(asked: Asked) -> Iterator[Figure]:
    """A crawl and what follows it; then the killed one."""
    articles, rounds = asked.articles or ARTICLES, asked.rounds or ROUNDS
    with served(plan(articles)) as site, memory_folder() as folder:
        first = OWN.crawl(site, folder / "own")
        yield Figure(f"first crawl, {articles:,} articles: pages", len(site.articles) / first.seconds, "/s")
        yield Figure("first crawl: most memory", first.memory_mb, "MB", limit=PEAK_MB)
        yield from _without_news(site, folder / "own", rounds)
        yield from _all_asked_again(site, folder / "own", first)
    with served(plan(min(articles, KILLED_ARTICLES))) as site, memory_folder() as folder:
        yield from _killed(site, folder, rounds)


def _without_news(site: Served, folder: Path, rounds: int) -> Iterator[Figure]:
    """The same crawl again, at once."""
    taken, requests = [], 0
    for _ in range(rounds):
        last, report = _again(site, folder)
        taken.append(last)
        requests = max(requests, report["requests"]["total"])
    say(f"{rounds} runs without news")
    yield Figure.of("run without news", [one.seconds for one in taken], "s", limit=NO_CHANGE_S)
    yield Figure("run without news: requests", requests, "", limit=NO_CHANGE_REQUESTS)
    yield Figure.of("run without news: most memory", [one.memory_mb for one in taken], "MB", limit=PEAK_MB)


def _all_asked_again(site: Served, folder: Path, first: Taken) -> Iterator[Figure]:
    """Every article conditionally, as `recheck=all` wants it."""
    taken, report = _again(site, folder, "recheck=all")
    if report["rechecks"]["asked"] != len(site.articles):
        raise WrongCount(f"{report['rechecks']['asked']} of {len(site.articles)} articles were asked again")
    yield Figure("recheck=all: pages", len(site.articles) / taken.seconds, "/s")
    yield Figure("recheck=all: CPU, by the first crawl's", taken.cpu_s / first.cpu_s, "×")
    yield Figure("recheck=all: most memory", taken.memory_mb, "MB", limit=PEAK_MB)


def _again(site: Served, folder: Path, *arguments: str) -> tuple[Taken, dict[str, Any]]:
    """A run that must find nothing: what it took, and its report."""
    taken = measured(own_arguments(folder, *arguments), proxy=site.proxy)
    report = newest_report(folder / "output")
    if news := {kind: report["articles"][kind] for kind in ("new", "updated", "gone") if report["articles"][kind]}:
        raise WrongCount(f"a run without news found {news}")
    return taken, report


def _killed(site: Served, folder: Path, rounds: int) -> Iterator[Figure]:
    """A crawl that is killed when half of the articles are there, and the one that ends it, beside a whole one."""
    shares, restarts = [], []
    for _ in range(rounds):
        whole = OWN.crawl(site, folder / "whole").seconds
        killed = folder / "killed"
        before = _kill_at_half(site, killed)
        restarted = measured(own_arguments(killed), proxy=site.proxy).seconds
        OWN.check(site, killed)
        shares.append((before + restarted) / whole)
        restarts.append(restarted / whole)
        for name in ("whole", "killed"):
            shutil.rmtree(folder / name)
        say("a crawl, a killed one and its restart")
    yield Figure.of("restart after a kill at half, by a whole crawl's time", restarts, "×")
    yield Figure.of("killed crawl and restart, by a whole crawl's time", shares, "×")


def _kill_at_half(site: Served, folder: Path) -> float:
    """Seconds until half of the pages stood there and the crawl was killed."""
    started = time.monotonic()
    command, nowhere = own_arguments(folder), subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment(site.proxy), stdout=nowhere, stderr=nowhere) as process:
        while process.poll() is None and 2 * sum(1 for _ in folder.glob("output/html/**/t*.html")) < len(site.articles):
            time.sleep(0.1)
        process.kill()
    if process.returncode != -9:
        raise WrongCount(f"the crawl ended with {process.returncode} before it was killed")
    return time.monotonic() - started
