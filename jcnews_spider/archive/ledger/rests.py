"""Addresses whose server asked that they be left alone until later, whatever they are."""

from __future__ import annotations

from jcnews_spider.archive.ledger.database import Database, key
from jcnews_spider.archive.ledger.due import MOST_REST_S


class Rests:
    """The part of the ledger that outlives the run which was asked. Times are UTC seconds since 1970."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def note(self, url: str, until: int) -> None:
        """Notes until when an address is to be left alone; what was said last holds."""
        self._db.execute(
            "INSERT INTO rests (url, until) VALUES (?, ?) ON CONFLICT (url) DO UPDATE SET until = excluded.until",
            (key(url), until),
        )

    def all(self, now: int) -> dict[str, int]:
        """The time of each address that is to be left alone still; too late a one is of a clock that was ahead."""
        return dict(
            self._db.execute(
                "SELECT url, until FROM rests WHERE until > ? AND until <= ?", (now, now + MOST_REST_S)
            ).fetchall()
        )

    def forget(self, now: int) -> None:
        """Takes out what has passed."""
        self._db.execute("DELETE FROM rests WHERE until <= ?", (now,))
