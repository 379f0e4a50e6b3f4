"""How fast an archive is verified, and its ledger made anew, in flat memory.

The archive is made in the folder for temporary files (TMPDIR), needs 35 kB an article there, and is removed at the end.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random

from bench.figures import Asked, Figure, rss_mb
from bench.processes import apart
from bench.synthetic import FIRST_DOCID
from jcnews_spider import clock
from jcnews_spider.archive import LEDGER, Archive
from jcnews_spider.archive.fixity import damages
from jcnews_spider.archive.rebuild import rebuild
from jcnews_spider.archive.warc.records import Exchange
from jcnews_spider.archive.warc.writer import WarcPlan
from jcnews_spider.items import Draft, Page
from jcnews_spider.pipelines.clean import cleaned
from jcnews_spider.pipelines.records import Recorder
from jcnews_spider.sites import SITES
from jcnews_spider.trs.article import parse_article
from jcnews_spider.urls import ArticleAddress
from tests.skeleton import editor, page

SITE = SITES["jcnews"]
SMALL = 0.1
"""Share of the articles in the other archive, by which the growth of memory is told."""

CHARACTERS = "晋城新闻网牢记嘱托山西答卷太行日报高平阳泉陵川沁水泽州发展乡村振兴改革创新文旅康养煤炭绿色转型"

ARTICLES = 20_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What a process took."""

    seconds: float
    cpu_s: float
    memory_mb: float
    found: int


def figures(asked: Asked) -> Iterator[Figure]:
    """Of verifying and of a ledger made anew."""
    articles = asked.articles or ARTICLES
    with tempfile.TemporaryDirectory(prefix="bench-verify-") as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        for root, number in ((small, round(SMALL * articles)), (large, articles)):
            apart(make, root, number)
        megabytes = sum(path.stat().st_size for path in large.rglob("*") if path.is_file()) / 1e6
        few, many = apart(verify, small), apart(verify, large)
        for root in (small, large):
            for path in root.glob(f"{LEDGER}*"):
                path.unlink()
        few_anew, many_anew = apart(anew, small), apart(anew, large)
    yield from [
        Figure(f"size of the archive, {articles:,} articles", megabytes, "MB"),
        Figure("verify", many.seconds, "s"),
        Figure("verify, records", articles / many.seconds, "/s"),
        Figure("verify, data", megabytes / many.seconds, "MB/s"),
        Figure("verify, CPU time of a record", many.cpu_s / articles * 1e6, "µs"),
        Figure("verify, damages found", many.found, "", limit=0),
        Figure("verify, most memory", many.memory_mb, "MB"),
        Figure("verify, growth of memory with ten times the articles", many.memory_mb - few.memory_mb, "MB", limit=20),
        Figure("--rebuild", many_anew.seconds, "s"),
        Figure("--rebuild, records", articles / many_anew.seconds, "/s"),
        Figure("--rebuild, CPU time of a record", many_anew.cpu_s / articles * 1e6, "µs"),
        Figure("--rebuild, growth of memory", many_anew.memory_mb - few_anew.memory_mb, "MB", limit=20),
    ]


def verify(root: Path) -> Taken:
    """The whole of it; the evidence comes last and is no damage."""
    started, cpu = time.perf_counter(), time.process_time()
    found = sum(1 for _ in damages(root)) - 1
    return Taken(time.perf_counter() - started, time.process_time() - cpu, rss_mb("VmHWM"), found)


def anew(root: Path) -> Taken:
    """A ledger from everything else."""
    started, cpu = time.perf_counter(), time.process_time()
    skipped = sum(1 for _ in rebuild(root, SITES, lambda _what, _done, _of: None)) - 1
    return Taken(time.perf_counter() - started, time.process_time() - cpu, rss_mb("VmHWM"), skipped)


def make(root: Path, articles: int) -> None:
    """An archive of made-up articles, each captured, kept and sealed as a crawl does."""
    archive = Archive(
        root, "20221009T022800Z-0000", min_free_mb=0, seal_records=500, seal_seconds=600, warc=WarcPlan(10**9)
    )
    try:
        archive.open(SITE.name)
        recorder, random = Recorder(archive, SITE, html_snapshots=True), Random(1)
        for number in range(articles):
            _keep(archive, recorder, number, random)
            archive.seal_if_due()
        archive.finish()
    finally:
        archive.close()


def _keep(archive: Archive, recorder: Recorder, number: int, random: Random) -> None:
    day = date(2022, 1 + number % 12, 1 + number % 28)
    docid = FIRST_DOCID + number
    name = f"t{day:%Y%m%d}_{docid}.html"
    address = ArticleAddress(f"{SITE.root}xw/jcxw/{day:%Y%m}/{name}", "xw/jcxw", f"{day:%Y%m}", day, docid)
    paragraphs = ["".join(random.choices(CHARACTERS, k=150)) for _ in range(10)]
    body = page(editor(*paragraphs), title=f"标题{number}", head=f"<!-- {'menu ' * 1500} -->")
    etag = f'"{number:x}"'
    headers = [(b"Content-Type", b"text/html"), (b"ETag", etag.encode())]
    pointer = archive.capture(Exchange(address.url, clock.now(), 200, headers, body))
    article = parse_article(body, address.url, SITE)
    crawl = replace(article.crawl, status=200, etag=etag)
    article = cleaned(replace(article, fetched_at=clock.utc(clock.now()), crawl=crawl))
    id_ = SITE.article_id(address.docid)
    with archive.ledger.transaction():
        archive.ledger.sections.add(SITE.name, address.section, "晋城新闻")
        archive.ledger.articles.add(id_, address, SITE.section_url(address.section), int(clock.now()))
        archive.ledger.sections.add_member(SITE.name, address.section, id_)
    known = archive.ledger.articles.get(id_)
    if known is None:
        raise LookupError(id_)
    recorder.keep(known, Draft(article, address, address.url, (Page(body, address.url, etag=etag, warc=pointer),)))
