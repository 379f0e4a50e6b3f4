"""Recorded: the articles of which a record is sealed, a batch at a time, so that memory stays flat."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from jcnews_spider.archive.ledger.articles import COLUMNS, KnownArticle, known_article

BATCH = 500
"""Articles that are read at once; no cursor stays open while somebody works on them."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which articles are meant; None means no bound."""

    site: str
    states: Sequence[str] = ("kept", "gone")
    section: str | None = None
    """Path of a section that shows them."""
    since: date | None = None
    """First day, by the day in the address."""


class Recorded:
    """The part of the ledger that says where the newest records stand."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def each(self, which: Which) -> Iterator[KnownArticle]:
        """Every article, in the order in which they were found."""
        last = 0
        while batch := self._after(which, last):
            yield from batch
            last = batch[-1].n

    def _after(self, which: Which, n: int) -> list[KnownArticle]:
        marks = ", ".join("?" * len(which.states))
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM articles a WHERE a.n > ? AND a.segment IS NOT NULL AND a.id GLOB ? "  # noqa: S608
            f"AND a.state IN ({marks}) AND a.day >= ? AND (? IS NULL OR a.n IN ("
            "SELECT article FROM memberships JOIN sections s ON s.n = section WHERE s.site = ? AND s.path = ?)) "
            f"ORDER BY a.n LIMIT {BATCH}",
            (
                n,
                f"{which.site}:*",
                *which.states,
                (which.since or date.min).isoformat(),
                which.section,
                which.site,
                which.section,
            ),
        )
        return [known_article(row) for row in rows]
