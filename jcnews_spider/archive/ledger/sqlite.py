"""The ledger in a SQLite file: of one machine, and of one run at a time.

A commit is one WAL append without fsync, so after a power loss the latest ones may be missing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jcnews_spider.archive import disk
from jcnews_spider.archive.ledger.database import transaction
from jcnews_spider.archive.ledger.schema import SCHEMA, SCHEMA_VERSION, UPGRADES
from jcnews_spider.errors import StorageFault

MAKE_ANEW = "use the version that wrote it, or move it away and scrapy verify --rebuild makes it anew"


class SqliteDatabase(sqlite3.Connection):
    """A connection that speaks of its faults in the project's words; made by `connect`."""

    path: Path

    def execute(self, statement: str, values: Any = (), /) -> sqlite3.Cursor:
        """What a statement gives; raises StorageFault."""
        try:
            return super().execute(statement, values)
        except sqlite3.Error as fault:
            raise StorageFault(f"state.sqlite3: {fault}") from fault

    def executemany(self, statement: str, values: Iterable[Any], /) -> sqlite3.Cursor:
        """Carries out a statement with each of the values; raises StorageFault."""
        try:
            return super().executemany(statement, values)
        except sqlite3.Error as fault:
            raise StorageFault(f"state.sqlite3: {fault}") from fault

    def begin(self) -> None:
        """Begins a transaction that will write."""
        self.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Ends it."""
        disk.commit(self)

    def rollback(self) -> None:
        """Undoes it, where there is one: a full disk may have ended it already."""
        if self.in_transaction:
            self.execute("ROLLBACK")

    def checkpoint(self) -> None:
        """Brings every commit so far onto the disk."""
        disk.checkpoint(self, self.path)

    def compact(self) -> None:
        """Leaves nothing of deleted rows in the file or its log."""
        self.execute("VACUUM")
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def connect(path: Path, *, read_only: bool) -> SqliteDatabase:
    """The ledger in a file, which is made unless it is to be read; raises StorageFault."""
    if not read_only:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    mode = reading_mode(path) if read_only else "mode=rw"
    uri = f"{path.absolute().as_uri()}?{mode}"
    database = sqlite3.connect(uri, uri=True, isolation_level=None, factory=SqliteDatabase)
    database.path = path
    try:
        _prepare(database, read_only=read_only)
    except StorageFault:
        database.close()
        raise
    return database


def reading_mode(path: Path) -> str:
    """How SQLite is asked to read: a database that nobody writes has no log, and would be given an empty one."""
    return "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"


def _prepare(database: SqliteDatabase, *, read_only: bool) -> None:
    """Makes the tables of a new ledger, and what an older one lacks; any other schema is never touched."""
    (found,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    is_new = found == tables == 0 and not read_only
    if found != SCHEMA_VERSION and not is_new and (read_only or found not in UPGRADES):
        way = "the next scrapy crawl brings it up to date" if found in UPGRADES else MAKE_ANEW
        raise StorageFault(f"{database.path} has schema {found}, this version reads {SCHEMA_VERSION}: {way}")
    if not read_only:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
    if is_new or found != SCHEMA_VERSION:
        statements = SCHEMA if is_new else "".join(UPGRADES[version] for version in range(found, SCHEMA_VERSION))
        with transaction(database):
            for statement in statements.split(";\n"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
