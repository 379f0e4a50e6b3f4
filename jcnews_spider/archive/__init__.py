"""The archive: WARCs, sealed JSON Lines, raw HTML, images, run reports, and the ledger that ties them together."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from jcnews_spider import clock
from jcnews_spider.archive import disk, files, recovery, segments
from jcnews_spider.archive.crew import Crew
from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.ledger import NAME, Ledger
from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.archive.ledger.outbox import Sealed, SealedFile
from jcnews_spider.archive.lock import Lock
from jcnews_spider.archive.manifest import NAME as MANIFEST
from jcnews_spider.archive.manifest import Manifest
from jcnews_spider.archive.media import Media, is_media
from jcnews_spider.archive.pairing import open_ledger, require_ledger, require_same_segments
from jcnews_spider.archive.warc.members import FOLDER
from jcnews_spider.archive.warc.records import Exchange
from jcnews_spider.archive.warc.writer import ClosedWarc, WarcPlan, WarcWriter
from jcnews_spider.article import Article, WarcPointer, read_article
from jcnews_spider.errors import StorageFault
from jcnews_spider.health import UNJUDGED, Judgement

LEDGER = NAME

_SIGNATURE = re.compile('"near_hash":"([0-9a-f]*)"')
"""In a record's line; in a string of it a quote would stand behind a backslash."""

OWN_FOLDERS = frozenset({"articles", "html", "media", "runs", "warc"})

logger = logging.getLogger(__name__)


def is_own(root: Path, path: Path) -> bool:
    """True for a place where an archive keeps its own files: nothing else may be written there."""
    try:
        first = path.resolve().relative_to(root.resolve()).parts[:1]
    except ValueError:
        return False
    name = first[0] if first else "."
    return name in OWN_FOLDERS or name == MANIFEST or name.startswith((".", LEDGER, "search.sqlite3"))


def new_run_id(started: float) -> str:
    """`YYYYMMDDTHHMMSSZ-xxxx` for the start of a run in UTC seconds."""
    return f"{datetime.fromtimestamp(started, UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


class Archive:
    """One archive, held for writing by one run: making it takes the lock, or raises ArchiveBusy.

    Then `open` it; every fault of the disk or the ledger is a StorageFault.
    """

    is_shared: ClassVar[bool] = False
    ledger: Ledger
    media: Media
    warc: WarcWriter | None = None
    """None when no WARC is written."""
    crew: Crew | None = None
    """What it has to do with the other runs of a shared one."""

    def __init__(
        self,
        root: Path,
        run_id: str,
        *,
        min_free_mb: int,
        seal_records: int,
        seal_seconds: int,
        warc: WarcPlan | None = None,
    ) -> None:
        self.root = root
        self.run_id = run_id
        self._min_free_bytes = min_free_mb * 1_000_000
        self._seal_records = seal_records
        self._seal_seconds = seal_seconds
        self._warc_plan = warc
        self._segments = 0
        self._pending = 0
        self.manifest = Manifest(root)
        self._last_seal = time.monotonic()
        with storage_faults():
            root.mkdir(parents=True, exist_ok=True)
            self._lock = Lock(root, shared=self.is_shared)

    def open(self, site: str, server: str = "") -> None:
        """Opens the ledger, repairs what an earlier run left behind and notes that a run of a site begins.

        `server` is the address of a ledger that is no file in the folder.
        """
        with storage_faults():
            if self.is_shared:
                disk.mkdir(self.root / files.STAGING)  # others may be writing there
            else:
                files.sweep(self.root)
            self.check_space()
            require_ledger(self.root, server)
            self.ledger = open_ledger(self.root, server)
            require_same_segments(self.root, self.ledger)
            own_warcs = f"{FOLDER}/{self.run_id}-" if self.is_shared else ""  # alone: all
            self.media = Media(self.root, self.ledger, self.manifest, own_warcs)
            if self.is_shared:
                self.crew = Crew(self)
            else:
                recovery.recover(self)
            if self._warc_plan:
                self.warc = WarcWriter(self.root, self.run_id, self._warc_plan, self.ledger.captures)
            with self.ledger.transaction():
                self.ledger.runs.begin(self.run_id, site, int(clock.now()))

    def follow(self, site: str, root: str, hosts: Iterable[str]) -> None:
        """Notes every address of a site under its root, when the site has moved there from another of its hosts."""
        with storage_faults(), self.ledger.transaction():
            if self.ledger.hosts.follow(site, root, hosts):
                logger.info("the site has moved: its articles are asked at %s", root)

    def take_over(self, run_id: str | None, warcs: str) -> None:
        """Takes what a dead run, or every earlier one, left to be sealed; its WARCs, that begin so, are on the disk."""
        with self.ledger.transaction():
            self._pending += self.ledger.outbox.take_over(run_id, self.run_id)
            self.ledger.images.seal_exchanges(warcs)

    def check_space(self) -> None:
        """Raises StorageFault when the disk is nearly full."""
        free = disk.free_bytes(self.root)
        if free < self._min_free_bytes:
            raise StorageFault(
                f"{free // 1_000_000} MB free under {self.root}, "
                f"JCNEWS_MIN_FREE_MB wants {self._min_free_bytes // 1_000_000}"
            )

    def capture(self, exchange: Exchange) -> WarcPointer:
        """Writes an exchange into the WARC and says where the response stands; raises StorageFault."""
        if self.warc is None:
            raise LookupError("this archive writes no WARC")
        with storage_faults():
            return self.warc.capture(exchange)

    def send(
        self,
        article: Article,
        sealed_files: Iterable[SealedFile],
        *,
        text_digest: bytes | None,
        exchanges: Iterable[tuple[str, int]] = (),
    ) -> None:
        """Puts a record into the outbox and notes it as its article's last; inside a transaction of the ledger.

        `sealed_files` are (path, sha256 hex) of the files that came with it, `exchanges` (path of the WARC, end in
        bytes) of what it needs there. Publication without a date counts from the day in the address.
        """
        known = self.ledger.articles.known(article.id)
        kept = recovery.kept(article, known.day, text_digest)
        self.ledger.articles.keep(article.id, kept, state=recovery.state_of(article.event))
        recovery.note_values(self.ledger, article)
        self.ledger.outbox.send(article.id, article.to_json(), sealed_files, exchanges, self.run_id)
        self._pending += 1

    def last_record(self, known: KnownArticle) -> Article | None:
        """The newest record of an article, sealed or not; None when it has none."""
        line = self.ledger.outbox.last_of(known.id)
        if line:
            return read_article(line)
        place = self.ledger.outbox.place(known)
        return segments.read_record(self.root, *place) if place else None

    def last_signature(self, known: KnownArticle) -> str | None:
        """near_hash of the newest record of an article, None where it has none; raises Damaged.

        Told by the line alone, in a third of the time that a record takes.
        """
        line = self.ledger.outbox.last_of(known.id)
        if line is None and (place := self.ledger.outbox.place(known)):
            line = segments.read_line(self.root, *place).decode("utf-8", "replace")
        found = _SIGNATURE.search(line or "")
        return found[1] if found else None

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
            self.ledger.outbox.stamp(segment, self.run_id)
        self.finish_seal(segment)
        self._pending = 0

    def finish(self) -> None:
        """Seals what waits, images without a record too, and closes the WARC: the end of a run."""
        self.seal()
        if self.warc:
            self.warc.close()
            self._note_captures(self.warc)
        self.media.seal()
        if self.crew:
            self.crew.finish()

    def write_report(self, report: dict[str, Any], summary: str, judged: Judgement = UNJUDGED) -> None:
        """Writes runs/<run_id>.json, and how the run ended into the ledger."""
        with storage_faults():
            data = (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode(errors="backslashreplace")
            files.write_whole(self.root, f"runs/{self.run_id}.json", data, durable=True)
            if hasattr(self, "ledger"):
                with self.ledger.transaction():
                    now = int(clock.now())
                    self.ledger.runs.end(self.run_id, report["exit_code"], report["why"], summary, now)
                    self.ledger.measures.note(report["site"], self.run_id, judged)

    def close(self) -> None:
        """Gives the archive back, without sealing."""
        try:
            if self.crew:
                self.crew.close()
            with storage_faults():
                if hasattr(self, "ledger"):
                    self.ledger.close()
        finally:
            self._lock.release()

    def finish_seal(self, segment: str) -> None:
        """Brings the records stamped with a segment into it; may be done again after any interruption."""
        records = self.ledger.outbox.of_segment(segment)
        if not records:
            return
        if self.warc:
            self.warc.sync()
        self.media.seal()
        sealed = [file for record in records for file in record.files if not is_media(file[0])]
        files.sync(self.root, [path for path, _ in sealed])
        self.ledger.checkpoint()
        digest, offsets = segments.write_segment(self.root, segment, [record.line for record in records])
        with self.ledger.transaction():
            end = self.manifest.add([*sealed, (segment, digest)], self.ledger.manifest_end())
            number = self.ledger.outbox.sealed(Sealed(segment, len(records), digest, end, int(clock.now())))
            for record, offset in zip(records, offsets, strict=True):
                self.ledger.articles.sealed(record.id, number, offset)
        logger.info("sealed %s: %d records", segment, len(records))
        if self.warc:
            self._note_captures(self.warc)

    def note_closed(self, warc: ClosedWarc) -> None:
        """Puts a WARC that is complete and on the disk into the manifest."""
        with self.ledger.transaction():
            end = self.manifest.add([(warc.path, warc.sha256)], self.ledger.manifest_end())
            self.ledger.captures.close(warc.path, warc.size, warc.sha256, end)

    def _note_captures(self, warc: WarcWriter) -> None:
        """Notes the closed WARCs, and what is on the disk of the payloads: the ledger never points behind it."""
        while warc.closed:
            self.note_closed(warc.closed[0])
            warc.closed.pop(0)
        if not (warc.payloads or warc.addresses):
            return
        with self.ledger.transaction():
            self.ledger.captures.note(warc.payloads, warc.addresses)
        warc.payloads.clear()
        warc.addresses.clear()


class SharedArchive(Archive):
    """An archive that several runs write at the same time; its ledger is on a server."""

    is_shared = True
