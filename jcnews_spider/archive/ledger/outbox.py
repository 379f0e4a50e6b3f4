"""The outbox: records that are written but not yet sealed; and the segments in which the others stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.archive.ledger.database import Database

SealedFile = tuple[str, str]
"""(path, sha256 hex) of a file that is sealed with a record."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record that no sealed segment holds yet."""

    seq: int
    id: str
    line: str
    files: tuple[SealedFile, ...]
    exchanges: tuple[tuple[str, int], ...]
    """(path of the WARC, end in bytes) of the exchange of each of its pages and new images."""
    segment: str | None
    """Path of the segment it is stamped with, None before a seal."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed segment."""

    path: str
    records: int
    sha256: str
    manifest_end: int
    """Size of the manifest when its lines were in it."""
    sealed_at: int


class Outbox:
    """The outbox's part of the ledger."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def send(
        self, id_: str, line: str, files: Iterable[SealedFile], exchanges: Iterable[tuple[str, int]], run_id: str
    ) -> None:
        """Puts a record's final line into the outbox of a run, with (WARC, end in bytes) of its exchanges."""
        self._db.execute(
            "INSERT INTO outbox (id, line, files, exchanges, run) VALUES (?, ?, ?, ?, ?)",
            (id_, line, json.dumps(list(files)), json.dumps(list(exchanges)), run_id),
        )

    def waiting(self, run_id: str | None) -> list[Outgoing]:
        """Every record of a run, or of all, that awaits its seal, oldest first."""
        return self._read("CAST(:run AS TEXT) IS NULL OR run = :run", {"run": run_id})

    def of_segment(self, segment: str) -> list[Outgoing]:
        """The records that are stamped with a segment, oldest first."""
        return self._read("segment = :segment", {"segment": segment})

    def _read(self, where: str, values: Mapping[str, object]) -> list[Outgoing]:
        rows = self._db.execute(
            f"SELECT seq, id, line, files, exchanges, segment FROM outbox WHERE {where} ORDER BY seq", values
        )
        return [
            Outgoing(
                seq,
                id_,
                line,
                tuple((path, digest) for path, digest in json.loads(files)),
                tuple((path, end) for path, end in json.loads(exchanges)),
                segment,
            )
            for seq, id_, line, files, exchanges, segment in rows
        ]

    def last_of(self, id_: str) -> str | None:
        """The line of the newest record of an article that awaits its seal."""
        row = self._db.execute("SELECT line FROM outbox WHERE id = ? ORDER BY seq DESC LIMIT 1", (id_,)).fetchone()
        return row[0] if row else None

    def size(self) -> int:
        """Number of records that await their seal."""
        (size,) = self._db.execute("SELECT count(*) FROM outbox").fetchone()
        return int(size)

    def drop(self, record: Outgoing) -> None:
        """Takes a record out."""
        self._db.execute("DELETE FROM outbox WHERE seq = ?", (record.seq,))

    def take_over(self, run_id: str | None, heir: str) -> int:
        """Makes what a run, or every run, left unsealed that of another one, and gives the number of records."""
        taken = self._db.execute(
            "UPDATE outbox SET run = :heir WHERE CAST(:run AS TEXT) IS NULL OR run = :run",
            {"run": run_id, "heir": heir},
        )
        return taken.rowcount

    def stamp(self, segment: str, run_id: str) -> None:
        """Says in which segment every record of a run will stand."""
        self._db.execute("UPDATE outbox SET segment = ? WHERE segment IS NULL AND run = ?", (segment, run_id))

    def sealed(self, segment: Sealed) -> int:
        """Notes a segment that is in place, drops its records from the outbox and gives its number."""
        self._db.execute(
            "INSERT INTO segments (path, records, sha256, manifest_end, sealed_at) VALUES (?, ?, ?, ?, ?)",
            (segment.path, segment.records, segment.sha256, segment.manifest_end, segment.sealed_at),
        )
        self._db.execute("DELETE FROM outbox WHERE segment = ?", (segment.path,))
        (number,) = self._db.execute("SELECT n FROM segments WHERE path = ?", (segment.path,)).fetchone()
        return int(number)

    def segment_path(self, number: int) -> str:
        """Path of a sealed segment by its number."""
        (path,) = self._db.execute("SELECT path FROM segments WHERE n = ?", (number,)).fetchone()
        return str(path)

    def place(self, known: KnownArticle) -> tuple[str, int] | None:
        """(path of the segment, byte offset) of the last sealed record of an article; None where it has none."""
        if known.segment is None or known.offset is None:
            return None
        return self.segment_path(known.segment), known.offset

    def known_segments(self) -> set[str]:
        """Paths of the sealed segments and of those whose seal was begun."""
        rows = self._db.execute("SELECT path FROM segments UNION SELECT segment FROM outbox WHERE segment IS NOT NULL")
        return {path for (path,) in rows}

    def segments(self) -> Sequence[Sealed]:
        """Every sealed segment, oldest first."""
        rows = self._db.execute("SELECT path, records, sha256, manifest_end, sealed_at FROM segments ORDER BY n")
        return [Sealed(*row) for row in rows]
