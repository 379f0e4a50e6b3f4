"""`python -m bench.reparse`: what it costs to run the present extractor over the archive.

Per page and core, against what any reader of the archive pays at least: inflating a WARC member and lxml's parse.
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import lxml.html

from bench.figures import Figure, report, rss_mb
from jcnews_spider import reextraction
from jcnews_spider.archive import LEDGER
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.recorded import Which
from jcnews_spider.archive.reader import Reader
from jcnews_spider.article import WarcPointer
from jcnews_spider.reextraction import Place, begin, read_anew
from jcnews_spider.sites import SITES
from tests.crawling import ROOT, crawl, environment
from tests.replica import Plan, Replica

SITE = SITES["jcnews"]
ROUNDS = 5
TIMES = 4
"""How much larger the second archive is, whose memory is compared."""


def figures(small: Path, large: Path) -> list[Figure]:
    """Costs over the large archive, and the growth of memory from the small one."""
    with _opened(large) as reader:
        places = _places(reader)
        records = [reextraction._record(large, place) for place in places]
        pages = sum(record.crawl.pages for record in records)
        members = [_member(large, reader, record.snapshot.warc) for record in records if record.snapshot.warc]
        begin(large, SITE, "")
        least, reading, whole = _cpu_us(
            [
                (lambda: [lxml.html.document_fromstring(_body(gzip.decompress(one))) for one in members], len(members)),
                (lambda: [reader.pages(record) for record in records], pages),
                (lambda: read_anew(places), pages),
            ]
        )
    most = [_most_mb(output) for output in (small, large)]
    return [
        Figure("gunzip and lxml parse, a page", least, "µs"),
        Figure("record and bytes from the archive, a page", reading, "µs"),
        Figure("reparse, a page", whole, "µs"),
        Figure("reparse against gunzip and lxml parse", whole / least, "×", limit=2.5),
        Figure(f"most memory of a process, {len(records) // TIMES} articles", most[0], "MB"),
        Figure(f"most memory of a process, {len(records)} articles", most[1], "MB"),
        Figure("growth of memory", most[1] - most[0], "MB", limit=10),
    ]


@contextmanager
def _opened(output: Path) -> Iterator[Reader]:
    ledger = Ledger(output / LEDGER, read_only=True)
    try:
        yield Reader(output, ledger)
    finally:
        ledger.close()


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


def _most_mb(output: Path) -> float:
    """The most memory that a process of the command has held, its workers among them."""
    own = rss_mb("VmHWM")
    process = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "reparse", "-s", f"JCNEWS_OUTPUT={output}"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    most = usage.ru_maxrss * 1024 / 1e6
    if process.returncode:
        raise RuntimeError(f"ended with {process.returncode}, {most:.0f} MB beside our own {own:.0f}")
    return most


def main() -> int:
    """Prints the table; exit code 1 when a limit is broken."""
    parser = argparse.ArgumentParser(prog="python -m bench.reparse", description=__doc__)
    parser.add_argument("--articles", type=int, default=1200, help="documents of the larger replica (default: 1200)")
    articles = parser.parse_args().articles
    with tempfile.TemporaryDirectory() as folder:
        outputs = [Path(folder) / "small", Path(folder) / "large"]
        for output, number in zip(outputs, (articles // TIMES, articles), strict=True):
            with Replica(Plan(articles=number)) as replica:
                if code := crawl(replica, output, timeout=1800).code:
                    raise RuntimeError(f"the crawl ended with {code}")
        return report("reparse", figures(*outputs))


if __name__ == "__main__":
    sys.exit(main())
