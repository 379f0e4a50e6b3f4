"""Articles: every address that was found, and what became of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jcnews_spider.urls import ArticleAddress

RETRY_AFTER_S = (0, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600)
"""Seconds until an address that gave no record is asked again, by the number of attempts; the first is the next run."""


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article's row."""

    id: str
    url: str
    day: str
    """Of the address, YYYY-MM-DD."""
    state: str
    version: int
    list_url: str | None
    first_seen: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a run is about; None means no bound."""

    sections: Sequence[str] | None = None
    """Paths of sections."""
    since: date | None = None
    until: date | None = None
    ids: Sequence[str] = ()
    """Articles given by hand, whatever their section and day."""


class Articles:
    """The articles' part of the ledger."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def get(self, id_: str) -> KnownArticle | None:
        """What is known of an article."""
        row = self._db.execute(
            "SELECT id, url, day, state, version, list_url, first_seen FROM articles WHERE id = ?", (id_,)
        ).fetchone()
        return KnownArticle(*row) if row else None

    def add(self, id_: str, address: ArticleAddress, list_url: str | None, now: int) -> None:
        """Notes an address; one whose article was never had is asked at its newest address, and at once."""
        self._db.execute(
            "INSERT INTO articles (id, url, day, list_url, first_seen) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET url = excluded.url, next_try = 0 "
            "WHERE state = 'failed' AND url <> excluded.url",
            (id_, address.url, address.day.isoformat(), list_url, now),
        )

    def due(self, site: str, scope: Scope, run_started: int, after: tuple[str, str], limit: int) -> list[KnownArticle]:
        """Articles to be asked, newest day first, behind the (day, id) of the last one had; `("~", "")` begins."""
        values = {
            "site": f"{site}:*",
            "sections": None if scope.sections is None else json.dumps(list(scope.sections)),
            "since": (scope.since or date.min).isoformat(),
            "until": (scope.until or date.max).isoformat(),
            "ids": json.dumps(list(scope.ids)),
            "run_started": run_started,
            "after_day": after[0],
            "after_id": after[1],
            "limit": limit,
        }
        return [KnownArticle(*row) for row in self._db.execute(_DUE, values)]

    def keep(self, id_: str, version: int, content_hash: str, text_digest: bytes | None, now: int) -> None:
        """Notes that an article was kept; its text counts as archived from now on."""
        self._db.execute(
            "UPDATE articles SET state = 'kept', reason = NULL, attempts = 0, version = ?, content_hash = ?, "
            "fetched = ? WHERE id = ?",
            (version, bytes.fromhex(content_hash), now, id_),
        )
        if text_digest is not None:
            self._db.execute("INSERT OR IGNORE INTO texts (digest, id) VALUES (?, ?)", (text_digest, id_))

    def miss(self, id_: str, state: str, reason: str, now: int) -> None:
        """Notes that an article was asked and gave no record; state is failed or skipped."""
        row = self._db.execute("SELECT attempts FROM articles WHERE id = ?", (id_,)).fetchone()
        attempts = row["attempts"] if row else 0
        self._db.execute(
            "UPDATE articles SET state = ?, reason = ?, attempts = attempts + 1, next_try = ? WHERE id = ?",
            (state, reason, now + RETRY_AFTER_S[min(attempts, len(RETRY_AFTER_S) - 1)], id_),
        )

    def same_text(self, text_digest: bytes) -> str | None:
        """id of the article archived first with this text."""
        row = self._db.execute("SELECT id FROM texts WHERE digest = ?", (text_digest,)).fetchone()
        return row["id"] if row else None

    def counts(self, site: str) -> dict[tuple[str, str | None], int]:
        """Number of articles by (state, reason)."""
        rows = self._db.execute(
            "SELECT state, reason, count(*) FROM articles WHERE id GLOB ? GROUP BY 1, 2 ORDER BY 1, 3 DESC",
            (f"{site}:*",),
        )
        return {(state, reason): number for state, reason, number in rows}


_DUE = """
SELECT id, url, day, state, version, list_url, first_seen FROM articles
WHERE state IN ('found', 'failed', 'skipped') AND next_try <= :run_started AND id GLOB :site
  AND (day, id) < (:after_day, :after_id)
  AND (
    id IN (SELECT value FROM json_each(:ids))
    OR day BETWEEN :since AND :until AND (
      :sections IS NULL
      OR n IN (
        SELECT article FROM memberships JOIN sections s ON s.n = section
        WHERE id GLOB s.site || ':*' AND s.path IN (SELECT value FROM json_each(:sections))
      )
    )
  )
ORDER BY day DESC, id DESC LIMIT :limit
"""
