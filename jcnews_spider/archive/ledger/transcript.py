"""What an audit asks of a ledger on a server, copied to where SQLite can join it with what the archive holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from jcnews_spider.archive.ledger.database import Database, Row
from jcnews_spider.archive.ledger.schema import SCHEMA_VERSION

BATCH = 10_000
"""Rows that are read at once, so that memory stays flat."""

_TABLES = {
    "articles": 'n, id, version, content_hash, state, segment, "offset"',
    "segments": "n, path, records, sha256, manifest_end",
    "warcs": "n, path, sha256, manifest_end",
    "outbox": "seq, id, line, segment",
}
"""Columns of each table; the first one numbers its rows."""


def transcribe(database: Database, into: sqlite3.Connection) -> None:
    """Attaches a temporary database as `ledger`, with those tables in it; raises StorageFault."""
    into.execute("ATTACH '' AS ledger")
    into.execute("PRAGMA ledger.journal_mode=OFF")
    into.execute(f"PRAGMA ledger.user_version={SCHEMA_VERSION}")
    into.execute("BEGIN")
    for table, columns in _TABLES.items():
        marks = ", ".join("?" for _ in columns.split(", "))
        into.execute(f"CREATE TABLE ledger.{table} ({columns})")
        into.executemany(f"INSERT INTO ledger.{table} VALUES ({marks})", _rows(database, table, columns))
    into.execute("CREATE INDEX ledger.by_id ON articles (id)")
    into.execute("CREATE INDEX ledger.outbox_of ON outbox (id)")
    into.execute("COMMIT")


def _rows(database: Database, table: str, columns: str) -> Iterator[Row]:
    key, last = columns.partition(",")[0], 0
    query = f"SELECT {columns} FROM {table} WHERE {key} > ? ORDER BY {key} LIMIT {BATCH}"
    while batch := database.execute(query, (last,)).fetchall():
        yield from batch
        last = batch[-1][0]
