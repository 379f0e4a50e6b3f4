"""A whole crawl beside bare and tuned Scrapy, the usual pipeline and wget: 1,600 articles of 30 KB, five rounds.

The crawls go in turn over one served site, into a memory disk: a busy disk alone moves wget by a factor of four.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from statistics import median

from bench.contenders import OWN, Contender, contenders
from bench.figures import Asked, Figure, say
from bench.processes import Taken
from bench.served import Served, memory_folder, plan, served

ARTICLES, ROUNDS = 1600, 5
GOALS = {"bare Scrapy": 0.85, "tuned Scrapy": 0.55, "usual pipeline": 2.2, "wget --warc-file": 0.5}
"""The least that this project's pages a second may be as multiples of each peer's."""

PEAK_MB = 200

Rounds = dict[str, list[Taken]]


def figures(asked: Asked) -> Iterator[Figure]:
    """Rates, memory, ratios, and what a real disk costs."""
    with served(plan(asked.articles or ARTICLES)) as site:
        yield Figure(f"an article page, served by {site.name}", site.mean_kb, "KB")
        rounds = interleaved(site, contenders(), asked.rounds or ROUNDS)
        for name, every in rounds.items():
            yield Figure.of(f"{name}: pages", [len(site.articles) / taken.seconds for taken in every], "/s")
            yield Figure.of(
                f"{name}: CPU of a page", [1000 * taken.cpu_s / len(site.articles) for taken in every], "ms"
            )
            limit = PEAK_MB if name == OWN.name else None
            yield Figure.of(f"{name}: most memory", [taken.memory_mb for taken in every], "MB", limit=limit)
        yield from ratios(rounds)
        with tempfile.TemporaryDirectory(prefix="bench-crawl-") as folder:
            on_disk = OWN.crawl(site, Path(folder, "own")).seconds
        in_memory = median(taken.seconds for taken in rounds[OWN.name])
        yield Figure(f"{OWN.name}: a disk for temporary files by a memory disk, time", on_disk / in_memory, "×")


def interleaved(site: Served, every: Sequence[Contender], rounds: int) -> Rounds:
    """What each crawl took, in every round."""
    taken: Rounds = {contender.name: [] for contender in every}
    with memory_folder() as folder:
        for number in range(rounds):
            for contender in every:
                output = folder / contender.name.replace(" ", "-")
                last = contender.crawl(site, output)
                shutil.rmtree(output)
                taken[contender.name].append(last)
                say(f"round {number + 1} of {rounds}: {contender.name} in {last.seconds:.1f} s")
    return taken


def ratios(rounds: Rounds, cost: Callable[[Taken], float] = attrgetter("seconds")) -> Iterator[Figure]:
    """Pages a second (or another cost's inverse) of this project as multiples of each peer's, round by round."""
    own = rounds[OWN.name]
    for name, every in rounds.items():
        if name != OWN.name:
            shares = [cost(peer) / cost(mine) for mine, peer in zip(own, every, strict=True)]
            yield Figure.of(f"{OWN.name} against {name}", shares, "×", least=GOALS[name])
