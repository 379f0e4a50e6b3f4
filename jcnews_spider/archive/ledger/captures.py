"""Captures: which WARC holds a payload first, and what an address gave last."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha1

from jcnews_spider.archive.ledger.database import Database


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands."""

    file: str
    """Path of the WARC under output/."""
    offset: int


class Captures:
    """The captures' part of the ledger."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def payload(self, digest: str) -> Place | None:
        """Where a payload (`sha1:` and base32) was first stored."""
        return self._place("payloads", "digest", packed(digest))

    def newest(self, url: str) -> Place | None:
        """Where the newest answer with validators of an address stands; once in 10^19 that of another address."""
        return self._place("captures", "url", _key(url))

    def note(self, payloads: Mapping[str, Place], addresses: Mapping[str, Place]) -> None:
        """Takes in what a run captured and the disk holds."""
        files = {place.file for place in (*payloads.values(), *addresses.values())}
        numbers = {file: self._number(file) for file in files}
        self._db.executemany(
            'INSERT INTO payloads (digest, warc, "offset") VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
            [(packed(digest), numbers[place.file], place.offset) for digest, place in payloads.items()],
        )
        self._db.executemany(
            'INSERT INTO captures (url, warc, "offset") VALUES (?, ?, ?) '
            'ON CONFLICT (url) DO UPDATE SET warc = excluded.warc, "offset" = excluded."offset"',
            [(_key(url), numbers[place.file], place.offset) for url, place in addresses.items()],
        )

    def forget_beyond(self, path: str, end: int) -> None:
        """Forgets what stood behind the first `end` bytes of a WARC that had to be cut."""
        for table in ("payloads", "captures"):
            self._db.execute(
                f'DELETE FROM {table} WHERE warc = (SELECT n FROM warcs WHERE path = ?) AND "offset" >= ?', (path, end)
            )

    def close(self, path: str, size: int, sha256: str, manifest_end: int) -> None:
        """Notes a WARC that is complete and in the manifest."""
        self._db.execute(
            "UPDATE warcs SET bytes = ?, sha256 = ?, manifest_end = ? WHERE n = ?",
            (size, sha256, manifest_end, self._number(path)),
        )

    def unknown(self, paths: Iterable[str]) -> list[str]:
        """Those of the WARCs that are not noted as complete."""
        known = {path for (path,) in self._db.execute("SELECT path FROM warcs WHERE sha256 IS NOT NULL")}
        return [path for path in paths if path not in known]

    def _number(self, path: str) -> int:
        self._db.execute("INSERT INTO warcs (path) VALUES (?) ON CONFLICT DO NOTHING", (path,))
        (number,) = self._db.execute("SELECT n FROM warcs WHERE path = ?", (path,)).fetchone()
        return int(number)

    def _place(self, table: str, column: str, key: object) -> Place | None:
        row = self._db.execute(
            f'SELECT path, "offset" FROM {table} JOIN warcs ON n = warc WHERE {column} = ?', (key,)
        ).fetchone()
        return Place(*row) if row else None


def packed(digest: str) -> bytes:
    """The bytes of a digest, `sha1:` and base32; raises ValueError for another kind."""
    return base64.b32decode(digest.removeprefix("sha1:"))


def _key(url: str) -> bytes:
    return sha1(url.encode()).digest()[:8]  # noqa: S324 - a key, no signature
