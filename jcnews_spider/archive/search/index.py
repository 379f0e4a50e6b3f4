"""The index: which articles hold which tokens, in an SQLite file of its own.

FTS5 without content: the texts stand in the segments. Positions are kept (`detail=full`), so that phrases are exact
and counted by the index alone: about 1.7 × the text; without them it is 0.5 ×, but a word of three characters or more
would have to be looked up in the text of every candidate. `text` is the first column because each entry of any other
costs two bytes more. An article's number is its day and a count within it: SQLite then gives the newest first, and the
articles of a stretch of days, without a sort. `python -m bench.search` measures it.

SQLite before 3.43 deletes from such a table only what it is told: the tokens of the version before are made anew from
its segment, and where they are not the same any more, the index is Outdated.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path

from jcnews_spider.archive.search.words import matching

FORM = 1
"""Form of the tables, of the tokens and of the folding: an index of another form is made anew."""

DAY_BITS = 20
"""Articles of one day that have room: a million. 16 bits would save 3 % of the file."""

_SCHEMA = """
CREATE VIRTUAL TABLE words USING fts5(text, title, content='', columnsize=0, tokenize='ascii');
INSERT INTO words (words, rank) VALUES ('hashsize', 4194304);
CREATE TABLE articles (
    n       INTEGER PRIMARY KEY,                  -- rowid of its words
    id      TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    offset  INTEGER NOT NULL,
    digest  BLOB NOT NULL                         -- of its words
);
CREATE TABLE segments (
    n      INTEGER PRIMARY KEY,
    path   TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    whole  INTEGER NOT NULL                       -- 0: something in it could not be read
)
"""


class Outdated(Exception):
    """The index does not fit the archive any more."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one version of an article."""

    title: str
    text: str

    @property
    def digest(self) -> bytes:
        """What tells them from those of another version."""
        return blake2b(f"{self.title}\0{self.text}".encode(), digest_size=8).digest()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version of an article stands."""

    id: str
    version: int
    segment: str
    """Path under output/."""
    offset: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index has of an article."""

    n: int
    place: Place
    digest: bytes


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which articles are asked for; None means no bound."""

    since: date | None = None
    until: date | None = None
    """Last day."""
    ids: Sequence[str] | None = None
    site: str | None = None
    """Name before the colon of an id."""


class Index:
    """The open index. What is wrong with its file comes as sqlite3.DatabaseError."""

    def __init__(self, path: Path) -> None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # as the ledger: nobody else's to read
        self._db = sqlite3.connect(path, isolation_level=None)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        """Makes the tables of a new index; raises Outdated for one of another form."""
        (form,) = self._db.execute("PRAGMA user_version").fetchone()
        if form not in (0, FORM):
            raise Outdated(f"its form is {form}, not {FORM}")
        if form == 0:
            self.begin()
            for statement in _SCHEMA.split(";\n"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={FORM}")
            self.commit()

    def close(self) -> None:
        """Ends the connection; what was not committed is not there."""
        self._db.close()

    # ---- what is in it

    def segments(self) -> dict[str, str]:
        """sha256 of every segment that is in it, whole, by path."""
        return dict(self._db.execute("SELECT path, sha256 FROM segments WHERE whole"))

    def size(self) -> int:
        """Number of articles."""
        (size,) = self._db.execute("SELECT count(*) FROM articles").fetchone()
        return int(size)

    def has_any(self, ids: Iterable[str]) -> bool:
        """True when one of the articles is in it."""
        row = self._db.execute(
            "SELECT 1 FROM json_each(?) AS asked CROSS JOIN articles a ON a.id = asked.value", (json.dumps(list(ids)),)
        ).fetchone()
        return row is not None

    def get(self, id_: str) -> Entry | None:
        """What it has of an article."""
        row = self._db.execute(
            "SELECT a.n, version, path, offset, digest FROM articles a JOIN segments s ON s.n = segment WHERE id = ?",
            (id_,),
        ).fetchone()
        if row is None:
            return None
        n, version, path, offset, digest = row
        return Entry(n, Place(id_, version, path, offset), digest)

    # ---- writing

    def begin(self) -> None:
        """Begins a transaction; what follows is kept by `commit`, all of it or nothing."""
        self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Keeps what was written."""
        self._db.execute("COMMIT")

    def note_segment(self, path: str, sha256: str, *, whole: bool) -> None:
        """Notes that every record of a segment is in it, or only those that can be read."""
        self._db.execute(
            "INSERT INTO segments (path, sha256, whole) VALUES (?1, ?2, ?3) "
            "ON CONFLICT DO UPDATE SET sha256 = ?2, whole = ?3",
            (path, sha256, whole),
        )

    def add(self, place: Place, day: date, words: Tokens) -> None:
        """Puts an article in, which is not in it; its segment is noted."""
        low, high = _numbers(day, day)
        (last,) = self._db.execute(
            "SELECT coalesce(max(n), ?1 - 1) FROM articles WHERE n BETWEEN ?1 AND ?2", (low, high)
        ).fetchone()
        self._db.execute(
            "INSERT INTO articles (n, id, version, segment, offset, digest) "
            "SELECT ?, ?, ?, n, ?, ? FROM segments WHERE path = ?",
            (last + 1, place.id, place.version, place.offset, words.digest, place.segment),
        )
        self._db.execute("INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", (last + 1, words.title, words.text))

    def move(self, entry: Entry, place: Place) -> None:
        """Notes where a newer version with the same words stands."""
        self._db.execute(
            "UPDATE articles SET version = ?, offset = ?, segment = (SELECT n FROM segments WHERE path = ?) "
            "WHERE n = ?",
            (place.version, place.offset, place.segment, entry.n),
        )

    def remove(self, entry: Entry, words: Tokens) -> None:
        """Takes an article out, of which it is told the words; raises Outdated when they are not those it has."""
        if words.digest != entry.digest:
            raise Outdated(f"{entry.place.id} version {entry.place.version} is not what it was")
        self._db.execute(
            "INSERT INTO words (words, rowid, title, text) VALUES ('delete', ?, ?, ?)",
            (entry.n, words.title, words.text),
        )
        self._db.execute("DELETE FROM articles WHERE n = ?", (entry.n,))

    def compact(self) -> None:
        """Merges what many additions left, and gives the room back to the disk."""
        self._db.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._db.execute("VACUUM")

    # ---- asking

    def count(self, words: Sequence[str], bounds: Bounds) -> int:
        """Number of articles that hold every one of the folded words."""
        (number,) = self._db.execute(*_asked("count(*)", matching(words), bounds)).fetchone()
        return int(number)

    def find(self, words: Sequence[str], bounds: Bounds, limit: int | None, skip: int) -> list[Place]:
        """Those that hold them all in the title, then the others, each newest first."""
        text, end = matching(words), -1 if limit is None else skip + limit
        title = " AND ".join(f"{{title}} : {matching([word])}" for word in words)
        found: list[int] = []
        for expression in (title, f"({text}) NOT ({title})"):
            query, values = _asked("rowid", expression, bounds)
            left = -1 if end < 0 else end - len(found)
            rows = self._db.execute(f"{query} ORDER BY rowid DESC LIMIT ?", (*values, left))
            found += [n for (n,) in rows]
        return [self._place(n) for n in found[skip:]]

    def _place(self, n: int) -> Place:
        row = self._db.execute(
            "SELECT id, version, path, offset FROM articles a JOIN segments s ON s.n = segment WHERE a.n = ?", (n,)
        ).fetchone()
        if row is None:
            raise Outdated(f"it has words of {n}, and no article")
        return Place(*row)


def _asked(what: str, expression: str, bounds: Bounds) -> tuple[str, tuple[object, ...]]:
    """A query for matches within bounds, and its values."""
    query, values = f"SELECT {what} FROM words WHERE words MATCH ?", [expression]  # noqa: S608 - nothing from outside
    low, high = _numbers(bounds.since or date.min, bounds.until or date.max)
    if bounds.since or bounds.until:
        query += f" AND rowid BETWEEN {low} AND {high}"
    if bounds.ids is not None:
        # With its plus this is asked of each match; without, the words would be looked up anew for each article.
        query += " AND +rowid IN (SELECT n FROM articles WHERE id IN (SELECT value FROM json_each(?)))"
        values.append(json.dumps(list(bounds.ids)))
    if bounds.site is not None:
        query += " AND EXISTS (SELECT 1 FROM articles WHERE n = words.rowid AND id GLOB ?)"
        values.append(f"{bounds.site}:*")
    return query, tuple(values)


def _numbers(first: date, last: date) -> tuple[int, int]:
    """The least and the greatest number of an article of these days."""
    return first.toordinal() << DAY_BITS, (last.toordinal() + 1 << DAY_BITS) - 1
