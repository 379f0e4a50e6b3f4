"""What several workers cost one another at the ledger on a server: each claims articles and keeps them, nothing else.

The server is one of the tests' own, on this machine; where none is installed there is nothing to measure. A crawl asks
one page a second: what is left of the time between two is the distance to the ceiling.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from random import Random

from bench.databases import ARTICLES, NOW, keep, list_all
from bench.figures import Asked, Figure
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.archive.ledger.due import Scope
from jcnews_spider.archive.ledger.members import Member
from jcnews_spider.spiders.queue import SHARED_BATCH
from tests import postgres

TURNS = 2000


def figures(asked: Asked) -> Iterator[Figure]:
    """Microseconds of one worker, and articles a second of several."""
    if not postgres.programs():
        return
    articles = asked.articles or ARTICLES
    with postgres.running() as server:
        for number in (1, 2, 4):
            yield from _measure(server.new_address(), number, articles)
        yield _turn(server.new_address())


def _measure(address: str, number: int, articles: int) -> Iterator[Figure]:
    with closing(Ledger(address)) as ledger:
        ledger.sections.add("s", "xw", None)
        list_all(ledger, articles)
    with begun_workers(number, address) as pool:
        begun = time.perf_counter()
        claimed, kept = zip(*pool.map(_work, [address] * number, range(number)), strict=True)
        seconds = time.perf_counter() - begun
    yield Figure(f"{number} workers: claimed, time", sum(claimed) / articles * 1e6, "µs")
    yield Figure(f"{number} workers: kept, time", sum(kept) / articles * 1e6, "µs")
    yield Figure(f"{number} workers together", articles / seconds, "articles/s")


@contextmanager
def begun_workers(number: int, address: str) -> Iterator[ProcessPoolExecutor]:
    """Processes that have all begun and imported what asks the ledger."""
    context = get_context("spawn")
    line = context.Barrier(number)
    with ProcessPoolExecutor(number, context, _begin, (line, address)) as pool:
        list(pool.map(abs, range(number)))
        yield pool


def _begin(line: Barrier, address: str) -> None:
    Ledger(address).close()
    line.wait()


def claim(ledger: Ledger, own: Member, scope: Scope, last: KnownArticle | None) -> list[KnownArticle]:
    """What a member of a crawl claims at once, behind the last that it has had, as a run does."""
    with ledger.transaction():
        batch = ledger.due.waiting(scope, last, SHARED_BATCH)
        ledger.claims.take(own, [(known.n, known.url) for known in batch])
    return batch


def _work(address: str, number: int) -> tuple[float, float]:
    """Seconds that a worker waited for its claims, and for what it kept."""
    draw, claimed, kept, run_id = Random(number), 0.0, 0.0, f"r{number}"
    with closing(Ledger(address)) as ledger:
        with ledger.transaction():
            own = ledger.members.enter(run_id)
        scope, last = Scope("s", NOW, member=own.n, run_id=run_id), None
        while True:
            begun = time.perf_counter()
            batch = claim(ledger, own, scope, last)
            claimed += time.perf_counter() - begun
            if not batch:
                return claimed, kept
            last, begun = batch[-1], time.perf_counter()
            for known in batch:
                with ledger.transaction():
                    keep(ledger, known, draw, run_id)
            kept += time.perf_counter() - begun


def _turn(address: str) -> Figure:
    """What a request waits for leave to ask."""
    with closing(Ledger(address)) as ledger:
        begun = time.perf_counter()
        for _ in range(TURNS):
            ledger.paces.take("host", 0)
        return Figure("a host's turn, time", (time.perf_counter() - begun) / TURNS * 1e6, "µs")
