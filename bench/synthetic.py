"""A made-up ledger of any size, written through the ledger's own methods, as years of runs would have left it."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random

from jcnews_spider import clock
from jcnews_spider.archive import LEDGER
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.articles import Kept, KnownArticle
from jcnews_spider.archive.ledger.captures import Place
from jcnews_spider.archive.ledger.due import MOST_REST_S
from jcnews_spider.archive.ledger.outbox import Sealed
from jcnews_spider.items import Walked
from jcnews_spider.signature import SIZE
from jcnews_spider.sites import SITES
from jcnews_spider.text import DIGEST_BYTES
from jcnews_spider.urls import ArticleAddress

SITE = SITES["jcnews"]
SECTIONS = tuple(section.path or "zt/sxdj" for section in SITE.sections)
NOW = 1_665_282_480
"""The ledger's present: 2022-10-09 10:28 in Shanghai, in UTC seconds."""

FIRST_DOCID = 1_000_001
"""Behind every docid of the replica, so that both fit into one ledger."""

_DAY_S = 86_400
_GAP_S = _DAY_S // 339
"""Seconds between two docids: 339 a day (SITE.md §1.2)."""

_BACKFILLED = NOW - 365 * _DAY_S
"""When the first run was; it walked each section from its newest article to its oldest."""

_SHARES = {"found": 0.01, "failed": 0.02, "skipped": 0.015, "gone": 0.005, "kept": 0.95}
_SECOND_LISTING, _SECOND_ADDRESS, _COPY, _MISSING = 0.3, 0.002, 0.03, 0.0001
_RECORDS = 500
"""Records of a segment."""

_CAPTURES = 50_000
"""Articles whose pages stand in one WARC."""

_TRANSACTION = 20_000


@dataclass(frozen=True, slots=True)
class _Made:
    """An article before it is written."""

    docid: int
    published: int
    section: str
    state: str


def docids(articles: int) -> range:
    """The docids of a made-up ledger."""
    return range(FIRST_DOCID, FIRST_DOCID + articles)


def make(root: Path, articles: int) -> None:
    """Writes the ledger of an archive into a folder that is made if there is none."""
    root.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(root / LEDGER)
    try:
        _begin(ledger, articles)
        writing, made = _Writing(ledger), _in_order(articles)
        while batch := list(islice(made, _TRANSACTION)):
            with ledger.transaction():
                for article in batch:
                    writing.write(article)
        ledger.checkpoint()
    finally:
        ledger.close()


def settle(root: Path) -> None:
    """Makes nothing due for weeks, so that a crawl of the replica asks none of the made-up addresses; none waits."""
    later = int(clock.now()) + MOST_REST_S - _DAY_S  # later still would count as noted by a clock that was ahead
    with closing(sqlite3.connect(root / LEDGER)) as db, db:
        db.execute("DELETE FROM outbox")
        for table, where in (
            ("articles", "state IN ('found', 'failed', 'skipped')"),
            ("articles", "state IN ('kept', 'gone') AND checked - published IS NULL"),
            ("articles", f"state IN ('kept', 'gone') AND checked - published < {7 * _DAY_S}"),
            ("addresses", "asked = 0"),
        ):
            db.execute(f"UPDATE {table} SET next_try = ? WHERE {where}", (later,))


def _begin(ledger: Ledger, articles: int) -> None:
    """Sections whose walks are complete, and the segments in which the records stand."""
    with ledger.transaction():
        for path, section in zip(SECTIONS, SITE.sections, strict=True):
            ledger.sections.add(SITE.name, path, section.name)
            walked = Walked(path, 50, '"6342f3b0-4c1d"', formatdate(NOW, usegmt=True), 50)
            ledger.sections.note_end(SITE.name, walked, NOW)
        for number in range(articles // _RECORDS + 1):
            path = f"articles/20220101T000000Z-{number // 1000:04x}-{number % 1000:03d}.jsonl"
            ledger.outbox.sealed(Sealed(path, _RECORDS, sha256(path.encode()).hexdigest(), 0, NOW))


def _in_order(articles: int) -> Iterator[_Made]:
    """The articles as runs met them: the backfill a section at a time, newest first, the rest as they appeared."""
    random = Random(articles)
    states, shares = tuple(_SHARES), tuple(_SHARES.values())
    weights = [1 / (place + 1) for place in range(len(SECTIONS))]
    made = [
        _Made(
            docid=docid,
            published=NOW - (FIRST_DOCID + articles - docid) * _GAP_S,
            section=random.choices(SECTIONS, weights)[0],
            state=random.choices(states, shares)[0],
        )
        for docid in docids(articles)
    ]
    old = [article for article in made if article.published < _BACKFILLED]
    yield from sorted(old, key=lambda article: (SECTIONS.index(article.section), -article.docid))
    yield from made[len(old) :]


class _Writing:
    """Writes one article after the other."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._random = Random(1)
        self._written = 0
        self._offset = 0

    def write(self, article: _Made) -> None:
        """An article, the lists that show it, and what became of it."""
        self._written += 1
        id_, seen = SITE.article_id(article.docid), max(_BACKFILLED, article.published + 3600)
        address = _address(article, article.section)
        self._ledger.articles.add(
            id_, address, f"{SITE.section_url(article.section)}index_{article.docid % 50}.html", seen
        )
        self._ledger.sections.add_member(SITE.name, article.section, id_)
        if self._random.random() < _SECOND_LISTING:
            self._ledger.sections.add_member(SITE.name, self._random.choice(SECTIONS), id_)
        known = _known(self._written, id_, address.url)
        if article.state in ("failed", "skipped"):
            self._miss(known, article.state)
        elif article.state != "found":
            self._keep(known, article)

    def _miss(self, known: KnownArticle, state: str) -> None:
        """Asked in vain once or several times, the last time some hours ago."""
        reason = self._random.choice(("http_404", "http_500", "timeout") if state == "failed" else ("stub", "no_body"))
        for _ in range(self._random.randint(1, 5)):
            self._ledger.articles.miss(known, known.url, state, reason, NOW - self._random.randrange(8 * _DAY_S))

    def _keep(self, known: KnownArticle, article: _Made) -> None:
        """Kept, sealed, and shown by the site at the age at which it was asked last."""
        articles, random = self._ledger.articles, self._random
        digest = None if random.random() < _COPY else random.randbytes(DIGEST_BYTES)
        kept = Kept(1, random.randbytes(32).hex(), "1", article.published, digest)
        articles.keep(known.id, kept, state=article.state)
        etag = f'"{article.published:x}-{random.randrange(1 << 16):x}"'
        validators = ((etag, formatdate(article.published, usegmt=True)),)
        articles.seen(known, _checked(article.published), known.url, validators)
        self._offset = (self._offset + 4096) % (_RECORDS * 4096)
        articles.sealed(known.id, self._written // _RECORDS + 1, self._offset)
        self._capture(known)
        if digest:
            self._ledger.near.add(known.id, 1, sorted(random.sample(range(1 << 32), SIZE)))
        if random.random() < _SECOND_ADDRESS:
            articles.add(known.id, _address(article, "xw/other"), None, NOW)
        if article.state == "kept" and random.random() < _MISSING:
            articles.missing(known, "http_404", NOW - _DAY_S)

    def _capture(self, known: KnownArticle) -> None:
        """Its page stands in a WARC, with a payload of its own."""
        warc = f"warc/20220101T000000Z-{self._written // _CAPTURES:04x}-001.warc.gz"
        place = Place(warc, self._random.randrange(10**9))
        digest = base64.b32encode(self._random.randbytes(20)).decode()
        self._ledger.captures.note({f"sha1:{digest}": place}, {known.url: place})


def _checked(published: int) -> int:
    """When an article was asked last, with a run at every noon: at seven days, at the backfill, or at the last run."""
    settled = max(_BACKFILLED, published + 7 * _DAY_S + 3600)
    last_run = NOW - _DAY_S
    return settled if settled <= last_run else max(last_run, published + 3600)


def _address(article: _Made, section: str) -> ArticleAddress:
    day = datetime.fromtimestamp(article.published, UTC) + timedelta(hours=8)
    name = f"{day:%Y%m}/t{day:%Y%m%d}_{article.docid}.html"
    return ArticleAddress(f"{SITE.root}{section}/{name}", section, f"{day:%Y%m}", day.date(), article.docid)


def _known(n: int, id_: str, url: str) -> KnownArticle:
    """An article as the methods that write want it: they read its row, id and address."""
    return KnownArticle(n, id_, url, clock.utc(NOW)[:10], "found", 0, None, None, None, None, (), None, NOW, None)
