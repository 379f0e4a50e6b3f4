"""Measures: the numbers of each run with which later ones are compared, about 2 kB a run."""

from __future__ import annotations

from dataclasses import dataclass

from jcnews_spider.archive.ledger.database import Database
from jcnews_spider.health import PAST, Judgement, Past


@dataclass(frozen=True, slots=True)
class Standing:
    """How a number stands now."""

    kind: str
    subject: str
    value: float
    of: float
    good: bool
    run_id: str


class Measures:
    """The part of the ledger that remembers how healthy runs looked."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def note(self, site: str, run_id: str, judged: Judgement) -> None:
        """Keeps the numbers of a run; those with a breach are never compared with."""
        if judged.starts_anew:
            self._db.execute("DELETE FROM measures WHERE run IN (SELECT n FROM runs WHERE site = ?)", (site,))
        breached = [breach.measure for breach in judged.breaches]
        self._db.executemany(
            "INSERT INTO measures (kind, subject, run, value, of, good) "
            "SELECT ?, ?, n, ?, ?, ? FROM runs WHERE run_id = ?",
            [(m.kind, m.subject, m.value, m.of, int(m not in breached), run_id) for m in judged.measures],
        )

    def past(self, site: str, kind: str, subject: str) -> list[Past]:
        """The last PAST good values of a number, newest first."""
        rows = self._db.execute(
            "SELECT run_id, value, of FROM measures m CROSS JOIN runs r "
            "WHERE r.n = m.run AND m.kind = ? AND m.subject = ? AND m.good = 1 AND r.site = ? "
            "ORDER BY m.run DESC LIMIT ?",
            (kind, subject, site, PAST),
        )
        return [Past(*row) for row in rows]

    def newest(self, site: str) -> list[Standing]:
        """Each number as the last run that had it left it, by kind and subject."""
        rows = self._db.execute(
            "SELECT kind, subject, value, of, good, run_id FROM measures m JOIN runs r ON r.n = m.run "
            "WHERE (m.kind, m.subject, m.run) IN (SELECT m.kind, m.subject, max(m.run) FROM measures m "
            "JOIN runs r ON r.n = m.run WHERE r.site = ? GROUP BY m.kind, m.subject) ORDER BY kind, subject",
            (site,),
        )
        return [
            Standing(kind, subject, value, of, bool(good), run_id) for kind, subject, value, of, good, run_id in rows
        ]
