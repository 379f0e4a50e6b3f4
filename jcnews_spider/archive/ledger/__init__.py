"""The ledger: what is known of every address, in SQLite, the truth of the archive.

SQL stands only in this folder. Writes happen inside `transaction()`; a commit is one WAL append without fsync, so
after a power loss the latest ones may be missing: the start of a run checks what it finds (DESIGN.md §2).

A ledger has no statistics (ANALYZE), so queries say themselves how they are to be read: `CROSS JOIN` keeps the order
of the tables, `+id GLOB` filters without reading the index of ids, which holds the whole site.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from jcnews_spider.archive import disk
from jcnews_spider.archive.ledger.anew import Anew
from jcnews_spider.archive.ledger.articles import Articles
from jcnews_spider.archive.ledger.captures import Captures
from jcnews_spider.archive.ledger.due import Due
from jcnews_spider.archive.ledger.images import Images
from jcnews_spider.archive.ledger.measures import Measures
from jcnews_spider.archive.ledger.near import Near
from jcnews_spider.archive.ledger.outbox import Outbox
from jcnews_spider.archive.ledger.recorded import Recorded
from jcnews_spider.archive.ledger.rests import Rests
from jcnews_spider.archive.ledger.runs import Runs
from jcnews_spider.archive.ledger.schema import SCHEMA, SCHEMA_VERSION, UPGRADES
from jcnews_spider.archive.ledger.sections import Sections
from jcnews_spider.archive.ledger.takedowns import Takedowns
from jcnews_spider.errors import StorageFault

NAME = "state.sqlite3"
"""Name of its file under output/."""

MAKE_ANEW = "use the version that wrote it, or move it away and scrapy verify --rebuild makes it anew"


class _Connection(sqlite3.Connection):
    """A connection that speaks of its faults in the project's words."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """The cursor; raises StorageFault."""
        try:
            return super().execute(*arguments)
        except sqlite3.Error as fault:
            raise StorageFault(f"state.sqlite3: {fault}") from fault


class Ledger:
    """The open ledger of one archive. Reading leaves no file behind, and works on a disk that is read-only."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        if not read_only:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        mode = reading_mode(path) if read_only else "mode=rw"
        self._db = sqlite3.connect(
            f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, factory=_Connection
        )
        self._db.row_factory = sqlite3.Row
        try:
            self._prepare(read_only=read_only)
        except StorageFault:
            self._db.close()
            raise
        self.articles = Articles(self._db)
        self.due = Due(self._db)
        self.near = Near(self._db)
        self.sections = Sections(self._db)
        self.outbox = Outbox(self._db)
        self.recorded = Recorded(self._db)
        self.captures = Captures(self._db)
        self.takedowns = Takedowns(self._db)
        self.images = Images(self._db)
        self.rests = Rests(self._db)
        self.runs = Runs(self._db)
        self.measures = Measures(self._db)
        self.anew = Anew(self._db)

    def _prepare(self, *, read_only: bool) -> None:
        """Makes the tables of a new ledger, and what an older one lacks; any other schema is never touched."""
        (found,) = self._db.execute("PRAGMA user_version").fetchone()
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        is_new = found == tables == 0 and not read_only
        if found != SCHEMA_VERSION and not is_new and (read_only or found not in UPGRADES):
            way = "the next scrapy crawl brings it up to date" if found in UPGRADES else MAKE_ANEW
            raise StorageFault(f"{self._path} has schema {found}, this version reads {SCHEMA_VERSION}: {way}")
        if not read_only:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
        if is_new or found != SCHEMA_VERSION:
            statements = SCHEMA if is_new else "".join(UPGRADES[version] for version in range(found, SCHEMA_VERSION))
            with self.transaction():
                for statement in statements.split(";\n"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def close(self) -> None:
        """Ends the connection."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are kept together or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            disk.commit(self._db)
        except BaseException:
            with suppress(StorageFault):
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
            raise

    def manifest_end(self) -> int:
        """Size of the manifest after the last addition that was finished."""
        (end,) = self._db.execute(
            "SELECT coalesce(max(manifest_end), 0) FROM "
            "(SELECT max(manifest_end) AS manifest_end FROM segments UNION ALL SELECT max(manifest_end) FROM warcs "
            "UNION ALL SELECT max(manifest_end) FROM media)"
        ).fetchone()
        return int(end)

    def compact(self) -> None:
        """Leaves nothing of deleted rows in the file or its log."""
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def checkpoint(self) -> None:
        """Brings every commit so far onto the disk."""
        disk.checkpoint(self._db, self._path)


def reading_mode(path: Path) -> str:
    """How SQLite is asked to read: a database that nobody writes has no log, and would be given an empty one."""
    return "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
