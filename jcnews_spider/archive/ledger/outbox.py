"""The outbox: records that are written but not yet sealed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record that no sealed segment holds yet."""

    seq: int
    id: str
    line: str
    files: tuple[tuple[str, str], ...]
    """(path, sha256 hex) of its snapshots."""
    segment: str | None
    """Path of the segment it is stamped with, None before a seal."""


class Outbox:
    """The outbox's part of the ledger."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def send(self, id_: str, line: str, files: Iterable[tuple[str, str]]) -> None:
        """Puts a record's final line into the outbox."""
        self._db.execute("INSERT INTO outbox (id, line, files) VALUES (?, ?, ?)", (id_, line, json.dumps(list(files))))

    def all(self) -> list[Outgoing]:
        """Every record that awaits its seal, oldest first."""
        rows = self._db.execute("SELECT seq, id, line, files, segment FROM outbox ORDER BY seq")
        return [
            Outgoing(seq, id_, line, tuple((path, digest) for path, digest in json.loads(files)), segment)
            for seq, id_, line, files, segment in rows
        ]

    def size(self) -> int:
        """Number of records that await their seal."""
        (size,) = self._db.execute("SELECT count(*) FROM outbox").fetchone()
        return int(size)

    def undo(self, record: Outgoing) -> None:
        """Takes a record back whose files did not survive: its article is due again."""
        self._db.execute("DELETE FROM outbox WHERE seq = ?", (record.seq,))
        self._db.execute("DELETE FROM texts WHERE id = ?", (record.id,))
        self._db.execute(
            "UPDATE articles SET state = 'found', version = 0, content_hash = NULL, next_try = 0 WHERE id = ?",
            (record.id,),
        )

    def stamp(self, segment: str) -> None:
        """Says in which segment every record of the outbox will stand."""
        self._db.execute("UPDATE outbox SET segment = ? WHERE segment IS NULL", (segment,))

    def sealed(self, segment: str, records: int, digest: str, now: int) -> None:
        """Notes a segment that is in place and drops its records from the outbox."""
        self._db.execute(
            "INSERT OR REPLACE INTO segments (path, records, sha256, sealed_at) VALUES (?, ?, ?, ?)",
            (segment, records, digest, now),
        )
        self._db.execute("DELETE FROM outbox WHERE segment = ?", (segment,))
