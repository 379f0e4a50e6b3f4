"""What it costs to run the present extractor over the archive.

Per page and core, against what any reader of the archive pays at least: inflating a WARC member and lxml's parse.
"""

from __future__ import annotations

import gzip
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import lxml.html

from bench.figures import Asked, Figure
from bench.processes import measured
from jcnews_spider import reextraction
from jcnews_spider.archive.ledger.recorded import Which
from jcnews_spider.archive.reader import Reader, opened
from jcnews_spider.article import WarcPointer
from jcnews_spider.reextraction import Place, read_anew
from jcnews_spider.sites import SITES
from tests.crawling import command, crawl
from tests.replica import Plan, Replica

SITE = SITES["jcnews"]
ROUNDS = 5
TIMES = 4
"""How much larger the second archive is, whose memory is compared."""


ARTICLES = 1200
"""Of the larger archive."""


def figures(asked: Asked) -> Iterator[Figure]:
    """Over two archives that are crawled for it."""
    articles = asked.articles or ARTICLES
    with tempfile.TemporaryDirectory(prefix="bench-reparse-") as folder:
        outputs = [Path(folder) / "small", Path(folder) / "large"]
        for output, number in zip(outputs, (articles // TIMES, articles), strict=True):
            with Replica(Plan(articles=number)) as replica:
                if code := crawl(replica, output, timeout=1800).code:
                    raise RuntimeError(f"the crawl ended with {code}")
        yield from _costs(*outputs)


def _costs(small: Path, large: Path) -> list[Figure]:
    """Costs over the large archive, and the growth of memory from the small one."""
    with opened(large) as reader:
        places = _places(reader)
        records = [reextraction._record(large, place) for place in places]
        pages = sum(record.crawl.pages for record in records)
        members = [_member(large, reader, record.snapshot.warc) for record in records if record.snapshot.warc]
        least, reading, whole = _cpu_us(
            [
                (lambda: [lxml.html.document_fromstring(_body(gzip.decompress(one))) for one in members], len(members)),
                (lambda: [reader.pages(record) for record in records], pages),
                (lambda: read_anew(large, SITE.name, "", places), pages),
            ]
        )
    most = [measured(command("reparse", "-s", f"JCNEWS_OUTPUT={output}")).memory_mb for output in (small, large)]
    return [
        Figure("gunzip and lxml parse, a page", least, "µs"),
        Figure("record and bytes from the archive, a page", reading, "µs"),
        Figure("reparse, a page", whole, "µs"),
        Figure("reparse against gunzip and lxml parse", whole / least, "×", limit=2.5),
        Figure(f"most memory of a process, {len(records) // TIMES} articles", most[0], "MB"),
        Figure(f"most memory of a process, {len(records)} articles", most[1], "MB"),
        Figure("growth of memory", most[1] - most[0], "MB", limit=10),
    ]


def _places(reader: Reader) -> list[Place]:
    known = reader.ledger.recorded.each(Which(SITE.name, states=("kept",)))
    return [
        Place(article.id, reader.ledger.outbox.segment_path(article.segment or 0), article.offset or 0)
        for article in known
    ]


def _member(output: Path, reader: Reader, pointer: WarcPointer) -> bytes:
    """The gzip member of the response that holds a page."""
    member = reader.exchange(pointer)
    with (output / pointer.file).open("rb") as file:
        file.seek(member.offset)
        return file.read(member.length)


def _body(content: bytes) -> bytes:
    return content.partition(b"\r\n\r\n")[2].partition(b"\r\n\r\n")[2]


def _cpu_us(works: list[tuple[Callable[[], object], int]]) -> list[float]:
    """Microseconds of CPU a page of each work, the median of interleaved rounds."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for place, (work, pages) in enumerate(works):
            started = time.process_time()
            work()
            taken[place].append((time.process_time() - started) / pages * 1e6)
    return [median(one) for one in taken]
