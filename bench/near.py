"""How well and how fast near-duplicates are found, in made-up prose, and in real pages where a corpus is named.

The ledger of a million articles is made
in the folder for temporary files (TMPDIR), needs 0.3 kB an article there, and is removed at the end.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import mean, median

from bench.figures import Asked, Figure
from bench.reprints import outcome
from jcnews_spider.archive import Archive
from jcnews_spider.archive.ledger.near import KEPT
from jcnews_spider.signature import SIZE, near_hash
from jcnews_spider.similarity import reprint_likeness
from tests.ledgers import address, opened
from tests.reprints import made_text

SPACE = 1 << 27
"""Texts of 1,000 letters, from which 32 of the smallest values are taken, have them below this bound."""

PAGE_BYTES = 4096
LENGTHS = (245, 355, 413, 554, 660, 863, 1122, 1582, 1875, 2905)
"""Deciles of the lengths of real articles."""

TEXTS = 60


ARTICLES, ROUNDS = 1_000_000, 8
"""A round is a labelled set of half the texts."""


def figures(asked: Asked) -> Iterator[Figure]:
    """What is missed and what is wrong, and the cost of a look-up in a large ledger."""
    draw = Random(5)
    made = [made_text(draw, draw.choice(LENGTHS)) for _ in range(TEXTS)]
    yield from outcome(made, asked.rounds or ROUNDS).figures("made-up prose, ")
    if asked.corpus:
        labels = sorted((asked.corpus / "labels").glob("*.json"))
        found = ["\n\n".join(json.loads(path.read_text(encoding="utf-8"))["body_paragraphs"]) for path in labels]
        real = list(dict.fromkeys(found))  # a page is there twice
        yield from outcome(real, asked.rounds or ROUNDS).figures("real pages, ")
    yield from _texts(draw)
    yield from _ledger(asked.articles or ARTICLES, draw)


def _texts(draw: Random) -> list[Figure]:
    text = made_text(draw, 1500)[:1500]
    return [
        Figure("signature of 1,500 characters", _best_us(lambda: near_hash(text)), "µs", limit=150),
        Figure("comparison with a candidate", _best_us(lambda: reprint_likeness(text, text[:1200])), "µs"),
    ]


def _ledger(articles: int, draw: Random) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-near-") as folder, opened(Path(folder)) as archive:
        _fill_articles(archive, articles)
        before = _bytes(archive)
        _fill_near(archive, articles, draw)
        size = (_bytes(archive) - before) / articles
        taken = [_look_up_and_add(archive, number, draw) for number in range(articles + 1, articles + 2001)]
    return [
        Figure(
            f"lookup, insert and commit, {articles:,} articles, median",
            median(wall for wall, _ in taken),
            "µs",
            limit=1000,
        ),
        Figure("the same, mean of the processor's time", mean(cpu for _, cpu in taken), "µs", limit=1000),
        Figure("on disk, an article", size, "B", limit=200),
    ]


def _fill_articles(archive: Archive, count: int) -> None:
    with archive.ledger.transaction():
        archive.ledger._db.executemany(
            "INSERT INTO articles (n, id, url, day, first_seen) VALUES (?, ?, '', '', 0)",
            ((number, f"s:{number}") for number in range(1, count + 1)),
        )


def _fill_near(archive: Archive, count: int, draw: Random) -> None:
    """As many values an article as it keeps, in the order in which articles come, that is in none."""
    archive.ledger._db.execute("PRAGMA cache_size = -1000000")
    for start in range(1, count + 1, 50_000):
        numbers = range(start, min(start + 50_000, count + 1))
        with archive.ledger.transaction():
            archive.ledger._db.executemany(
                "INSERT OR IGNORE INTO near (value, article, version) VALUES (?, ?, 1)",
                ((draw.randrange(SPACE), number) for number in numbers for _ in range(KEPT)),
            )
    archive.ledger.checkpoint()
    archive.ledger._db.execute("PRAGMA cache_size = -2000")  # SQLite's own


def _look_up_and_add(archive: Archive, number: int, draw: Random) -> tuple[float, float]:
    """Microseconds on the wall and of the processor; a checkpoint falls into one of eighty."""
    id_, values = f"s:{number}", sorted(draw.randrange(SPACE) for _ in range(SIZE))
    with archive.ledger.transaction():
        archive.ledger.articles.add(id_, address(number), None, 0)
    started, cpu = time.perf_counter_ns(), time.thread_time_ns()
    with archive.ledger.transaction():
        archive.ledger.near.candidates(id_, values)
        archive.ledger.near.add(id_, 1, values)
    return (time.perf_counter_ns() - started) / 1000, (time.thread_time_ns() - cpu) / 1000


def _bytes(archive: Archive) -> int:
    (pages,) = archive.ledger._db.execute("PRAGMA page_count").fetchone()
    return int(pages) * PAGE_BYTES


def _best_us(call: Callable[[], object], times: int = 1000) -> float:
    """Microseconds of the fastest of many calls: what else runs on the machine only adds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter_ns()
        call()
        taken.append(time.perf_counter_ns() - started)
    return min(taken) / 1000
