"""The limits of the ledger, on a made-up one of a million articles.

It is made in the folder for temporary files (TMPDIR), needs 0.5 kB an article there, and is removed at the end.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from bench import memory, synthetic
from bench.figures import Asked, Figure, median_us, rss_mb
from bench.processes import apart
from bench.synthetic import NOW, SECTIONS, SITE
from jcnews_spider.archive import LEDGER, Archive
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.articles import Kept
from jcnews_spider.archive.ledger.due import Scope

AGES_S = tuple(days * 86_400 for days in (1, 3, 7))
SCOPE = Scope(SITE.name, NOW, recheck_after_s=AGES_S)
LINE = "字" * 1500
"""About as long as a record."""
ARTICLES = 1_000_000


def figures(asked: Asked) -> Iterator[Figure]:
    """Of the ledger alone, and of a crawl over it that finds nothing new."""
    articles = asked.articles or ARTICLES
    with tempfile.TemporaryDirectory(prefix="bench-ledger-") as folder:
        made, empty = Path(folder, "made"), Path(folder, "empty")
        started = time.monotonic()
        apart(synthetic.make, made, articles)
        yield Figure(f"making it, of {articles:,} articles", time.monotonic() - started, "s")
        yield from apart(measure, made, articles)
        yield from memory.figures(made, empty, articles)


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
    drawn = draw.sample(docids, min(1000, articles))
    known = [found for docid in drawn if (found := ledger.articles.get(SITE.article_id(docid)))]

    def keep(number: int) -> None:
        one = known[number]
        kept = Kept(one.version + 1, draw.randbytes(32).hex(), "1", NOW, draw.randbytes(16))
        with ledger.transaction():
            ledger.articles.keep(one.id, kept)
            ledger.outbox.send(one.id, LINE, [(f"html/{one.id}.html", "0" * 64)], (), "r1")
            ledger.articles.seen(one, NOW, one.url, one.validators)

    return Figure("commit of a kept article", median_us(keep, len(known)), "µs", limit=1000)


def _milliseconds(query: Callable[[], object]) -> float:
    started = time.perf_counter()
    query()
    return (time.perf_counter() - started) * 1000
