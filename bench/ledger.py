"""`python -m bench.ledger [--articles N]`: the limits of the ledger, on a made-up one of a million articles.

It is made in the folder for temporary files (TMPDIR), needs 0.5 kB an article there, and is removed at the end.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from typing import ParamSpec, TypeVar

from bench import memory, synthetic
from bench.figures import Figure, median_us, report, rss_mb
from bench.synthetic import NOW, SECTIONS, SITE
from jcnews_spider.archive import LEDGER, Archive
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.articles import Kept
from jcnews_spider.archive.ledger.due import Scope

AGES_S = tuple(days * 86_400 for days in (1, 3, 7))
SCOPE = Scope(SITE.name, NOW, recheck_after_s=AGES_S)
LINE = "字" * 1500
"""About as long as a record."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 1 when a limit is broken, else 0."""
    articles: int = _parser().parse_args(arguments).articles
    with tempfile.TemporaryDirectory(prefix="bench-ledger-") as folder:
        made, empty = Path(folder, "made"), Path(folder, "empty")
        started = time.monotonic()
        _apart(synthetic.make, made, articles)
        seconds = time.monotonic() - started
        figures = [Figure("making it", seconds, "s"), *_apart(measure, made, articles), *memory.figures(made, empty)]
    return report(f"ledger of {articles:,} articles", figures)


def measure(root: Path, articles: int) -> list[Figure]:
    """What a process meets that opens the ledger and works on it."""
    before = rss_mb()
    size = Figure("on disk, an article", (root / LEDGER).stat().st_size / articles, "B", limit=600)
    opening, archive = _opened(root)
    try:
        figures = [
            size, opening, *_lookups(archive.ledger, articles), *_queues(archive.ledger, opening.value),
            _commit(archive.ledger, articles),
        ]  # fmt: skip
    finally:
        archive.close()
    return [*figures, Figure("growth of memory", rss_mb("VmHWM") - before, "MB", limit=50)]


def _opened(root: Path) -> tuple[Figure, Archive]:
    """The archive as a run opens it."""
    started = time.perf_counter()
    archive = Archive(root, "20221009T022800Z-0000", min_free_mb=0, seal_records=500, seal_seconds=600)
    archive.open(SITE.name)
    return Figure("start-up: open", (time.perf_counter() - started) * 1000, "ms", limit=2000), archive


def _lookups(ledger: Ledger, articles: int) -> list[Figure]:
    """What is asked for each article and each list page of a run."""
    docids, draw = synthetic.docids(articles), Random(2)
    ids = [SITE.article_id(draw.choice(docids)) for _ in range(2000)]
    firsts = [draw.choice(docids[:-40]) for _ in range(500)]
    pages = [[SITE.article_id(first + 2 * place) for place in range(20)] for first in firsts]
    article = median_us(lambda number: ledger.articles.get(ids[number]), len(ids))
    page = median_us(
        lambda number: ledger.sections.members(SITE.name, SECTIONS[number % len(SECTIONS)], pages[number]), len(pages)
    )
    return [
        Figure("lookup of an article", article, "µs", limit=50),
        Figure("lookup of a list page of 20", page, "µs", limit=1000),
    ]


def _queues(ledger: Ledger, opening_ms: float) -> list[Figure]:
    """The first look into each queue, as at the start and the end of a run."""
    due = ledger.due
    queries: dict[str, Callable[[], object]] = {
        "waiting": lambda: due.waiting(SCOPE, None, 100),
        "rechecks": lambda: due.rechecks(SCOPE, None, 100),
        "moved": lambda: due.moved(SCOPE, None, 100),
        "missing": lambda: ledger.articles.missing_for(SITE.name, NOW, 86_400),
        "witnesses": lambda: due.witnesses(SCOPE, 50),
        "numbers": lambda: due.numbers(SCOPE),
    }
    taken = {name: _milliseconds(query) for name, query in queries.items()}
    return [
        *(Figure(f"start-up: first {name}", value, "ms") for name, value in taken.items()),
        Figure("start-up, all of it", opening_ms + sum(taken.values()), "ms", limit=2000),
        Figure("waiting, one section", _milliseconds(lambda: due.waiting(_section(), None, 100)), "ms"),
        Figure("`status`: counts", _milliseconds(lambda: ledger.articles.counts(SITE.name)), "ms"),
        Figure("`status`: troubled", _milliseconds(lambda: ledger.articles.troubled(SITE.name, 10)), "ms"),
    ]


def _section() -> Scope:
    """The largest section alone."""
    return Scope(SITE.name, NOW, sections=SECTIONS[:1], recheck_after_s=AGES_S)


def _commit(ledger: Ledger, articles: int) -> Figure:
    """One article that is kept: state, line, validators and text, in one transaction."""
    docids, draw = synthetic.docids(articles), Random(3)
    known = [found for docid in draw.sample(docids, 1000) if (found := ledger.articles.get(SITE.article_id(docid)))]

    def keep(number: int) -> None:
        one = known[number]
        kept = Kept(one.version + 1, draw.randbytes(32).hex(), "1", NOW, draw.randbytes(16))
        with ledger.transaction():
            ledger.articles.keep(one.id, kept)
            ledger.outbox.send(one.id, LINE, [(f"html/{one.id}.html", "0" * 64)], ())
            ledger.articles.seen(one, NOW, one.url, one.validators)

    return Figure("commit of a kept article", median_us(keep, len(known)), "µs", limit=1000)


def _milliseconds(query: Callable[[], object]) -> float:
    started = time.perf_counter()
    query()
    return (time.perf_counter() - started) * 1000


def _apart(work: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs) -> _T:
    """What a function gives in a process of its own, so that its memory is nobody else's."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments, **named).result()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000, help="size of the ledger (1000000)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
