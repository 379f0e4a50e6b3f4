"""Runs: when each began, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

from jcnews_spider.archive.ledger.database import Database


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run's row."""

    run_id: str
    started: int
    finished: int | None
    """None when it was killed, or still runs."""
    exit_code: int | None
    why: str | None
    summary: str | None


class Runs:
    """The runs' part of the ledger."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, run_id: str, site: str, now: int) -> None:
        """Notes that a run has begun."""
        self._db.execute("INSERT INTO runs (run_id, site, started) VALUES (?, ?, ?)", (run_id, site, now))

    def end(self, run_id: str, exit_code: int, why: str, summary: str, now: int) -> None:
        """Notes how a run ended."""
        self._db.execute(
            "UPDATE runs SET finished = ?, exit_code = ?, why = ?, summary = ? WHERE run_id = ?",
            (now, exit_code, why, summary, run_id),
        )

    def any(self) -> bool:
        """True when a run was ever noted."""
        return self._db.execute("SELECT 1 FROM runs LIMIT 1").fetchone() is not None

    def open(self) -> str | None:
        """The run that began last, of any site, if its end is not noted."""
        row = self._db.execute("SELECT run_id, finished FROM runs ORDER BY n DESC LIMIT 1").fetchone()
        return str(row[0]) if row and row[1] is None else None

    def sites(self) -> list[str]:
        """Names of the sites that were ever crawled."""
        return [site for (site,) in self._db.execute("SELECT DISTINCT site FROM runs")]

    def last(self, site: str, limit: int) -> list[PastRun]:
        """The newest runs of a site, newest first."""
        rows = self._db.execute(
            "SELECT run_id, started, finished, exit_code, why, summary FROM runs WHERE site = ? "
            "ORDER BY n DESC LIMIT ?",
            (site, limit),
        )
        return [PastRun(*row) for row in rows]
