"""Images: the files that hold them, each content once, and what the address of an image gave last."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from jcnews_spider.archive.ledger.database import Database, key


@dataclass(frozen=True, slots=True)
class StoredImage:
    """What an address gave."""

    url: str
    path: str
    """Under output/."""
    sha256: str
    """Hex."""
    checked: int
    """UTC seconds at which the address was asked last."""
    etag: str | None = None
    last_modified: str | None = None
    warc: str | None = None
    """Path of the WARC with the exchange while that may yet be lost, None once it is sealed."""
    warc_end: int | None = None
    """Byte at which the exchange ends there."""


_COLUMNS = "i.url, m.path, m.sha256, i.checked, i.etag, i.last_modified, i.warc, i.warc_end"
_OF_FILE = "i.media = (SELECT n FROM media WHERE path = ?)"
_OWN = "i.warc IS NOT NULL AND substr(i.warc, 1, length(?)) = ?"
_UNSEALED = "(i.warc IS NOT NULL OR m.manifest_end IS NULL)"


class Images:
    """The images' part of the ledger."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, url: str) -> StoredImage | None:
        """What an address gave last."""
        found = self._select("i.url = ?", key(url))
        return replace(found[0], url=url) if found else None

    def note(self, image: StoredImage) -> bool:
        """Notes what an address gave; True when no file held that content before."""
        added = self._db.execute(
            "INSERT INTO media (path, sha256) VALUES (?, ?) ON CONFLICT DO NOTHING", (image.path, image.sha256)
        )
        self._db.execute(
            "INSERT INTO images (url, media, checked, etag, last_modified, warc, warc_end) "
            "SELECT ?, n, ?, ?, ?, ?, ? FROM media WHERE path = ? ON CONFLICT (url) DO UPDATE SET "
            "media = excluded.media, checked = excluded.checked, etag = excluded.etag, "
            "last_modified = excluded.last_modified, warc = excluded.warc, warc_end = excluded.warc_end",
            (key(image.url), image.checked, image.etag, image.last_modified, image.warc, image.warc_end, image.path),
        )
        return added.rowcount == 1

    def add_file(self, path: str, sha256: str, manifest_end: int) -> None:
        """Notes a file that the manifest has."""
        self._db.execute(
            "INSERT INTO media (path, sha256, manifest_end) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (path, sha256, manifest_end),
        )

    def add_address(self, url: str, path: str, checked: int) -> None:
        """Notes that an address gave a known file at a time, unless it is known to have given one later."""
        self._db.execute(
            "INSERT INTO images (url, media, checked) SELECT ?, n, ? FROM media WHERE path = ? "
            "ON CONFLICT (url) DO UPDATE SET media = excluded.media, checked = excluded.checked "
            "WHERE excluded.checked > images.checked",
            (key(url), checked, path),
        )

    def still(self, url: str, now: int) -> None:
        """Notes that an address was asked and gives what it gave before."""
        self._db.execute("UPDATE images SET checked = ? WHERE url = ?", (now, key(url)))

    def unsealed_among(self, paths: Iterable[str]) -> list[StoredImage]:
        """What gave those of the files that are not sealed yet, or whose exchange is not."""
        found = [self._select(f"{_OF_FILE} AND {_UNSEALED}", path) for path in paths]
        return [image for images in found for image in images]

    def unsealed(self, warcs: str) -> list[StoredImage]:
        """Every address whose exchange, in a WARC whose path begins so, or whose file is not sealed yet."""
        return [
            *self._select(_OWN, warcs, warcs),
            *self._select("i.warc IS NULL AND i.media IN (SELECT n FROM media WHERE manifest_end IS NULL)"),
        ]

    def unsealed_files(self) -> list[tuple[str, str]]:
        """(path, sha256 hex) of every file that is not in the manifest yet."""
        rows = self._db.execute("SELECT path, sha256 FROM media WHERE manifest_end IS NULL ORDER BY n")
        return [tuple(row) for row in rows]

    def seal(self, paths: Sequence[str], manifest_end: int) -> None:
        """Notes that files are in the manifest, which then had this size."""
        self._db.execute(
            "UPDATE media SET manifest_end = ? WHERE manifest_end IS NULL AND path IN (SELECT value FROM json_each(?))",
            (manifest_end, json.dumps(list(paths))),
        )

    def seal_exchanges(self, warcs: str) -> None:
        """Notes that every exchange in a WARC whose path begins so is on the disk."""
        self._db.execute(f"UPDATE images AS i SET warc = NULL, warc_end = NULL WHERE {_OWN}", (warcs, warcs))

    def forget(self, url: str) -> None:
        """Forgets what an address gave."""
        self._db.execute("DELETE FROM images WHERE url = ?", (key(url),))

    def forget_file(self, path: str) -> None:
        """Forgets a file that is not sealed, and every address that gave it."""
        self._db.execute("DELETE FROM images WHERE media = (SELECT n FROM media WHERE path = ?)", (path,))
        self._db.execute("DELETE FROM media WHERE path = ?", (path,))

    def _select(self, where: str, *values: object) -> list[StoredImage]:
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM images i JOIN media m ON m.n = i.media WHERE {where}", values)
        return [StoredImage(*row) for row in rows]
