"""Takedowns: what was withdrawn at somebody's request, and what of it is still to be done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from jcnews_spider.archive.ledger.database import Database


@dataclass(frozen=True, slots=True)
class Takedown:
    """A withdrawal that is not carried out yet."""

    article: int
    id: str
    purge: bool
    """True to take its content out of segments and WARCs too."""
    files: tuple[str, ...]
    """Paths under output/ that an interrupted try was about to change."""
    urls: tuple[str, ...] = ()
    """Addresses of its images, as far as an earlier try found them: it may have taken out the lines that name them."""


class Takedowns:
    """The takedowns' part of the ledger."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, article: int, reason: str, *, purge: bool) -> None:
        """Withdraws an article: no run asks it again, and `open` gives it until it is `done`."""
        self._db.execute("UPDATE articles SET state = 'withdrawn', reason = ? WHERE n = ?", (reason, article))
        self._db.execute(
            "INSERT INTO takedowns (article, purge) VALUES (?, ?) "
            "ON CONFLICT (article) DO UPDATE SET done = 0, "
            "purge = CASE WHEN takedowns.done = 0 AND takedowns.purge = 1 THEN 1 ELSE excluded.purge END",
            (article, int(purge)),
        )

    def open(self) -> list[Takedown]:
        """Those that are not carried out."""
        rows = self._db.execute(
            "SELECT article, id, purge, files FROM takedowns JOIN articles ON n = article WHERE done = 0 ORDER BY n"
        )
        return [_takedown(*row) for row in rows]

    def withdrawn(self) -> frozenset[str]:
        """ids of every article that is withdrawn."""
        return frozenset(id_ for (id_,) in self._db.execute("SELECT id FROM articles WHERE state = 'withdrawn'"))

    def noted(self) -> frozenset[str]:
        """ids of those for which a takedown was begun: not of what a ledger that was made anew found withdrawn."""
        return frozenset(id_ for (id_,) in self._db.execute("SELECT id FROM takedowns JOIN articles ON n = article"))

    def will_change(self, article: int, files: Iterable[str], urls: Iterable[str]) -> None:
        """Notes which files are about to be changed or removed, and which addresses gave the images."""
        names = json.dumps(sorted({*files, *urls}))
        self._db.execute("UPDATE takedowns SET files = ? WHERE article = ?", (names, article))

    def done(self, article: int) -> None:
        """Notes that nothing is left to be done."""
        self._db.execute("UPDATE takedowns SET done = 1, files = '[]' WHERE article = ?", (article,))

    def addresses(self, article: int) -> list[str]:
        """Every address by which the article was ever known."""
        rows = self._db.execute(
            "SELECT url FROM articles WHERE n = :n UNION SELECT url FROM addresses WHERE article = :n", {"n": article}
        )
        return [url for (url,) in rows]

    def forget_text(self, article: int) -> None:
        """Forgets the digests of its texts, and their values: without an index, for it is rare."""
        for table in ("texts", "near"):
            self._db.execute(f"DELETE FROM {table} WHERE article = ?", (article,))

    def forget_member(self, path: str, offset: int) -> None:
        """Forgets what stood at a place of a WARC."""
        for table in ("payloads", "captures"):
            self._db.execute(
                f'DELETE FROM {table} WHERE warc = (SELECT n FROM warcs WHERE path = ?) AND "offset" = ?',
                (path, offset),
            )

    def file_changed(self, path: str, sha256: str | None) -> None:
        """Takes in the new checksum of a segment or WARC; None where it is gone."""
        for table in ("segments", "warcs"):
            if sha256 is None:
                self._db.execute(f"DELETE FROM {table} WHERE path = ?", (path,))
            else:
                self._db.execute(f"UPDATE {table} SET sha256 = ? WHERE path = ?", (sha256, path))

    def record_moved(self, path: str, id_: str, version: int, offset: int) -> None:
        """Takes in where a record stands in a segment whose lines before it were taken out."""
        self._db.execute(
            'UPDATE articles SET "offset" = ? WHERE id = ? AND version = ? '
            "AND segment = (SELECT n FROM segments WHERE path = ?)",
            (offset, id_, version, path),
        )

    def segment_has(self, path: str, records: int) -> None:
        """Takes in how many records a segment has left."""
        self._db.execute("UPDATE segments SET records = ? WHERE path = ?", (records, path))

    def manifest_ends(self, end: int) -> None:
        """Takes in the size of a manifest that was written anew."""
        for table in ("segments", "warcs", "media"):
            self._db.execute(f"UPDATE {table} SET manifest_end = ? WHERE manifest_end IS NOT NULL", (end,))


def _takedown(article: int, id_: str, purge: int, names: str) -> Takedown:
    """A row; among the names, an address is what has a scheme."""
    found = json.loads(names)
    paths, urls = ([name for name in found if ("://" in name) is is_url] for is_url in (False, True))
    return Takedown(article, id_, bool(purge), tuple(paths), tuple(urls))
