"""`python -m bench.capture [CORPUS]`: what the WARC costs a crawl, in CPU and in bytes.

Crawls with and without WARC are run in turn; CORPUS, a folder with pages/*.html, gives the share of real pages.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.figures import Figure, report
from jcnews_spider.archive.warc.records import Exchange, exchange_members, payload_digest
from tests.crawling import start
from tests.replica import Plan, Replica

ARTICLES, ROUNDS = 400, 5


def main() -> int:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder, Replica(Plan(articles=ARTICLES)) as replica:
        pairs = [[_cpu_s(replica, Path(folder, f"{turn}{warc}"), warc) for warc in (0, 1)] for turn in range(ROUNDS)]
    shares = [1 - without / whole for without, whole in pairs]
    figures = [
        Figure("CPU of a crawl without WARC", median(without for without, _ in pairs), "s"),
        Figure("CPU of a crawl with WARC", median(whole for _, whole in pairs), "s"),
        Figure("share of the capture", 100 * median(shares), "%", limit=15),
    ]
    if sys.argv[1:]:
        figures.append(Figure("WARC of the bytes of real pages", _ratio(Path(sys.argv[1])), "", limit=0.35))
    return report(f"capture, {ARTICLES} articles, {ROUNDS} rounds", figures)


def _cpu_s(replica: Replica, output: Path, warc: int) -> float:
    """CPU seconds, of the user and the system, of one whole crawl."""
    process = start(replica, output, JCNEWS_WARC=warc)
    log = process.stderr.read() if process.stderr else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the crawl ended with {process.returncode}: {log}")
    return usage.ru_utime + usage.ru_stime


def _ratio(corpus: Path) -> float:
    """Bytes of the members of request and response for each byte of a page."""
    bodies = [path.read_bytes() for path in sorted(corpus.glob("pages/*.html"))]
    headers = [(b"Content-Type", b"text/html"), (b"Server", b"nginx")]
    pairs = [
        exchange_members(Exchange("http://host/a", time.time(), 200, headers, body), payload_digest(body), None)
        for body in bodies
    ]
    return sum(len(member) for pair in pairs for member in pair) / sum(map(len, bodies))


if __name__ == "__main__":
    sys.exit(main())
