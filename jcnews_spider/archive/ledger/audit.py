"""The ledger against the tally of what the archive really holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from jcnews_spider.archive.ledger import NAME as LEDGER
from jcnews_spider.archive.ledger.schema import SCHEMA_VERSION
from jcnews_spider.archive.ledger.sqlite import reading_mode
from jcnews_spider.archive.ledger.tally import Tally
from jcnews_spider.archive.manifest import NAME as MANIFEST
from jcnews_spider.errors import StorageFault

Fault = tuple[str, str]
"""(where, what)."""

Attach = Callable[[sqlite3.Connection], object]
"""Brings a ledger to the database of a tally, as `ledger`; may raise StorageFault."""


def attach(database: sqlite3.Connection, path: Path) -> None:
    """Attaches a ledger in a file, to read."""
    database.execute("ATTACH ? AS ledger", (f"{path.absolute().as_uri()}?{reading_mode(path)}",))


class Audit:
    """Questions about a ledger that is attached to a tally, to read; a fault of SQLite is an answer too.

    `is_running` says that a run writes meanwhile: then the ledger may know more than was seen.
    """

    def __init__(self, tally: Tally, attach: Attach, *, is_running: bool) -> None:
        self._db = tally.db
        self._attach = attach
        self._values = {"running": is_running}

    def faults(self, manifest_bytes: int) -> Iterator[Fault]:
        """(where, what) of everything that does not agree."""
        try:
            self._attach(self._db)
            yield from self._own()
            (version,) = self._db.execute("PRAGMA ledger.user_version").fetchone()
            if version != SCHEMA_VERSION:
                yield LEDGER, f"schema {version}, this version reads {SCHEMA_VERSION}"
                return
            yield from self._manifest(manifest_bytes)
            questions: tuple[Callable[[], Iterator[Fault]], ...] = (
                self._newest, self._without_record, self._segments, self._unknown_segments, self._warcs, self._outbox,
            )  # fmt: skip
            for question in questions:
                yield from question()
        except (sqlite3.Error, StorageFault) as fault:
            yield LEDGER, str(fault)

    def known_segments(self) -> set[str]:
        """Paths of the segments that the ledger has or is about to seal; none when it cannot be read."""
        return self._paths("SELECT path FROM ledger.segments UNION SELECT segment FROM ledger.outbox")

    def articles(self) -> int:
        """Number of articles that it knows, 0 when it cannot be read."""
        try:
            (articles,) = self._db.execute("SELECT count(*) FROM ledger.articles").fetchone()
        except sqlite3.Error:
            return 0
        return int(articles)

    def _paths(self, query: str) -> set[str]:
        try:
            return {path for (path,) in self._db.execute(query) if path}
        except sqlite3.Error:
            return set()

    def _own(self) -> Iterator[Fault]:
        for (said,) in self._db.execute("PRAGMA ledger.quick_check(10)"):
            if said != "ok":
                yield LEDGER, " ".join(said.split())

    def _manifest(self, size: int) -> Iterator[Fault]:
        (end,) = self._db.execute(
            "SELECT max((SELECT coalesce(max(manifest_end), 0) FROM ledger.segments), "
            "(SELECT coalesce(max(manifest_end), 0) FROM ledger.warcs))"
        ).fetchone()
        if end > size and not self._values["running"]:
            yield MANIFEST, f"it has {size} bytes, the ledger knows of {end}"

    def _newest(self) -> Iterator[Fault]:
        """The newest version of each article, its hash, state, segment and offset."""
        rows = self._db.execute(f"SELECT * FROM ({_NEWEST}) WHERE what IS NOT NULL ORDER BY path, offset", self._values)
        yield from ((f"{path} at {offset}", f"{id_}: {what}") for id_, path, offset, what in rows)

    def _without_record(self) -> Iterator[Fault]:
        rows = self._db.execute(
            "SELECT a.id || ': the ledger has version ' || a.version || ', no segment and no outbox has a record' "
            "FROM ledger.articles a WHERE a.version > 0 AND NOT :running "
            "AND NOT EXISTS (SELECT 1 FROM records r WHERE r.id = a.id) "
            "AND NOT EXISTS (SELECT 1 FROM ledger.outbox o WHERE o.id = a.id) ORDER BY a.id",
            self._values,
        )
        yield from ((LEDGER, what) for (what,) in rows)

    def _segments(self) -> Iterator[Fault]:
        """Records and checksum of each segment that the ledger knows."""
        yield from self._db.execute(
            "SELECT path, CASE WHEN listed IS NULL THEN 'the ledger knows it, the manifest does not' "
            "  WHEN listed <> sha256 THEN 'the ledger has another sha256 than the manifest' "
            "  ELSE 'the ledger has ' || records || ' records, ' || seen || ' were read' END "
            "FROM (SELECT g.path, g.records, g.sha256, iif(f.path IS NULL, NULL, lower(hex(f.sha256))) AS listed, "
            "  (SELECT count(*) FROM paths s JOIN records r ON r.segment = s.n WHERE s.path = g.path) AS seen "
            "  FROM ledger.segments g LEFT JOIN files f ON f.path = g.path) "
            "WHERE CASE WHEN listed IS NULL THEN NOT :running ELSE listed <> sha256 OR records <> seen END "
            "ORDER BY path",
            self._values,
        )

    def _unknown_segments(self) -> Iterator[Fault]:
        """Sealed segments that it never heard of: it is older than the archive."""
        yield from self._db.execute(
            "SELECT f.path, 'the manifest has it, the ledger does not' FROM files f "
            "WHERE f.path GLOB 'articles/*' AND NOT :running "
            "AND NOT EXISTS (SELECT 1 FROM ledger.segments g WHERE g.path = f.path) "
            "AND NOT EXISTS (SELECT 1 FROM ledger.outbox o WHERE o.segment = f.path) ORDER BY f.path",
            self._values,
        )

    def _warcs(self) -> Iterator[Fault]:
        """Those complete by the ledger: the next run notes the others."""
        yield from self._db.execute(
            "SELECT w.path, CASE WHEN f.path IS NULL THEN 'the ledger knows it, the manifest does not' "
            "  ELSE 'the ledger has another sha256 than the manifest' END "
            "FROM ledger.warcs w LEFT JOIN files f ON f.path = w.path WHERE w.sha256 IS NOT NULL "
            "AND CASE WHEN f.path IS NULL THEN NOT :running ELSE lower(hex(f.sha256)) <> w.sha256 END ORDER BY w.path",
            self._values,
        )

    def _outbox(self) -> Iterator[Fault]:
        """Rows that are no record, or one that is sealed already; what their files are, the next run looks."""
        rows = self._db.execute(
            "SELECT 'outbox row ' || o.seq || ' of ' || o.id || CASE WHEN r.id IS NULL THEN ': it is no record' "
            "  ELSE ': version ' || r.version || ' stands in ' || s.path || ' already' END "
            f"FROM (SELECT seq, id, segment, {_OUTBOX_VERSION} AS version FROM ledger.outbox o) o "
            "LEFT JOIN records r ON r.id = o.id AND r.version = o.version LEFT JOIN paths s ON s.n = r.segment "
            "WHERE o.version IS NULL OR r.id IS NOT NULL AND s.path IS NOT o.segment ORDER BY o.seq"
        )
        yield from ((LEDGER, what) for (what,) in rows)


_OUTBOX_VERSION = (
    "CASE WHEN json_valid(o.line) AND json_extract(o.line, '$.id') = o.id THEN json_extract(o.line, '$.version') END"
)

_NEWEST = f"""
SELECT n.id, s.path, n.offset, CASE
  WHEN a.id IS NULL THEN 'not in the ledger'
  WHEN a.version < n.version THEN 'version ' || a.version || ' in the ledger, ' || n.version || ' in the segments'
  WHEN a.version > n.version THEN iif(
    :running OR EXISTS (SELECT 1 FROM ledger.outbox o WHERE o.id = a.id AND {_OUTBOX_VERSION} = a.version), NULL,
    'version ' || a.version || ' in the ledger, neither in a segment nor in the outbox')
  WHEN a.content_hash IS NOT n.hash THEN 'another content_hash in the ledger'
  WHEN a.state <> CASE n.event WHEN 'gone' THEN 'gone' WHEN 'withdrawn' THEN 'withdrawn' ELSE 'kept' END
    THEN a.state || ' in the ledger, the last record says ' || n.event
  WHEN (g.path IS NOT s.path OR a.offset IS NOT n.offset)
    AND NOT EXISTS (SELECT 1 FROM ledger.outbox o WHERE o.id = a.id)
    THEN 'at ' || coalesce(a.offset, '?') || ' of ' || coalesce(g.path, 'no segment') || ' in the ledger' END AS what
FROM (SELECT id, max(version) AS version, event, hash, segment, offset FROM records GROUP BY id) n
JOIN paths s ON s.n = n.segment
LEFT JOIN ledger.articles a ON a.id = n.id LEFT JOIN ledger.segments g ON g.n = a.segment
"""
