"""The tally of an archive: what `scrapy verify` has seen of every file, WARC record and article record.

It stands in a temporary database that SQLite keeps on the disk, so that memory stays flat (about 0.5 kB a record).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from jcnews_spider.archive.ledger.captures import packed
from jcnews_spider.article import Article, WarcPointer

Row = tuple[str, int, str]
"""(path of a file, byte offset, what is wrong there)."""


class State(IntEnum):
    """What a file of the manifest was found to be."""

    SOUND = 0
    CHANGED = 1
    MISSING = 2


@dataclass(frozen=True, slots=True)
class SoundMember:
    """A response or a revisit of a WARC that is what it was."""

    offset: int
    length: int
    payload_digest: str
    """As the WARC has it, empty where it has none."""
    body_sha256: bytes | None
    """Of its body where it has one."""


@dataclass(frozen=True, slots=True)
class WrongPointer:
    """A record whose pointer into a WARC does not yield its page."""

    segment: str
    offset: int
    what: str
    html: str | None
    """Its HTML file, if that is sound."""
    sha256: str | None
    """Of its page, hex."""


class Tally:
    """What was seen; first everything is put in, then `index`, then questions."""

    def __init__(self) -> None:
        self.db = sqlite3.connect("", isolation_level=None, uri=True)
        for statement in ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", *_TABLES.split(";\n")):
            self.db.execute(statement)

    def close(self) -> None:
        """Ends the connection; the database is gone with it."""
        self.db.close()

    def begin(self) -> None:
        """Before many additions: each in a transaction of its own would cost four times as much."""
        self.db.execute("BEGIN")

    # ---- what is put in

    def add_file(self, path: str, sha256: str, state: State) -> None:
        """A line of the manifest and what became of its file; a path that stands there twice must hold twice."""
        self.db.execute(
            "INSERT INTO files VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET sha256 = excluded.sha256, state = max(state, excluded.state)",
            (path, bytes.fromhex(sha256), state),
        )

    def add_member(self, path: str, member: SoundMember) -> None:
        """A sound response or revisit of a WARC."""
        try:
            sha1 = packed(member.payload_digest) or None
        except ValueError:
            sha1 = None  # another kind of digest than ours: nothing is found by it
        self.db.execute(
            "INSERT OR IGNORE INTO members VALUES (?, ?, ?, ?, ?)",
            (self._path(path), member.offset, member.length, sha1, member.body_sha256),
        )

    def add_record(self, path: str, offset: int, article: Article, pages: Iterable[str]) -> None:
        """A record of a segment, with the paths of its files under output/, its first page's first."""
        snapshot, pointer = article.snapshot, article.snapshot.warc or WarcPointer("", 0, 0)
        added = self.db.execute(
            "INSERT INTO records (id, version, event, hash, previous, segment, offset, sha256, warc, at, length) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article.id,
                article.version,
                article.event,
                _bytes(article.content_hash),
                _bytes(article.previous_hash),
                self._path(path),
                offset,
                _bytes(snapshot.sha256),
                self._path(pointer.file) if snapshot.warc else None,
                pointer.offset,
                pointer.length,
            ),
        )
        rows = [(page, added.lastrowid, bool(snapshot.html) and part == 0) for part, page in enumerate(pages)]
        self.db.executemany("INSERT INTO pages VALUES (?, ?, ?)", rows)

    def add_flaw(self, path: str, offset: int, end: int, what: str) -> None:
        """A stretch of a segment or a WARC that is damaged."""
        self.db.execute("INSERT INTO flaws VALUES (?, ?, ?, ?)", (path, offset, end, what))

    def index(self) -> None:
        """Makes ready for questions, once everything is in."""
        self.db.execute("COMMIT")
        for statement in _INDEXES.split(";\n"):
            self.db.execute(statement)

    # ---- questions

    def flaws(self, folder: str) -> Iterator[tuple[str, int, int, str]]:
        """(path, offset, end, what) of every damaged stretch of the files of a folder."""
        yield from self.db.execute("SELECT * FROM flaws WHERE path GLOB ? ORDER BY path, offset", (f"{folder}/*",))

    def digest_of(self, path: str) -> str | None:
        """sha256 (hex) that the manifest has for a file."""
        row = self.db.execute("SELECT sha256 FROM files WHERE path = ?", (path,)).fetchone()
        return row[0].hex() if row else None

    def broken_files(self) -> Iterator[tuple[str, str, State]]:
        """(path, sha256 hex, state) of each file that is not what the manifest says; not what `forget` removed."""
        rows = self.db.execute(
            "SELECT path, sha256, state FROM files f WHERE state <> 0 AND NOT (state = 2 AND EXISTS ("
            f"  SELECT 1 FROM pages p JOIN records r ON r.n = p.record WHERE p.path = f.path AND {_WITHDRAWN})) "
            "ORDER BY path"
        )
        yield from ((path, digest.hex(), State(state)) for path, digest, state in rows)

    def place_of(self, sha256: str) -> tuple[str, int] | None:
        """(path, offset) of a sound WARC record whose body has a digest."""
        row = self.db.execute(
            "SELECT path, offset FROM members JOIN paths ON n = warc WHERE sha256 = ? LIMIT 1", (bytes.fromhex(sha256),)
        ).fetchone()
        return (str(row[0]), int(row[1])) if row else None

    def pages_from(self, warc: str, offset: int, end: int) -> list[tuple[str, str | None]]:
        """(id and version, sound HTML file or None) of each record that points into a stretch of a WARC."""
        rows = self.db.execute(
            f"SELECT r.id || ' version ' || r.version, {_SOUND_HTML} FROM records r "
            f"WHERE warc = (SELECT n FROM paths WHERE path = ?) AND at >= ? AND at < ? AND NOT {_WITHDRAWN} "
            "ORDER BY at, r.n",
            (warc, offset, end),
        )
        return [(name, path) for name, path in rows]

    def unlisted_pages(self) -> Iterator[tuple[str, str, str | None]]:
        """(path, id and version, sha256 hex of a first page) of each file that a record names and no manifest has."""
        rows = self.db.execute(
            "SELECT p.path, r.id || ' version ' || r.version, CASE WHEN p.is_first THEN r.sha256 END "
            "FROM pages p JOIN records r ON r.n = p.record LEFT JOIN files f ON f.path = p.path "
            f"WHERE f.path IS NULL AND NOT {_WITHDRAWN} GROUP BY p.path ORDER BY p.path"
        )
        yield from ((path, name, digest and digest.hex()) for path, name, digest in rows)

    def strange_pages(self) -> Iterator[Row]:
        """(segment, offset, what) of each record whose digest is another than the manifest's for its HTML file."""
        yield from self.db.execute(
            "SELECT s.path, r.offset, r.id || ' version ' || r.version || ': its digest is not that of ' || p.path "
            "FROM pages p JOIN records r ON r.n = p.record JOIN files f ON f.path = p.path "
            "JOIN paths s ON s.n = r.segment "
            "WHERE p.is_first AND f.sha256 IS NOT r.sha256 ORDER BY r.n"
        )

    def wrong_pointers(self) -> Iterator[WrongPointer]:
        """Each record whose pointer does not yield its page."""
        rows = self.db.execute(
            "SELECT s.path, r.offset, r.id || ' version ' || r.version || ': ' || CASE "
            "  WHEN m.offset IS NULL THEN 'no sound record at ' || r.at || ' of ' || w.path "
            "  WHEN m.length <> r.length THEN 'the record at ' || r.at || ' of ' || w.path || ' has another length' "
            f"  ELSE 'the record at ' || r.at || ' of ' || w.path || ' is another page' END, {_SOUND_HTML}, r.sha256 "
            "FROM records r JOIN paths s ON s.n = r.segment JOIN paths w ON w.n = r.warc "
            "LEFT JOIN members m ON m.warc = r.warc AND m.offset = r.at "
            f"WHERE (m.offset IS NULL OR m.length <> r.length OR {_BODY} IS NOT r.sha256) AND NOT {_WITHDRAWN} "
            "ORDER BY r.n"
        )
        for path, offset, what, html, digest in rows:
            yield WrongPointer(path, offset, what, html, digest.hex() if digest else None)

    def lost_originals(self) -> Iterator[tuple[str, int]]:
        """(WARC, offset) of each revisit whose payload no sound record has."""
        yield from self.db.execute(
            f"SELECT path, offset FROM members m JOIN paths ON n = warc WHERE {_BODY} IS NULL ORDER BY path, offset"
        )

    def broken_chains(self) -> Iterator[Row]:
        """(segment, offset, what) of each record that does not follow the one before, but where `forget` cut."""
        yield from self.db.execute(
            "SELECT s.path, r.offset, r.id || CASE "
            "  WHEN r.version = r.before THEN ' version ' || r.version || ' stands twice' "
            "  WHEN r.version <> coalesce(r.before, 0) + 1 "
            "    THEN ': no version ' || (coalesce(r.before, 0) + 1) || ' before version ' || r.version "
            "  ELSE ' version ' || r.version || ': previous_hash is not that of the version before' END "
            f"FROM ({_CHAIN}) r JOIN paths s ON s.n = r.segment "
            "WHERE r.version = r.before OR (r.version <> coalesce(r.before, 0) + 1 OR r.previous IS NOT r.hash_before) "
            f"  AND NOT {_WITHDRAWN} ORDER BY r.id, r.version"
        )

    def size(self, table: str) -> int:
        """How many files, members or records were seen."""
        (size,) = self.db.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(size)

    def _path(self, path: str) -> int:
        self.db.execute("INSERT OR IGNORE INTO paths (path) VALUES (?)", (path,))
        (number,) = self.db.execute("SELECT n FROM paths WHERE path = ?", (path,)).fetchone()
        return int(number)


def _bytes(digest: str | None) -> bytes | None:
    """A digest as bytes; one that is none is told from every other."""
    try:
        return bytes.fromhex(digest) if digest else None
    except ValueError:
        return b""


_TABLES = """
CREATE TABLE paths (n INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE files (path TEXT PRIMARY KEY, sha256 BLOB NOT NULL, state INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE members (
    warc   INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    sha1   BLOB,              -- of the payload
    sha256 BLOB,              -- of the body, NULL for a revisit
    PRIMARY KEY (warc, offset)
) WITHOUT ROWID;
CREATE TABLE records (
    n        INTEGER PRIMARY KEY,
    id       TEXT NOT NULL,
    version  INTEGER NOT NULL,
    event    TEXT NOT NULL,
    hash     BLOB,
    previous BLOB,
    segment  INTEGER NOT NULL,
    offset   INTEGER NOT NULL,
    sha256   BLOB,
    warc     INTEGER,
    at       INTEGER NOT NULL, -- offset in the WARC
    length   INTEGER NOT NULL
);
CREATE TABLE pages (path TEXT NOT NULL, record INTEGER NOT NULL, is_first INTEGER NOT NULL);
CREATE TABLE flaws (path TEXT NOT NULL, offset INTEGER NOT NULL, end INTEGER NOT NULL, what TEXT NOT NULL)"""

_INDEXES = """
CREATE INDEX payloads ON members (sha1) WHERE sha256 IS NOT NULL;
CREATE INDEX bodies ON members (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX versions ON records (id, version);
CREATE INDEX pointers ON records (warc, at);
CREATE INDEX pages_by_path ON pages (path);
CREATE INDEX pages_by_record ON pages (record);
CREATE INDEX records_of ON records (segment);
CREATE INDEX withdrawn ON records (id) WHERE event = 'withdrawn'"""

_SOUND_HTML = (
    "(SELECT f.path FROM pages p JOIN files f ON f.path = p.path "
    "WHERE p.record = r.n AND p.is_first AND f.state = 0 AND f.sha256 = r.sha256)"
)

_WITHDRAWN = "EXISTS (SELECT 1 FROM records w WHERE w.id = r.id AND w.event = 'withdrawn')"

_BODY = "coalesce(m.sha256, (SELECT o.sha256 FROM members o WHERE o.sha1 = m.sha1 AND o.sha256 IS NOT NULL LIMIT 1))"

_CHAIN = (
    "SELECT id, version, previous, segment, offset, lag(version) OVER versions AS before, "
    "lag(hash) OVER versions AS hash_before FROM records WINDOW versions AS (PARTITION BY id ORDER BY version, n)"
)
