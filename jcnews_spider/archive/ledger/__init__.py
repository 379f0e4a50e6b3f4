"""The ledger: what is known of every address, the truth of the archive.

SQL stands only in this folder. Writes happen inside `transaction()`; after a power loss the latest commits may be
missing: the start of a run checks what it finds (DESIGN.md §2).

A ledger in SQLite has no statistics (ANALYZE), so queries say themselves how they are to be read: `CROSS JOIN` keeps
the order of the tables, `OF_SITE` filters without reading the index of ids, which holds the whole site.
"""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

from jcnews_spider.archive.ledger import sqlite
from jcnews_spider.archive.ledger.anew import Anew
from jcnews_spider.archive.ledger.articles import Articles
from jcnews_spider.archive.ledger.captures import Captures
from jcnews_spider.archive.ledger.claims import Claims
from jcnews_spider.archive.ledger.database import Database, transaction
from jcnews_spider.archive.ledger.due import Due
from jcnews_spider.archive.ledger.hosts import Hosts
from jcnews_spider.archive.ledger.images import Images
from jcnews_spider.archive.ledger.measures import Measures
from jcnews_spider.archive.ledger.members import Members
from jcnews_spider.archive.ledger.near import Near
from jcnews_spider.archive.ledger.outbox import Outbox
from jcnews_spider.archive.ledger.paces import Paces
from jcnews_spider.archive.ledger.recorded import Recorded
from jcnews_spider.archive.ledger.rests import Rests
from jcnews_spider.archive.ledger.runs import Runs
from jcnews_spider.archive.ledger.sections import Sections
from jcnews_spider.archive.ledger.takedowns import Takedowns
from jcnews_spider.archive.ledger.transcript import transcribe
from jcnews_spider.extras import require

NAME = "state.sqlite3"
"""Name of its file under output/."""


class Ledger:
    """The open ledger of one archive. Reading leaves no file behind, and works on a disk that is read-only."""

    token: str | None = None
    """By which the archive knows a ledger on a server."""
    server: str = ""
    """Address of the server, empty where it is a file."""

    def __init__(self, place: Path | str, *, read_only: bool = False, make: bool = True) -> None:
        """`place` is a file, or the address of a server, where one may be made; raises StorageFault, UsageFault."""
        self._db = self._connect(place, read_only=read_only, make=make)
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
        self.hosts = Hosts(self._db)
        self.measures = Measures(self._db)
        self.anew = Anew(self._db)
        self.members = Members(self._db)
        self.claims = Claims(self._db)
        self.paces = Paces(self._db)

    def _connect(self, place: Path | str, *, read_only: bool, make: bool) -> Database:
        if isinstance(place, Path):
            return sqlite.connect(place, read_only=read_only)
        require("JCNEWS_LEDGER", "cluster", ["psycopg"])
        from jcnews_spider.archive.ledger import postgres  # noqa: PLC0415 - only where a server is used

        database = postgres.connect(place, read_only=read_only, make=make)
        self.server, self.token = place, database.token()
        return database

    def close(self) -> None:
        """Ends the connection."""
        self._db.close()

    def transaction(self) -> AbstractContextManager[None]:
        """All writes inside are kept together or not at all."""
        return transaction(self._db)

    def is_empty(self) -> bool:
        """True for a new one."""
        return not self.runs.any() and self.anew.sizes() == (0, 0, 0)

    def pair(self) -> bool:
        """Notes that a folder has the token of a ledger on a server; False where one had it before."""
        return self._db.execute("UPDATE archive SET paired = 1 WHERE paired = 0").rowcount == 1

    def manifest_end(self) -> int:
        """Size of the manifest after the last addition that was finished."""
        (end,) = self._db.execute(
            "SELECT coalesce(max(manifest_end), 0) FROM "
            "(SELECT max(manifest_end) AS manifest_end FROM segments UNION ALL SELECT max(manifest_end) FROM warcs "
            "UNION ALL SELECT max(manifest_end) FROM media) AS ends"
        ).fetchone()
        return int(end)

    def transcribe(self, into: sqlite3.Connection) -> None:
        """Attaches to a SQLite database, as `ledger`, what an audit asks."""
        transcribe(self._db, into)

    def compact(self) -> None:
        """Leaves nothing of deleted rows in the files of the tables."""
        self._db.compact()

    def checkpoint(self) -> None:
        """Brings every commit so far onto the disk."""
        self._db.checkpoint()
