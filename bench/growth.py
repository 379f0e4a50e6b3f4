"""What grows with the archive: crawls and archives of 1,000 and 10,000 articles; --articles 100000 adds that size.

A ledger of a million alone is the part `ledger`.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

from bench import memory, verify
from bench.contenders import OWN, WrongCount
from bench.crawl import PEAK_MB
from bench.figures import Asked, Figure, say
from bench.processes import apart, measured
from bench.served import memory_folder, plan, served
from jcnews_spider.archive import LEDGER
from jcnews_spider.archive.search import Query, search
from jcnews_spider.archive.search.words import words_of
from tests.crawling import command

SIZES = (1_000, 10_000, 100_000)
ARTICLES = 10_000
MORE_MEMORY = 1.15
"""The most that the largest crawl may hold, as a multiple of the smallest's memory."""

QUERIES = ("晋城", "牢记嘱托", "乡村振兴", "晋城 太行")


def figures(asked: Asked) -> Iterator[Figure]:
    """Of a crawl of each size, then of an archive of each."""
    most = asked.articles or ARTICLES
    sizes = [size for size in SIZES if size < most] + [most]
    crawls = []
    for articles in sizes:
        with served(plan(articles)) as site, memory_folder() as folder:
            crawls.append(OWN.crawl(site, folder / "own"))
        say(f"a crawl of {articles:,} articles")
        yield Figure(f"{articles:,} articles: crawl, pages", len(site.articles) / crawls[-1].seconds, "/s")
        yield Figure(f"{articles:,} articles: crawl, most memory", crawls[-1].memory_mb, "MB", limit=PEAK_MB)
    growth = crawls[-1].memory_mb / crawls[0].memory_mb
    yield Figure(f"memory of a crawl, {sizes[-1]:,} articles by {sizes[0]:,}", growth, "×", limit=MORE_MEMORY)
    for articles in sizes:
        yield from _archive(articles)
        say(f"an archive of {articles:,} articles")


def _archive(articles: int) -> Iterator[Figure]:
    """Of a made-up archive, on the disk for temporary files."""
    with tempfile.TemporaryDirectory(prefix="bench-growth-") as name:
        root = Path(name, "archive")
        apart(verify.make, root, articles)
        yield Figure(f"{articles:,} articles: ledger", (root / LEDGER).stat().st_size / 1e6, "MB")
        checked = apart(verify.verify, root)
        if checked.found:
            raise WrongCount(f"{checked.found} damages in an archive that has none")
        yield Figure(f"{articles:,} articles: verify, records", articles / checked.seconds, "/s")
        reparsed = measured(command("reparse", "-s", f"JCNEWS_OUTPUT={root}")).seconds
        yield Figure(f"{articles:,} articles: reparse, records", articles / reparsed, "/s")
        started = time.perf_counter()
        search(root, Query(words_of(QUERIES[0])), str)
        yield Figure(f"{articles:,} articles: first search, all indexed", time.perf_counter() - started, "s")
        yield Figure(f"{articles:,} articles: search", median(map(partial(_search_ms, root), QUERIES)), "ms")
        yield from memory.without_news(root, f"{articles:,} articles")
        shutil.rmtree(root)


def _search_ms(root: Path, query: str) -> float:
    started = time.perf_counter()
    search(root, Query(words_of(query)), str)
    return (time.perf_counter() - started) * 1000
