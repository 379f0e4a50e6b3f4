"""Paces: when a host may be asked next, by all runs together. The server's clock decides, no run's does."""

from __future__ import annotations

from jcnews_spider.archive.ledger.database import Database

_NOW = "extract(epoch FROM clock_timestamp())"

SOON_S = 0.01
"""Until a turn is asked for again that another run took at the very same moment."""


class Paces:
    """The paces' part of the ledger; only one on a server has it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def take(self, host: str, delay_s: float) -> float:
        """Takes the turn of asking a host if it has come, and gives 0; else the seconds until then.

        The next turn comes after the delay. Nobody has one in advance, so that a rest holds for all at once.
        """
        taken, wait_s = self._db.execute(_TAKE, {"host": host, "delay": delay_s}).fetchone()
        if taken:
            return 0.0
        if wait_s is None:
            self._db.execute("INSERT INTO paces (host, next_at) VALUES (?, 0) ON CONFLICT DO NOTHING", (host,))
            return self.take(host, delay_s)
        return max(SOON_S, float(wait_s))

    def rest(self, host: str, seconds: float) -> None:
        """Leaves a host alone for so long from now on, or for longer if that was said before."""
        self._db.execute(_REST, {"host": host, "seconds": seconds})


_TAKE = f"""
WITH taken AS (
  UPDATE paces SET next_at = {_NOW} + :delay WHERE host = :host AND next_at <= {_NOW} RETURNING 1
)
SELECT (SELECT count(*) FROM taken), (SELECT next_at - {_NOW} FROM paces WHERE host = :host)"""

_REST = f"""
INSERT INTO paces (host, next_at) VALUES (:host, {_NOW} + :seconds)
ON CONFLICT (host) DO UPDATE SET next_at = greatest(paces.next_at, excluded.next_at)"""
