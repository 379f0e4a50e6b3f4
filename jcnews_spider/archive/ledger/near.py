"""Near: under which values of its signature an archived text is found again.

A value belongs to the article that had it first, and an article keeps the few smallest of its values that nobody had:
a phrase that everybody uses is kept once and takes nobody's place. A new text may be nearly that of an article with
which it shares two values; the record tells. A copy keeps none, its original stands for it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from jcnews_spider.archive.ledger.articles import COLUMNS, KnownArticle, known_article
from jcnews_spider.archive.ledger.database import Database

KEPT = 10
"""Values that an article keeps, 150 bytes on disk: with a tenth of its letters edited, 99 % of the texts share two."""

SHARED = 2
"""Values that a candidate shares at least: with one, every common phrase would make a candidate."""

CANDIDATES = 4
"""Candidates that a look-up names at most: each costs a record that is read."""

_ARTICLE = f"SELECT {COLUMNS} FROM articles a WHERE a.n = ?"


class Near:
    """The near-duplicates' part of the ledger."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def candidates(self, id_: str, values: Sequence[int]) -> list[KnownArticle]:
        """Other articles that may have nearly the text of these values, those that share most first."""
        shared = Counter(self._owners(values).values())
        likely = sorted((-count, number) for number, count in shared.items() if count >= SHARED)
        rows = (self._db.execute(_ARTICLE, (number,)).fetchone() for _, number in likely)
        found = (known_article(row) for row in rows if row)
        return list(islice((known for known in found if known.id != id_), CANDIDATES))

    def add(self, id_: str, version: int, values: Sequence[int]) -> None:
        """Notes the smallest values that nobody had for a version of an article.

        Those of earlier versions stay; together with those that this version has too they are KEPT at most.
        """
        (number,) = self._db.execute("SELECT n FROM articles WHERE id = ?", (id_,)).fetchone()
        owners = self._owners(values)
        wanted = KEPT - sum(owner == number for owner in owners.values())
        free = [value for value in values if value not in owners][: max(0, wanted)]
        self._db.execute(
            "INSERT INTO near (value, article, version) SELECT CAST(value AS INTEGER), ?, ? FROM json_each(?) "
            "WHERE true ON CONFLICT DO NOTHING",
            (number, version, json.dumps(free)),
        )

    def _owners(self, values: Sequence[int]) -> dict[int, int]:
        """Of those of the values that an article has, its row."""
        rows = self._db.execute(
            "SELECT value, article FROM near WHERE value IN (SELECT CAST(value AS INTEGER) FROM json_each(?))",
            (json.dumps(list(values)),),
        )
        return dict(rows.fetchall())

    def take_back(self, id_: str, version: int, values: Sequence[int]) -> None:
        """Forgets what `add` noted for a version."""
        self._db.execute(
            "DELETE FROM near WHERE value IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) AND version = ? "
            "AND article = (SELECT n FROM articles WHERE id = ?)",
            (json.dumps(list(values)), version, id_),
        )
