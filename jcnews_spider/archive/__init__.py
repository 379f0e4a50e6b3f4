"""The archive: sealed JSON Lines, raw HTML, run reports, and the ledger that ties them together."""

from __future__ import annotations

import json
import logging
import secrets
import shutil
import time
from collections.abc import Container, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jcnews_spider.archive import files, segments
from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.outbox import Outgoing
from jcnews_spider.archive.lock import Lock
from jcnews_spider.archive.manifest import Manifest
from jcnews_spider.archive.snapshots import is_intact
from jcnews_spider.errors import StorageFault

LEDGER = "state.sqlite3"

logger = logging.getLogger(__name__)


def new_run_id(moment: datetime) -> str:
    """`YYYYMMDDTHHMMSSZ-xxxx` for the UTC start of a run."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


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
            self._lock = Lock(root / ".lock")

    def open(self) -> None:
        """Opens the ledger and repairs what an earlier run left behind."""
        with storage_faults():
            self.check_space()
            files.sweep(self.root)
            self.ledger = Ledger(self.root / LEDGER)
            self._recover()
            self._pending = self.ledger.outbox.size()

    def check_space(self) -> None:
        """Raises StorageFault when the disk is nearly full."""
        free = shutil.disk_usage(self.root).free
        if free < self._min_free_bytes:
            raise StorageFault(
                f"{free // 1_000_000} MB free under {self.root}, "
                f"JCNEWS_MIN_FREE_MB wants {self._min_free_bytes // 1_000_000}"
            )

    def send(self, id_: str, line: str, sealed_files: Iterable[tuple[str, str]]) -> None:
        """Puts a record's final line into the outbox; inside a transaction of the ledger."""
        self.ledger.outbox.send(id_, line, sealed_files)
        self._pending += 1

    def seal_if_due(self) -> None:
        """Seals a segment when enough records wait, or one waits long enough."""
        waited = time.monotonic() - self._last_seal
        if self._pending >= self._seal_records or (self._pending and waited >= self._seal_seconds):
            self.seal()

    def seal(self) -> None:
        """Puts every waiting record into one sealed segment, by the order of durability of DESIGN.md §2."""
        self._last_seal = time.monotonic()
        if not self._pending:
            return
        self.check_space()
        self._segments += 1
        segment = segments.segment_path(self.run_id, self._segments)
        with self.ledger.transaction():
            self.ledger.outbox.stamp(segment)
        self._finish_seal(segment)
        self._pending = 0

    def write_report(self, report: dict[str, Any]) -> Path:
        """Writes runs/<run_id>.json and gives its path."""
        path = f"runs/{self.run_id}.json"
        with storage_faults():
            data = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
            files.write_whole(self.root, path, data.encode(), durable=True)
        return self.root / path

    def close(self) -> None:
        """Gives the archive back, without sealing."""
        try:
            with storage_faults():
                if hasattr(self, "ledger"):
                    self.ledger.close()
        finally:
            self._lock.release()

    def _finish_seal(self, segment: str, listed: Container[str] = ()) -> None:
        """Brings the records stamped with a segment into it; may be done again after any interruption."""
        records = [record for record in self.ledger.outbox.all() if record.segment == segment]
        if not records:
            return
        snapshots = [file for record in records for file in record.files]
        files.sync(self.root, [path for path, _ in snapshots])
        self.ledger.checkpoint()
        digest = segments.write_segment(self.root, segment, (record.line for record in records))
        self._manifest.add(file for file in [*snapshots, (segment, digest)] if file[0] not in listed)
        with self.ledger.transaction():
            self.ledger.outbox.sealed(segment, len(records), digest, int(time.time()))
        logger.info("sealed %s: %d records", segment, len(records))

    def _recover(self) -> None:
        """Undoes records whose files did not survive and finishes a seal that was interrupted."""
        self._manifest.repair()
        for record in self.ledger.outbox.all():
            if self._is_in_place(record):
                continue
            logger.warning("%s is fetched again: its files did not survive", record.id)
            with self.ledger.transaction():
                self.ledger.outbox.undo(record)
        for segment in {record.segment for record in self.ledger.outbox.all() if record.segment}:
            self._finish_seal(segment, listed=self._manifest.listed())

    def _is_in_place(self, record: Outgoing) -> bool:
        """True when the record is sealed already, or all its files are whole."""
        if record.segment and (self.root / record.segment).exists():
            return True
        return all(is_intact(self.root, path, digest) for path, digest in record.files)
