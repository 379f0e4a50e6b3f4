"""Articles: every address that was found, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from jcnews_spider.archive.ledger.database import LONGEST_KEY, Database, Row, key
from jcnews_spider.urls import ArticleAddress

RETRY_AFTER_S = (0, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600)
"""Seconds until an address that gave no record is asked again, by the number of attempts; the first is the next run."""

Validators = tuple[tuple[str | None, str | None], ...]
"""(ETag, Last-Modified) of each page of an article, in order; empty when they are unknown."""


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article's row."""

    n: int
    id: str
    url: str
    day: str
    """Of the address, YYYY-MM-DD."""
    state: str
    version: int
    """Of the last record, 0 when there is none."""
    content_hash: str | None
    """Of the last record, hex."""
    parser: str | None
    """Version of the parser that made the last record."""
    segment: int | None
    offset: int | None
    validators: Validators
    list_url: str | None
    first_seen: int
    reason: str | None


def known_article(row: Row) -> KnownArticle:
    """A row of COLUMNS as a value."""
    n, id_, url, day, state, version, content_hash, parser, segment, offset, validators, list_url, seen, reason = row
    hex_ = content_hash.hex() if content_hash else None
    pages = tuple((etag, modified) for etag, modified in json.loads(validators or "[]"))
    return KnownArticle(n, id_, url, day, state, version, hex_, parser, segment, offset, pages, list_url, seen, reason)


COLUMNS = (
    "a.n, a.id, a.url, a.day, a.state, a.version, a.content_hash, a.parser, a.segment, a.offset, a.validators, "
    "a.list_url, a.first_seen, a.reason"
)
"""What a KnownArticle is made of, of a table named a."""

OF_SITE = "substr(a.id, 1, length(:site)) = :site"
"""Holds for the articles of a site, whose name and a colon `:site` is."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the ledger notes of a record that is kept."""

    version: int
    content_hash: str
    parser: str | None
    published: int
    text_digest: bytes | None
    """Of a text that counts as archived from now on."""


class Articles:
    """The articles' part of the ledger."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, id_: str) -> KnownArticle | None:
        """What is known of an article."""
        row = self._db.execute(f"SELECT {COLUMNS} FROM articles a WHERE id = ?", (id_,)).fetchone()
        return known_article(row) if row else None

    def known(self, id_: str) -> KnownArticle:
        """What is known of an article that must have been found; raises LookupError."""
        known = self.get(id_)
        if known is None:
            raise LookupError(f"{id_} was never found")
        return known

    def add(self, id_: str, address: ArticleAddress, list_url: str | None, now: int) -> None:
        """Notes an address that a list shows.

        Another address of a known article is noted beside the first and asked once: it may have been moved; and once
        more while the first is missing: it may have been moved back. An article that is gone and listed again is
        asked again, on the schedule of retries.
        """
        added = self._db.execute(
            "INSERT INTO articles (id, url, day, list_url, first_seen) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (id_, address.url, address.day.isoformat(), list_url, now),
        )
        if added.rowcount or len(address.url.encode()) > LONGEST_KEY:  # no request is as long (URLLENGTH_LIMIT)
            return
        self._db.execute(
            "INSERT INTO addresses (article, url) SELECT n, :url FROM articles WHERE id = :id AND url <> :url "
            "ON CONFLICT DO NOTHING",
            {"url": address.url, "id": id_},
        )
        self._db.execute(
            "UPDATE addresses SET asked = 0 WHERE url = :url AND article = (SELECT n FROM articles WHERE id = :id "
            "AND url <> :url AND (missing_since IS NOT NULL OR state = 'gone'))",
            {"url": address.url, "id": id_},
        )
        self._db.execute("UPDATE articles SET checked = NULL WHERE id = ? AND state = 'gone'", (id_,))

    def moved(self, places: Collection[tuple[str, str]]) -> set[str]:
        """ids of the known articles that are listed at an address at which they were never met, of (id, address)."""
        rows = self._db.execute(
            "SELECT a.id, a.url FROM json_each(:ids) AS asked JOIN articles a ON a.id = asked.value UNION "
            "SELECT a.id, o.url FROM json_each(:ids) AS asked JOIN articles a ON a.id = asked.value "
            "JOIN addresses o ON o.article = a.n",
            {"ids": json.dumps([id_ for id_, _ in places])},
        )
        met = {(id_, url) for id_, url in rows}
        known = {id_ for id_, _ in met}
        return {id_ for id_, url in set(places) - met if id_ in known and len(url.encode()) <= LONGEST_KEY}

    def want(self, id_: str) -> None:
        """Makes an article that somebody asked for by hand due at once, unless it is kept."""
        self._db.execute("UPDATE articles SET next_try = 0, checked = NULL WHERE id = ? AND state <> 'kept'", (id_,))

    def keep(self, id_: str, kept: Kept, *, state: str = "kept") -> None:
        """Notes a record as the article's last."""
        self._db.execute(
            "UPDATE articles SET state = ?, version = ?, content_hash = ?, parser = ?, published = ? WHERE id = ?",
            (state, kept.version, bytes.fromhex(kept.content_hash), kept.parser, kept.published, id_),
        )
        if kept.text_digest is not None:
            self._db.execute(
                "INSERT INTO texts (digest, article, version) SELECT ?, n, ? FROM articles WHERE id = ? "
                "ON CONFLICT DO NOTHING",
                (kept.text_digest, kept.version, id_),
            )

    def parsed(self, ids: Sequence[str], parser: str) -> None:
        """Notes that a version of the parser sees the last records of these articles as they stand."""
        self._db.execute(
            "UPDATE articles SET parser = :parser WHERE (parser IS NULL OR parser <> :parser) "
            "AND id IN (SELECT value FROM json_each(:ids))",
            {"parser": parser, "ids": json.dumps(list(ids))},
        )

    def seen(self, known: KnownArticle, now: int, url: str, validators: Validators) -> None:
        """Notes that the site shows an article, changed or not, at an address, which is its address from now on."""
        if url != known.url:
            self._db.execute(
                "INSERT INTO addresses (article, url, asked) VALUES (:n, :before, 1), (:n, :url, 1) "
                "ON CONFLICT (article, url) DO UPDATE SET asked = 1",
                {"n": known.n, "before": known.url, "url": url},
            )
        self._db.execute(
            "UPDATE articles SET checked = ?, url = ?, validators = ?, reason = NULL, attempts = 0, next_try = 0, "
            "missing_since = NULL, missed_at = NULL, misses = 0 WHERE n = ?",
            (now, url, json.dumps(validators, separators=(",", ":")), known.n),
        )

    def miss(self, known: KnownArticle, url: str, state: str, reason: str, now: int) -> None:
        """Notes that an article was asked at an address and gave nothing; state is failed or skipped.

        A known article stays what it is, and is asked again on the same schedule; never before the time for which its
        server asked.
        """
        table, where = ("articles", "n") if url == known.url else ("addresses", "url = :url AND article")
        values = {"url": url, "n": known.n, "state": state, "reason": reason}
        row = self._db.execute(f"SELECT attempts FROM {table} WHERE {where} = :n", values).fetchone()
        rest = self._db.execute("SELECT until FROM rests WHERE url = ?", (key(url),)).fetchone()
        step = (row[0] if row else 0) + (state == "skipped")  # what is no failure need not be asked by the next run
        retry = now + RETRY_AFTER_S[min(step, len(RETRY_AFTER_S) - 1)]
        values["next_try"] = max(retry, rest[0] if rest else 0)
        self._db.execute(f"UPDATE {table} SET attempts = attempts + 1, next_try = :next_try WHERE {where} = :n", values)
        if table == "articles":
            self._db.execute(
                "UPDATE articles SET reason = :reason, state = CASE WHEN version > 0 THEN state ELSE :state END "
                "WHERE n = :n",
                values,
            )

    def missing(self, known: KnownArticle, reason: str, now: int) -> None:
        """Notes a 404, a 410 or a soft 404 of a kept article: it is due at the next run."""
        self._db.execute(
            "UPDATE articles SET missing_since = CASE WHEN missing_since < :now THEN missing_since ELSE :now END, "
            "missed_at = :now, misses = misses + 1, checked = NULL, reason = :reason WHERE n = :n",
            {"now": now, "reason": reason, "n": known.n},
        )

    def missing_for(self, site: str, run_started: int, gone_after_s: int) -> list[KnownArticle]:
        """Kept articles that were missing in this run too, after a first time at least so many seconds before."""
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM articles a WHERE missing_since > 0 AND state = 'kept' AND {OF_SITE} "
            "AND misses > 1 AND missed_at >= :run_started AND missed_at - missing_since >= :gone_after ORDER BY +n",
            {"site": f"{site}:", "run_started": run_started, "gone_after": gone_after_s},
        )
        return [known_article(row) for row in rows]

    def left(self, known: KnownArticle, now: int) -> None:
        """Notes that a missing article counts as gone, and is to be asked outright from now on."""
        self._db.execute(
            "UPDATE articles SET checked = ?, validators = NULL, missing_since = NULL, missed_at = NULL, misses = 0 "
            "WHERE n = ?",
            (now, known.n),
        )

    def same_text(self, text_digest: bytes) -> str | None:
        """id of the article archived first with this text."""
        row = self._db.execute(
            "SELECT id FROM articles WHERE n = (SELECT article FROM texts WHERE digest = ?)", (text_digest,)
        ).fetchone()
        return row[0] if row else None

    def sealed(self, id_: str, segment: int, offset: int) -> None:
        """Notes in which segment, by its number, and at which byte the last record stands."""
        self._db.execute('UPDATE articles SET segment = ?, "offset" = ? WHERE id = ?', (segment, offset, id_))

    def back_to(self, id_: str, before: Kept | None, state: str) -> None:
        """Takes the last record of an article back: it is what it was before, and due, to be asked outright."""
        version = before.version if before else 0
        self._db.execute(
            "DELETE FROM texts WHERE version > ? AND article = (SELECT n FROM articles WHERE id = ?)", (version, id_)
        )
        self._db.execute(
            "UPDATE articles SET state = ?, version = ?, content_hash = ?, parser = ?, published = ?, checked = NULL, "
            "validators = NULL, next_try = 0 WHERE id = ?",
            (
                state,
                version,
                bytes.fromhex(before.content_hash) if before else None,
                before.parser if before else None,
                before.published if before else None,
                id_,
            ),
        )

    def sites(self) -> list[str]:
        """Names of the sites that have articles, in order: a look into the index of ids for each."""
        found: list[str] = []
        query = "SELECT id FROM articles WHERE id > ? ORDER BY id LIMIT 1"
        while row := self._db.execute(query, (f"{found[-1]};" if found else "",)).fetchone():
            found.append(row[0].partition(":")[0])  # behind its last id, for ; follows upon :
        return found

    def counts(self, site: str) -> dict[tuple[str, str | None], int]:
        """Number of articles by (state, reason), most frequent first."""
        rows = self._db.execute(
            f"SELECT state, reason, count(*) FROM articles a WHERE {OF_SITE} GROUP BY 1, 2 ORDER BY 1, 3 DESC",
            {"site": f"{site}:"},
        )
        return {(state, reason): number for state, reason, number in rows}

    def troubled(self, site: str, limit: int) -> Sequence[tuple[str, str, int, int]]:
        """(address, reason, attempts, next try) of articles whose last answer gave nothing, failures first.

        The reason of one that is withdrawn is that of its withdrawal.
        """
        rows = self._db.execute(
            f"SELECT url, reason, attempts, next_try FROM articles a WHERE {OF_SITE} AND reason IS NOT NULL "
            "AND state <> 'withdrawn' ORDER BY state = 'skipped', attempts DESC, n DESC LIMIT :limit",
            {"site": f"{site}:", "limit": limit},
        )
        return [tuple(row) for row in rows]
