"""The ledger in a SQLite file: of one machine, and of one run at a time.

A commit is one WAL append without fsync, so after a power loss the latest ones may be missing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jcnews_spider.archive import disk
from jcnews_spider.archive.ledger.database import transaction
from jcnews_spider.archive.ledger.schema import SCHEMA, SCHEMA_VERSION, UPGRADES
from jcnews_spider.errors import StorageFault

MAKE_ANEW = "use the version that wrote it, or move it away and scrapy verify --rebuild makes it anew"


ROWS_AT_ONCE = 100
"""Rows that are taken together while an answer is read row by row."""


class _Rows(sqlite3.Cursor):
    """What a statement gave; a later row may lie on a damaged page."""

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        try:
            while rows := super().fetchmany(ROWS_AT_ONCE):
                yield from rows
        except sqlite3.Error as fault:
            raise _told(self.connection, fault) from fault

    def fetchone(self) -> Any:
        """The next row, None behind the last one; raises StorageFault."""
        try:
            return super().fetchone()
        except sqlite3.Error as fault:
            raise _told(self.connection, fault) from fault

    def fetchall(self) -> list[Any]:
        """Every further row; raises StorageFault."""
        try:
            return super().fetchall()
        except sqlite3.Error as fault:
            raise _told(self.connection, fault) from fault


def _told(database: Any, fault: sqlite3.Error) -> StorageFault:
    return StorageFault(f"{database.path.name}: {fault}")


class SqliteDatabase(sqlite3.Connection):
    """A connection that speaks of its faults in the project's words; made by `connect`."""

    path: Path
    _state: os.stat_result | None = None
    """Of the file, where it was opened as one that nobody writes."""

    def execute(self, statement: str, values: Any = (), /) -> _Rows:
        """What a statement gives; raises StorageFault."""
        try:
            return self.cursor(_Rows).execute(statement, values)
        except sqlite3.Error as fault:
            raise _told(self, fault) from fault

    def executemany(self, statement: str, values: Iterable[Any], /) -> _Rows:
        """Carries out a statement with each of the values; raises StorageFault."""
        try:
            return self.cursor(_Rows).executemany(statement, values)
        except sqlite3.Error as fault:
            raise _told(self, fault) from fault

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

    def take_for_immutable(self) -> None:
        """Notes how the file stands: nothing else would tell that a run has written meanwhile."""
        self._state = self.path.stat()

    def close(self) -> None:
        """Ends the connection; raises StorageFault where what was read may be of two moments."""
        super().close()
        if self._state and not _is_as_it_was(self.path, self._state):
            raise StorageFault(f"{self.path} was written while it was read, and only its owner may wait: read it again")


def _is_as_it_was(path: Path, before: os.stat_result) -> bool:
    now = path.stat()
    is_same = (now.st_ino, now.st_size, now.st_mtime_ns) == (before.st_ino, before.st_size, before.st_mtime_ns)
    return is_same and not _log_of(path).exists()


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def connect(path: Path, *, read_only: bool) -> SqliteDatabase:
    """The ledger in a file, which is made unless it is to be read; raises StorageFault."""
    if not read_only:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    mode = reading_mode(path) if read_only else "mode=rw"
    uri = f"{path.absolute().as_uri()}?{mode}"
    database = sqlite3.connect(uri, uri=True, isolation_level=None, factory=SqliteDatabase)
    database.path = path
    try:
        if "immutable" in mode:
            database.take_for_immutable()
        _prepare(database, read_only=read_only)
    except StorageFault:
        database.close()
        raise
    return database


def reading_mode(path: Path) -> str:
    """How SQLite is asked to read.

    A database that nobody writes has no log; who may only read would leave an empty one behind, who may write takes it
    away again. Where none can be made nobody locks, and a run that begins meanwhile writes under the reader.
    """
    if _log_of(path).exists():
        return "mode=ro"
    return "mode=rw" if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) else "mode=ro&immutable=1"


def _prepare(database: SqliteDatabase, *, read_only: bool) -> None:
    """Makes the tables of a new ledger, and what an older one lacks; any other schema is never touched."""
    (found,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    is_new = found == tables == 0 and not read_only
    if found != SCHEMA_VERSION and not is_new and (read_only or found not in UPGRADES):
        way = "the next scrapy crawl brings it up to date" if found in UPGRADES else MAKE_ANEW
        raise StorageFault(f"{database.path} has schema {found}, this version reads {SCHEMA_VERSION}: {way}")
    if read_only:
        database.execute("PRAGMA query_only=ON")
    else:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
    if is_new or found != SCHEMA_VERSION:
        statements = SCHEMA if is_new else "".join(UPGRADES[version] for version in range(found, SCHEMA_VERSION))
        with transaction(database):
            for statement in statements.split(";\n"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
