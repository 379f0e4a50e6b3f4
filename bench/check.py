"""`python -m bench.check [--pin]`: whether this project has become slower beside what it is made of.

A fast subset of the ratios, all of CPU time, is held against bench/pinned.json with a wide margin: ratios hold on any
machine, rates do not, and what else runs moves the time on the wall. `--pin` writes the ratios of now. Exit code 1 when
one is worse.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from bench import crawl, extraction, startup
from bench.contenders import contenders
from bench.figures import Asked, Figure, table_of
from bench.served import plan, served

PINNED = Path(__file__).with_name("pinned.json")
MARGIN = 0.25
"""By which a ratio may be worse than the pinned one."""

ARTICLES, ROUNDS = 1600, 3
BESIDE = ("jcnews_spider", "bare Scrapy", "tuned Scrapy")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 1 when a ratio is worse than the pinned one by more than the margin, else 0."""
    options = _parser().parse_args(arguments)
    found = list(ratios(Asked(options.articles, options.rounds)))
    if options.pin:
        values = {figure.name: round(figure.value, 3) for figure in found}
        PINNED.write_text(f"{json.dumps(values, indent=1)}\n", encoding="utf-8")
    held = held_against(json.loads(PINNED.read_text(encoding="utf-8")), found)
    print(table_of({"check": held}))
    worse = [figure.name for figure in held if not figure.is_kept]
    for name in worse:
        print(f"more than {MARGIN:.0%} worse than pinned: {name}", file=sys.stderr)
    if worse:
        print("if that is wanted: python -m bench.check --pin", file=sys.stderr)
    return int(bool(worse))


def ratios(asked: Asked) -> Iterator[Figure]:
    """The ratios, each with a goal that tells on which side it is good."""
    rounds = asked.rounds or ROUNDS
    with served(plan(asked.articles or ARTICLES)) as site:
        every = [contender for contender in contenders() if contender.name in BESIDE]
        yield from crawl.ratios(crawl.interleaved(site, every, rounds), attrgetter("cpu_s"))
    with tempfile.TemporaryDirectory(prefix="bench-check-") as name:
        folder = Path(name)
        pages = extraction.write_pages(folder, extraction.ARTICLES)
        seconds = extraction.rounds(folder / "pages", folder / "found", rounds, peers=False)
        extraction.require_read(folder / "found" / extraction.OWN)
        yield from (figure for figure in extraction.speeds(seconds, pages) if figure.unit == "×")
    yield from (figure for figure in startup.figures(Asked(rounds=rounds)) if figure.unit == "×")


def held_against(pinned: Mapping[str, float], found: Sequence[Figure]) -> list[Figure]:
    """The same figures, with the pinned ones and the margin as goals; one that is not pinned has none."""
    held = []
    for figure in found:
        value, more_is_better = pinned.get(figure.name), figure.least is not None
        least = value / (1 + MARGIN) if value and more_is_better else None
        limit = value * (1 + MARGIN) if value and not more_is_better else None
        held.append(replace(figure, least=least, limit=limit))
    return held


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.check", description=__doc__)
    parser.add_argument("--pin", action="store_true", help="write the ratios of now")
    parser.add_argument("--articles", type=int, help=f"of each crawl ({ARTICLES})")
    parser.add_argument("--rounds", type=int, help=f"({ROUNDS})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
