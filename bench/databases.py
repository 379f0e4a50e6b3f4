"""What an article costs the ledger, in a file and on a PostgreSQL server.

The server is one of the tests' own, on this machine; where none is installed the file alone is measured. CPU is that
of this process, beside which the time that a call keeps the crawl waiting has the server's work and the way to it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

from bench.figures import Asked, Figure
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.articles import Kept, KnownArticle
from jcnews_spider.archive.ledger.due import Scope
from jcnews_spider.signature import SIZE
from tests import postgres
from tests.ledgers import address

ARTICLES = 2000
NOW = 1_665_282_480
PAGE = 20
"""Articles of a list page."""

LINE = "字" * 1500
"""About as long as a record."""


def figures(asked: Asked) -> Iterator[Figure]:
    """Microseconds an article."""
    articles = asked.articles or ARTICLES
    with tempfile.TemporaryDirectory(prefix="bench-databases-") as folder:
        yield from measure("file", Path(folder, "state.sqlite3"), articles)
    if postgres.programs():
        with postgres.running() as server:
            yield from measure("server", server.new_address(), articles)


def measure(name: str, place: Path | str, articles: int) -> Iterator[Figure]:
    """Lists that show the articles, then every article as it is kept."""
    with closing(Ledger(place)) as ledger:
        ledger.sections.add("s", "xw", None)
        yield from _timed(f"{name}: listed", articles, lambda: list_all(ledger, articles))
        yield from _timed(f"{name}: kept", articles, lambda: _keep_all(ledger))


def _timed(name: str, articles: int, work: Callable[[], None]) -> Iterator[Figure]:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    yield Figure(f"{name}, CPU", (time.process_time() - cpu) / articles * 1e6, "µs")
    yield Figure(f"{name}, time", (time.perf_counter() - wall) / articles * 1e6, "µs")


def list_all(ledger: Ledger, articles: int) -> None:
    """Lists that show so many articles."""
    for first in range(0, articles, PAGE):
        docids = range(1_000_000 + first, 1_000_000 + min(first + PAGE, articles))
        with ledger.transaction():
            ledger.sections.members("s", "xw", [f"s:{docid}" for docid in docids])
            for docid in docids:
                ledger.articles.add(f"s:{docid}", address(docid), None, 0)
                ledger.sections.add_member("s", "xw", f"s:{docid}")
            ledger.sections.note_page("s", "xw", 1, unknown=True, now=0)


def _keep_all(ledger: Ledger) -> None:
    draw, last = Random(1), None
    while batch := ledger.due.waiting(Scope("s", NOW), last, 100):
        last = batch[-1]
        for known in batch:
            with ledger.transaction():
                keep(ledger, known, draw)


def keep(ledger: Ledger, known: KnownArticle, draw: Random, run_id: str = "r1") -> None:
    """What the store does with an article that is new and nobody's copy."""
    digest, values = draw.randbytes(16), sorted(draw.sample(range(1 << 32), SIZE))
    ledger.articles.get(known.id)
    ledger.articles.same_text(digest)
    ledger.near.candidates(known.id, values)
    ledger.sections.showing(known.id)
    ledger.articles.keep(known.id, Kept(1, draw.randbytes(32).hex(), "1", NOW, digest))
    ledger.near.add(known.id, 1, values)
    ledger.outbox.send(known.id, LINE, [("html/page.html", "0" * 64)], [("warc/1.warc.gz", 1)], run_id)
    ledger.articles.seen(known, NOW, known.url, (("etag", "modified"),))
