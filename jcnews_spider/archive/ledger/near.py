"""Near: under which values of its signature an archived text is found again.

A value belongs to the article that had it first, and an article keeps the few smallest of its values that nobody had:
a phrase that everybody uses is kept once and takes nobody's place. A new text may be nearly that of an article with
which it shares two values; the record tells. A copy keeps none, its original stands for it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

KEPT = 10
"""Values that an article keeps, 150 bytes on disk: with a tenth of its letters edited, 99 % of the texts share two."""

SHARED = 2
"""Values that a candidate shares at least: with one, every common phrase would make a candidate."""

CANDIDATES = 4
"""Candidates that a look-up names at most: each costs a record that is read."""


class Near:
    """The near-duplicates' part of the ledger."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def candidates(self, id_: str, values: Sequence[int]) -> list[str]:
        """ids of other articles that may have nearly the text of these values, those that share most first."""
        rows = self._db.execute(
            "SELECT a.id FROM (SELECT article, count(*) AS shared FROM near "
            "WHERE value IN (SELECT value FROM json_each(?)) GROUP BY article HAVING shared >= ?) "
            "JOIN articles a ON a.n = article WHERE a.id <> ? ORDER BY shared DESC, a.n LIMIT ?",
            (json.dumps(list(values)), SHARED, id_, CANDIDATES),
        )
        return [row["id"] for row in rows]

    def add(self, id_: str, version: int, values: Sequence[int]) -> None:
        """Notes the smallest values that nobody had for a version of an article.

        Those of earlier versions stay; together with those that this version has too they are KEPT at most.
        """
        (number,) = self._db.execute("SELECT n FROM articles WHERE id = ?", (id_,)).fetchone()
        owners = dict(
            self._db.execute(
                "SELECT value, article FROM near WHERE value IN (SELECT value FROM json_each(?))",
                (json.dumps(list(values)),),
            ).fetchall()
        )
        wanted = KEPT - sum(owner == number for owner in owners.values())
        for value in [value for value in values if value not in owners][: max(0, wanted)]:
            self._db.execute("INSERT INTO near (value, article, version) VALUES (?, ?, ?)", (value, number, version))

    def take_back(self, id_: str, version: int, values: Sequence[int]) -> None:
        """Forgets what `add` noted for a version."""
        self._db.execute(
            "DELETE FROM near WHERE value IN (SELECT value FROM json_each(?)) AND version = ? "
            "AND article = (SELECT n FROM articles WHERE id = ?)",
            (json.dumps(list(values)), version, id_),
        )
