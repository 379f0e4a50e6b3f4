"""The archive: sealed JSON Lines, raw HTML, run reports, and the ledger that ties them together."""

from __future__ import annotations

import json
import logging
import secrets
import shutil
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jcnews_spider import clock
from jcnews_spider.archive import disk, files, segments
from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.articles import Kept, KnownArticle
from jcnews_spider.archive.ledger.outbox import Outgoing, Sealed
from jcnews_spider.archive.lock import Lock
from jcnews_spider.archive.manifest import NAME as MANIFEST
from jcnews_spider.archive.manifest import Manifest
from jcnews_spider.archive.snapshots import is_intact
from jcnews_spider.article import Article, Event, read_article
from jcnews_spider.errors import StorageFault

LEDGER = "state.sqlite3"

logger = logging.getLogger(__name__)


def new_run_id(started: float) -> str:
    """`YYYYMMDDTHHMMSSZ-xxxx` for the start of a run in UTC seconds."""
    return f"{datetime.fromtimestamp(started, UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


class Archive:
    """One archive, held for writing by one run: making it takes the lock, or raises ArchiveBusy.

    Then `open` it; every fault of the disk or the ledger is a StorageFault.
    """

    ledger: Ledger

    def __init__(self, root: Path, run_id: str, *, min_free_mb: int, seal_records: int, seal_seconds: int) -> None:
        self.root = root
        self.run_id = run_id
        self._min_free_bytes = min_free_mb * 1_000_000
        self._seal_records = seal_records
        self._seal_seconds = seal_seconds
        self._segments = 0
        self._manifest = Manifest(root)
        self._last_seal = time.monotonic()
        with storage_faults():
            root.mkdir(parents=True, exist_ok=True)
            self._lock = Lock(root)

    def open(self, site: str) -> None:
        """Opens the ledger, repairs what an earlier run left behind and notes that a run of a site begins."""
        with storage_faults():
            self.check_space()
            files.sweep(self.root)
            if not (self.root / LEDGER).exists() and (self.root / MANIFEST).exists():
                raise StorageFault(f"{self.root / LEDGER} is missing beside sealed segments: bring it back first")
            self.ledger = Ledger(self.root / LEDGER)
            self._recover()
            self._pending = self.ledger.outbox.size()
            with self.ledger.transaction():
                self.ledger.runs.begin(self.run_id, site, int(clock.now()))

    def check_space(self) -> None:
        """Raises StorageFault when the disk is nearly full."""
        free = shutil.disk_usage(self.root).free
        if free < self._min_free_bytes:
            raise StorageFault(
                f"{free // 1_000_000} MB free under {self.root}, "
                f"JCNEWS_MIN_FREE_MB wants {self._min_free_bytes // 1_000_000}"
            )

    def send(self, article: Article, sealed_files: Iterable[tuple[str, str]], *, text_digest: bytes | None) -> None:
        """Puts a record into the outbox and notes it as its article's last; inside a transaction of the ledger.

        `sealed_files` are (path, sha256 hex) of the files that came with it. Publication without a date counts from
        the day in the address.
        """
        known = self.ledger.articles.get(article.id)
        if known is None:
            raise LookupError(f"{article.id} was never found")
        state = "gone" if article.event is Event.GONE else "kept"
        self.ledger.articles.keep(article.id, _kept(article, known.day, text_digest), state=state)
        self.ledger.outbox.send(article.id, article.to_json(), sealed_files)
        self._pending += 1

    def last_record(self, known: KnownArticle) -> Article | None:
        """The newest record of an article, sealed or not; None when it has none."""
        line = self.ledger.outbox.last_of(known.id) or self._last_sealed(known)
        return read_article(line) if line else None

    def read(self, path: str) -> bytes:
        """The bytes of a file under output/."""
        with storage_faults():
            return (self.root / path).read_bytes()

    def seal_if_due(self) -> None:
        """Seals a segment when enough records wait, or one waits long enough; raises StorageFault on a full disk."""
        self.check_space()
        waited = time.monotonic() - self._last_seal
        if self._pending >= self._seal_records or (self._pending and waited >= self._seal_seconds):
            self.seal()

    def seal(self) -> None:
        """Puts every waiting record into one sealed segment, by the order of durability of DESIGN.md §2."""
        self._last_seal = time.monotonic()
        if not self._pending:
            return
        self._segments += 1
        segment = segments.segment_path(self.run_id, self._segments)
        with self.ledger.transaction():
            self.ledger.outbox.stamp(segment)
        self._finish_seal(segment)
        self._pending = 0

    def write_report(self, report: dict[str, Any], summary: str) -> None:
        """Writes runs/<run_id>.json, and how the run ended into the ledger."""
        with storage_faults():
            data = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
            files.write_whole(self.root, f"runs/{self.run_id}.json", data.encode(), durable=True)
            if hasattr(self, "ledger"):
                with self.ledger.transaction():
                    now = int(clock.now())
                    self.ledger.runs.end(self.run_id, report["exit_code"], report["why"], summary, now)

    def close(self) -> None:
        """Gives the archive back, without sealing."""
        try:
            with storage_faults():
                if hasattr(self, "ledger"):
                    self.ledger.close()
        finally:
            self._lock.release()

    def _finish_seal(self, segment: str) -> None:
        """Brings the records stamped with a segment into it; may be done again after any interruption."""
        records = [record for record in self.ledger.outbox.all() if record.segment == segment]
        if not records:
            return
        sealed = [file for record in records for file in record.files]
        files.sync(self.root, [path for path, _ in sealed])
        self.ledger.checkpoint()
        digest, offsets = segments.write_segment(self.root, segment, [record.line for record in records])
        end = self._manifest.add([*sealed, (segment, digest)], self.ledger.outbox.manifest_end())
        with self.ledger.transaction():
            number = self.ledger.outbox.sealed(Sealed(segment, len(records), digest, end, int(clock.now())))
            for record, offset in zip(records, offsets, strict=True):
                self.ledger.articles.sealed(record.id, number, offset)
        logger.info("sealed %s: %d records", segment, len(records))

    def _recover(self) -> None:
        """Undoes records whose files did not survive and finishes a seal that was interrupted."""
        waiting = self.ledger.outbox.all()
        lost: list[Outgoing] = []
        for record in waiting:
            follows_a_lost_one = any(record.id == earlier.id for earlier in lost)
            if follows_a_lost_one or not self._is_in_place(record):
                lost.append(record)
        for record in reversed(lost):
            logger.warning("%s is fetched again: its files did not survive", record.id)
            with self.ledger.transaction():
                self._undo(record)
        for segment in dict.fromkeys(record.segment for record in waiting if record.segment):
            self._finish_seal(segment)

    def _undo(self, record: Outgoing) -> None:
        """Takes an unsealed record back, newest first: its article is what the record before says, and due."""
        self.ledger.outbox.drop(record)
        known = self.ledger.articles.get(record.id)
        before = self.last_record(known) if known else None
        if known is None or before is None:
            self.ledger.articles.back_to(record.id, None, "found")
        else:
            state = "gone" if before.event is Event.GONE else "kept"
            self.ledger.articles.back_to(record.id, _kept(before, known.day, None), state)
        for path, _ in record.files:
            if (self.root / path).exists():
                disk.unlink(self.root / path)

    def _is_in_place(self, record: Outgoing) -> bool:
        """True when the record is sealed already, or all its files are whole."""
        if record.segment and (self.root / record.segment).exists():
            return True
        return all(is_intact(self.root, path, digest) for path, digest in record.files)

    def _last_sealed(self, known: KnownArticle) -> str | None:
        if known.segment is None or known.offset is None:
            return None
        return segments.read_record(self.root, self.ledger.outbox.segment_path(known.segment), known.offset)


def _kept(article: Article, day: str, text_digest: bytes | None) -> Kept:
    """What the ledger notes of a record; publication is that of the page, or the day in the address."""
    return Kept(
        version=article.version,
        content_hash=article.content_hash,
        parser=article.crawl.parser_version,
        published=clock.seconds_of(article.published_at or day),
        text_digest=text_digest,
    )
