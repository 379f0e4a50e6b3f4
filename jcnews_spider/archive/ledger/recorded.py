"""Recorded: the articles of which a record is sealed, a batch at a time, so that memory stays flat."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jcnews_spider.archive.ledger.articles import COLUMNS, OF_SITE, KnownArticle, known_article
from jcnews_spider.archive.ledger.database import Database

BATCH = 500
"""Articles that are read at once; no cursor stays open while somebody works on them."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which articles are meant; None means no bound."""

    site: str | None
    states: Sequence[str] = ("kept", "gone")
    section: str | None = None
    """Path of a section of the site that shows them."""
    since: date | None = None
    """First day, by the day in the address."""
    until: date | None = None
    """Last day."""


class Recorded:
    """The part of the ledger that says where the newest records stand."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def each(self, which: Which) -> Iterator[KnownArticle]:
        """Every article, in the order in which they were found."""
        last = 0
        while batch := self._after(which, last):
            yield from batch
            last = batch[-1].n

    def holds(self, which: Which, id_: str) -> bool:
        """True when an article is one of them."""
        query = f"SELECT 1 FROM articles a WHERE a.id = :id AND {_MEANT}"
        return self._db.execute(query, {"id": id_, **_values(which)}).fetchone() is not None

    def latest(self, which: Which, limit: int, skip: int = 0) -> list[KnownArticle]:
        """Those of the newest days, by the day in the address; among those of a day the highest id first."""
        query = (
            f"SELECT {COLUMNS} FROM articles a WHERE {_MEANT} ORDER BY a.day DESC, a.id DESC LIMIT :limit OFFSET :skip"
        )
        rows = self._db.execute(query, {"limit": limit, "skip": skip, **_values(which)})
        return [known_article(row) for row in rows]

    def number(self, which: Which) -> int:
        """How many there are."""
        (number,) = self._db.execute(f"SELECT count(*) FROM articles a WHERE {_MEANT}", _values(which)).fetchone()
        return int(number)

    def per_day(self, which: Which) -> dict[str, int]:
        """How many there are by the day in the address, YYYY-MM-DD, earliest first."""
        query = f"SELECT a.day, count(*) FROM articles a WHERE {_MEANT} GROUP BY a.day ORDER BY a.day"
        return dict(tuple(row) for row in self._db.execute(query, _values(which)))

    def _after(self, which: Which, n: int) -> list[KnownArticle]:
        query = f"SELECT {COLUMNS} FROM articles a WHERE a.n > :n AND {_MEANT} ORDER BY a.n LIMIT {BATCH}"
        return [known_article(row) for row in self._db.execute(query, {"n": n, **_values(which)})]


_MEANT = (
    f"a.segment IS NOT NULL AND {OF_SITE} AND a.state IN (SELECT value FROM json_each(:states)) "
    "AND a.day BETWEEN :since AND :until AND (CAST(:section AS TEXT) IS NULL OR EXISTS ("
    "SELECT 1 FROM memberships m CROSS JOIN sections s "
    "WHERE m.article = a.n AND s.n = m.section AND :site = s.site || ':' AND s.path = :section))"
)


def _values(which: Which) -> dict[str, Any]:
    return {
        "site": f"{which.site}:" if which.site else "",
        "states": json.dumps(which.states),
        "section": which.section,
        "since": (which.since or date.min).isoformat(),
        "until": (which.until or date.max).isoformat(),
    }
