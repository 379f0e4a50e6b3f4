"""What a rebuild of the ledger has to remember beside it: temporary tables, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator

from jcnews_spider.archive.ledger.database import Database


class Anew:
    """The part of a ledger that is being made anew; gone when it is closed."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def prepare(self) -> None:
        """Makes the tables."""
        for statement in _TABLES.split(";\n"):
            self._db.execute(statement)

    def note_listed(self, path: str) -> None:
        """Notes that the manifest has a file."""
        self._db.execute("INSERT INTO listed VALUES (?) ON CONFLICT DO NOTHING", (path,))

    def is_listed(self, path: str) -> bool:
        """True when the manifest has a file."""
        return self._db.execute("SELECT 1 FROM listed WHERE path = ?", (path,)).fetchone() is not None

    def note_record(self, id_: str, sha256: str | None) -> None:
        """Notes the digest (hex) of the page of an article's last record."""
        self._db.execute(
            "INSERT INTO newest VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET sha256 = excluded.sha256",
            (id_, bytes.fromhex(sha256) if sha256 else None),
        )

    def note_page(self, id_: str, url: str, digest: str, sha256: bytes | None, *, is_recent: bool) -> None:
        """Notes what an article's address gave, in the order of the captures; sha256 is None for a revisit.

        It is recent when the record that was made of it may have been lost with the outbox.
        """
        if sha256 is not None:
            self._db.execute("INSERT INTO bodies VALUES (?, ?) ON CONFLICT DO NOTHING", (digest, sha256))
        self._db.execute(
            "INSERT INTO pages VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "url = excluded.url, digest = excluded.digest, is_recent = excluded.is_recent",
            (id_, url, digest, int(is_recent)),
        )

    def pages_without_record(self) -> Iterator[tuple[str, str]]:
        """(id, address) of what was captured, but has no record that is sealed."""
        yield from self._db.execute("SELECT id, url FROM pages WHERE id NOT IN (SELECT id FROM newest)")

    def ask_changed(self) -> None:
        """Makes those articles due whose last recent capture is another page than that of the last record."""
        self._db.execute(
            "UPDATE articles SET checked = NULL, validators = NULL WHERE state = 'kept' AND id IN ("
            "SELECT r.id FROM newest r JOIN pages p ON p.id = r.id LEFT JOIN bodies b ON b.digest = p.digest "
            "WHERE p.is_recent = 1 AND (b.sha256 <> r.sha256 OR (b.sha256 IS NULL) <> (r.sha256 IS NULL)))"
        )

    def end_manifest(self, size: int) -> None:
        """Says that the last seal reached to the end of the manifest."""
        for table in ("segments", "warcs"):
            last = f"SELECT max(n) FROM {table} WHERE manifest_end IS NOT NULL"
            self._db.execute(f"UPDATE {table} SET manifest_end = ? WHERE n = ({last})", (size,))

    def sizes(self) -> tuple[int, int, int]:
        """Number of articles, of their records, and of payloads in WARCs."""
        sizes = self._db.execute(
            "SELECT (SELECT count(*) FROM articles), (SELECT coalesce(sum(records), 0) FROM segments), "
            "(SELECT count(*) FROM payloads)"
        ).fetchone()
        return int(sizes[0]), int(sizes[1]), int(sizes[2])


_TABLES = """
CREATE TEMP TABLE listed (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE newest (id TEXT PRIMARY KEY, sha256 BLOB) WITHOUT ROWID;
CREATE TEMP TABLE bodies (digest TEXT PRIMARY KEY, sha256 BLOB NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE pages (id TEXT PRIMARY KEY, url TEXT NOT NULL, digest TEXT NOT NULL, is_recent INTEGER NOT NULL)
    WITHOUT ROWID"""
