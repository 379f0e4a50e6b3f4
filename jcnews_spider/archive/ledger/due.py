"""What is due: the articles that a run has to ask, a batch at a time, so that memory stays flat."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from jcnews_spider import clock
from jcnews_spider.archive.ledger.articles import COLUMNS, OF_SITE, KnownArticle, known_article
from jcnews_spider.archive.ledger.database import Database

MOST_REST_S = 30 * 86_400
"""Longest time for which an address is left alone, because its server said so."""

WITNESSES_AT_MOST = 50
"""Articles that a run asks beside its rechecks to tell an outage from a withdrawal."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a run is about; None means no bound."""

    site: str
    run_started: int
    """Nothing that was asked at this time or later is due."""
    sections: Sequence[str] | None = None
    """Paths of sections."""
    since: date | None = None
    until: date | None = None
    ids: Sequence[str] = ()
    """Articles given by hand, whatever their section and day."""
    recheck_after_s: Sequence[int] | None = ()
    """Ages at which a known article is asked again, in seconds since its publication; None asks every one."""
    member: int = 0
    """Number of the run among those of a shared crawl: what others claim is not due to it; 0 for one that is alone."""
    run_id: str = ""
    """Of such a run."""

    def values(self, after: object, limit: int) -> dict[str, object]:
        """The parameters of the queries."""
        return {
            "site": f"{self.site}:",
            "run_started": self.run_started,
            "now": max(self.run_started, int(clock.now())),
            "sections": None if self.sections is None else json.dumps(list(self.sections)),
            "since": (self.since or date.min).isoformat(),
            "until": (self.until or date.max).isoformat(),
            "ids": json.dumps(list(self.ids)),
            "ages": json.dumps(list(self.recheck_after_s or ())),
            "last_age": max(self.recheck_after_s or (), default=0),
            "after": after,
            "limit": limit,
            "member": self.member,
            "run_id": self.run_id,
        }


class Due:
    """The queues of one run; each gives what stands behind the last article had from it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def waiting(self, scope: Scope, after: KnownArticle | None, limit: int) -> list[KnownArticle]:
        """Articles that were found but never had, newest day first."""
        values = scope.values(None, limit) | {
            "after_day": after.day if after else "~",
            "after_id": after.id if after else "",
        }
        return self._read(
            f"{_WAITING} AND {_IN_SCOPE} {_free(scope)} ORDER BY a.day DESC, a.id DESC LIMIT :limit", values
        )

    def rechecks(self, scope: Scope, after: KnownArticle | None, limit: int) -> list[KnownArticle]:
        """Known articles to be asked again."""
        which = _EVERY if scope.recheck_after_s is None else _DUE
        values = scope.values(after.n if after else 1 << 62, limit) | self._clock()
        return self._read(
            f"{_KNOWN} AND {which} AND {_IN_SCOPE} {_free_known(scope)} ORDER BY a.n DESC LIMIT :limit", values
        )

    def moved(self, scope: Scope, after: KnownArticle | None, limit: int) -> list[KnownArticle]:
        """Articles by other addresses of theirs that were never asked; `url` is the other one.

        Those of one article come in the order in which lists showed them: where it moved last has the last word.
        """
        values = scope.values(after.n if after else 1 << 62, limit)
        values["after_url"] = after.url if after else ""
        free = _free(scope, "o.url")
        rows = self._db.execute(f"{_MOVED} AND {_IN_SCOPE} {free} ORDER BY a.n DESC, o.n LIMIT :limit", values)
        return [replace(known_article(columns), url=other, validators=()) for *columns, other in rows]

    def witnesses(self, scope: Scope, limit: int) -> list[KnownArticle]:
        """The newest known articles that are not missing and were not asked in this run."""
        values = scope.values(1 << 62, min(limit, WITNESSES_AT_MOST))
        return self._read(
            f"{_KNOWN} AND a.state = 'kept' AND a.missing_since IS NULL AND a.checked < :run_started "
            f"{_free_known(scope)} ORDER BY a.n DESC LIMIT :limit",
            values,
        )

    def numbers(self, scope: Scope) -> dict[str, int]:
        """How many articles are due, by queue."""
        values = scope.values(1 << 62, 0) | self._clock() | {"after_day": "~", "after_id": "", "after_url": ""}
        which = _EVERY if scope.recheck_after_s is None else _DUE
        queries = {"waiting": _WAITING, "rechecks": f"{_KNOWN} AND {which}", "moved": _MOVED}
        return {
            name: self._db.execute(f"SELECT count(*) FROM ({query} AND {_IN_SCOPE}) AS queue", values).fetchone()[0]
            for name, query in queries.items()
        }

    def _clock(self) -> dict[str, object]:
        """Whether a run is noted later than now."""
        (newest,) = self._db.execute("SELECT coalesce(max(started), 0) FROM runs").fetchone()
        return {"was_ahead": int(newest > clock.now())}

    def _read(self, query: str, values: dict[str, object]) -> list[KnownArticle]:
        return [known_article(row) for row in self._db.execute(query, values)]


def _free(scope: Scope, url: str = "a.url") -> str:
    """Condition: no other run asks the article at the time or has a record of it to be sealed, nor has this one asked.

    Of two records of an article by two runs the second could come to be sealed first, or the first be undone.
    """
    if not scope.member:
        return ""
    return (
        f"AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.article = a.n AND (c.member <> :member OR c.url = {url})) "
        "AND NOT EXISTS (SELECT 1 FROM outbox w WHERE w.id = a.id AND w.run <> :run_id)"
    )


def _free_known(scope: Scope) -> str:
    """The same of known articles; one that was missing a moment ago is due to a later run, not to one beside."""
    return f"{_free(scope)} AND (a.missed_at IS NULL OR a.missed_at < :run_started)" if scope.member else ""


_IN_SCOPE = """(
    a.id IN (SELECT value FROM json_each(:ids))
    OR a.day BETWEEN :since AND :until AND (
      CAST(:sections AS TEXT) IS NULL
      OR a.n IN (
        SELECT m.article FROM sections s CROSS JOIN memberships m
        WHERE m.section = s.n AND :site = s.site || ':' AND s.path IN (SELECT value FROM json_each(:sections))
      )
    )
  )"""

# Later than any try is ever put off was noted by a clock that was ahead.
_MAY_BE_TRIED = f"(a.next_try <= :run_started OR a.next_try > :run_started + {MOST_REST_S})"

_WAITING = f"""
SELECT {COLUMNS} FROM articles a
WHERE a.state IN ('found', 'failed', 'skipped') AND {_MAY_BE_TRIED} AND {OF_SITE}
  AND (a.day, a.id) < (:after_day, :after_id)"""

_KNOWN = f"""
SELECT {COLUMNS} FROM articles a
WHERE a.state IN ('kept', 'gone') AND {OF_SITE} AND a.n < :after"""

# Asked in this run is what was asked since it began; later than now is a clock that went ahead once.
_EVERY = "(a.checked IS NULL OR a.checked NOT BETWEEN :run_started AND :now)"

# The index `unsettled` finds those that are younger than the last age in no time; the ages decide.
# What was asked by a clock that was ahead counts as not asked, while it is young: nobody knows when it was.
_DUE = f"""{_MAY_BE_TRIED} AND a.n IN (
    SELECT n FROM articles WHERE state IN ('kept', 'gone') AND checked - published IS NULL
    UNION ALL
    SELECT n FROM articles WHERE state IN ('kept', 'gone') AND checked - published < :last_age
    UNION ALL
    SELECT n FROM articles WHERE :was_ahead = 1 AND state IN ('kept', 'gone') AND checked > :now
      AND published > :now - :last_age - {MOST_REST_S}
  ) AND (a.checked IS NULL OR EXISTS (
    SELECT 1 FROM (SELECT CAST(value AS INTEGER) AS age FROM json_each(:ages)) AS ages
    WHERE (a.checked > :now OR age > a.checked - a.published) AND age <= :run_started - a.published
  ))"""

_MOVED = f"""
SELECT {COLUMNS}, o.url FROM addresses o CROSS JOIN articles a
WHERE a.n = o.article AND o.asked = 0 AND a.state <> 'withdrawn' AND {_MAY_BE_TRIED.replace("a.", "o.")} AND {OF_SITE}
  AND (
    a.n < :after
    OR a.n = :after AND o.n > (SELECT n FROM addresses WHERE article = :after AND url = :after_url)
  )"""
