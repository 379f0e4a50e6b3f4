"""What the WARC costs a crawl, in CPU and in bytes; these of real pages, where a corpus is named.

Crawls with and without WARC are run in turn.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Asked, Figure
from bench.processes import measured
from jcnews_spider.archive.warc.records import Exchange, exchange_members, payload_digest
from tests.crawling import command, crawl_arguments
from tests.replica import Plan, Replica

ARTICLES, ROUNDS = 400, 5


def figures(asked: Asked) -> Iterator[Figure]:
    """CPU with and without, and the share that is the capture's."""
    rounds = asked.rounds or ROUNDS
    with tempfile.TemporaryDirectory() as folder, Replica(Plan(articles=asked.articles or ARTICLES)) as replica:
        pairs = [[_cpu_s(replica, Path(folder, f"{turn}{warc}"), warc) for warc in (0, 1)] for turn in range(rounds)]
    yield Figure.of("CPU of a crawl without WARC", [without for without, _ in pairs], "s")
    yield Figure.of("CPU of a crawl with WARC", [whole for _, whole in pairs], "s")
    yield Figure.of("share of the capture", [100 * (1 - without / whole) for without, whole in pairs], "%", limit=15)
    if asked.corpus:
        yield Figure("WARC of the bytes of real pages", _ratio(asked.corpus), "×", limit=0.35)


def _cpu_s(replica: Replica, output: Path, warc: int) -> float:
    """CPU seconds of one whole crawl."""
    return measured(command(*crawl_arguments(output, JCNEWS_WARC=warc)), proxy=replica.proxy).cpu_s


def _ratio(corpus: Path) -> float:
    """Bytes of the members of request and response for each byte of a page."""
    bodies = [path.read_bytes() for path in sorted(corpus.glob("pages/*.html"))]
    headers = [(b"Content-Type", b"text/html"), (b"Server", b"nginx")]
    pairs = [
        exchange_members(Exchange("http://host/a", time.time(), 200, headers, body), payload_digest(body), None)
        for body in bodies
    ]
    return sum(len(member) for pair in pairs for member in pair) / sum(map(len, bodies))
