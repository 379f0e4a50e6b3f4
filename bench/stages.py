"""Where the time of a page goes, by stages: a whole crawl whose stack is looked at every few milliseconds of CPU."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.contenders import OWN, own_arguments
from bench.figures import Asked, Figure
from bench.processes import measured
from bench.served import memory_folder, plan, served

ARTICLES = 1600
LEAST_SHARE = 0.005
"""Share of the time under which a stage has no row."""


def figures(asked: Asked) -> Iterator[Figure]:
    """Microseconds of CPU that each stage takes of an article, the dearest first, start and end of the run included."""
    with served(plan(asked.articles or ARTICLES)) as site, memory_folder() as folder:
        met = folder / "met.json"
        crawl = own_arguments(folder)
        sampled = [sys.executable, "-m", "bench.sampler", str(met), "--", *crawl[crawl.index("crawl") :]]
        taken = measured(sampled, proxy=site.proxy)
        OWN.check(site, folder)
        every = _read(met)
    looks = sum(every.values())
    for stage, number in sorted(every.items(), key=lambda pair: -pair[1]):
        if number >= LEAST_SHARE * looks:
            yield Figure(stage, 1e6 * taken.cpu_s * number / looks / len(site.articles), "µs a page")
    yield Figure("all stages", 1e6 * taken.cpu_s / len(site.articles), "µs a page")


def _read(path: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))
    return found
