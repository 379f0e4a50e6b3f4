"""Sections: the listings, their walks, and what they show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jcnews_spider.archive.ledger.database import LONGEST_KEY, Database, Row, key
from jcnews_spider.items import Walked


@dataclass(frozen=True, slots=True)
class KnownSection:
    """A section's row."""

    path: str
    name: str | None
    complete: bool
    walked_at: int | None
    pages: int
    """Read by the last walk."""
    etag: str | None
    last_modified: str | None
    has_articles: bool
    """True when it was seen to show an article, now or earlier, that is not gone since."""
    counted: int | None = None
    """Pages that its pager named at the end of the last complete walk."""


_COLUMNS = (
    "path, name, complete, walked_at, pages, etag, last_modified, "
    "EXISTS (SELECT 1 FROM memberships m CROSS JOIN articles a "
    "WHERE m.section = sections.n AND a.n = m.article AND a.state NOT IN ('gone', 'withdrawn')), counted"
)


class Sections:
    """The sections' part of the ledger."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, site: str, path: str, name: str | None) -> None:
        """Notes a section; a name seen later is taken where none was. No real path is as long as a key."""
        if len(path.encode()) > LONGEST_KEY:
            return
        self._db.execute(
            "INSERT INTO sections (site, path, name) VALUES (?, ?, ?) "
            "ON CONFLICT (site, path) DO UPDATE SET name = excluded.name WHERE sections.name IS NULL",
            (site, path, name),
        )

    def get(self, site: str, path: str) -> KnownSection | None:
        """What is known of a section."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM sections WHERE site = ? AND path = ?", (site, path)).fetchone()
        return _known(row) if row else None

    def all(self, site: str) -> list[KnownSection]:
        """Every known section of a site, by path."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM sections WHERE site = ? ORDER BY path", (site,))
        return [_known(row) for row in rows]

    def sizes(self, site: str) -> dict[str, int]:
        """Number of articles that each section is known to show, by path."""
        rows = self._db.execute(
            "SELECT path, (SELECT count(*) FROM memberships WHERE section = sections.n) FROM sections WHERE site = ?",
            (site,),
        )
        return dict(tuple(row) for row in rows)

    def days(self, site: str, path: str, until: date, limit: int) -> list[date]:
        """The newest days up to one, by their addresses, of the articles that a section shows, newest first."""
        rows = self._db.execute(
            "SELECT DISTINCT a.day FROM memberships m CROSS JOIN articles a "
            "WHERE a.n = m.article AND m.section = (SELECT n FROM sections WHERE site = ? AND path = ?) "
            "AND a.day <= ? ORDER BY a.day DESC LIMIT ?",
            (site, path, until.isoformat(), limit),
        )
        return [date.fromisoformat(day) for (day,) in rows]

    def recorded(self, site: str) -> dict[str, int]:
        """Number of articles of which a record is sealed and that are not withdrawn, by path of a section with any."""
        rows = self._db.execute(
            "SELECT s.path, count(*) FROM sections s CROSS JOIN memberships m CROSS JOIN articles a "
            "WHERE s.site = ? AND m.section = s.n AND a.n = m.article "
            "AND a.segment IS NOT NULL AND a.state IN ('kept', 'gone') GROUP BY s.path",
            (site,),
        )
        return dict(tuple(row) for row in rows)

    def members(self, site: str, path: str, ids: Sequence[str]) -> set[str]:
        """Those of the ids that the section is known to show."""
        rows = self._db.execute(
            "SELECT a.id FROM json_each(?) AS asked CROSS JOIN articles a CROSS JOIN memberships m "
            "WHERE a.id = asked.value AND m.article = a.n "
            "AND m.section = (SELECT n FROM sections WHERE site = ? AND path = ?)",
            (json.dumps(list(ids)), site, path),
        )
        return {id_ for (id_,) in rows}

    def member_ids(self, site: str, path: str) -> list[str]:
        """ids of every article that the section is known to show."""
        rows = self._db.execute(
            "SELECT a.id FROM sections s CROSS JOIN memberships m CROSS JOIN articles a "
            "WHERE m.section = s.n AND a.n = m.article AND s.site = ? AND s.path = ?",
            (site, path),
        )
        return [id_ for (id_,) in rows]

    def add_member(self, site: str, path: str, id_: str) -> None:
        """Notes that a section shows an article."""
        self._db.execute(
            "INSERT INTO memberships (section, article) "
            "SELECT s.n, a.n FROM sections s, articles a WHERE s.site = ? AND s.path = ? AND a.id = ? "
            "ON CONFLICT DO NOTHING",
            (site, path, id_),
        )

    def showing(self, id_: str) -> list[tuple[str, str | None]]:
        """(path, name) of every section known to show an article, in the order in which they were noted."""
        rows = self._db.execute(
            "SELECT s.path, s.name FROM articles a CROSS JOIN memberships m CROSS JOIN sections s "
            "WHERE a.id = ? AND m.article = a.n AND s.n = m.section ORDER BY s.n",
            (id_,),
        )
        return [tuple(row) for row in rows]

    def add_other(self, site: str, path: str, kind: str, url: str, title: str) -> None:
        """Notes an item of a list that is no article of the site: external or file."""
        self._db.execute(
            "INSERT INTO others (section, url, kind, title) "
            "SELECT n, ?, ?, ? FROM sections WHERE site = ? AND path = ? ON CONFLICT DO NOTHING",
            (key(url), kind, title, site, path),
        )

    def others(self, site: str) -> dict[str, int]:
        """Number of different addresses by kind."""
        rows = self._db.execute(
            "SELECT kind, count(DISTINCT url) FROM others JOIN sections ON n = section WHERE site = ? GROUP BY kind",
            (site,),
        )
        return dict(tuple(row) for row in rows)

    def note_page(self, site: str, path: str, page: int, *, unknown: bool, now: int) -> None:
        """Notes that a walk read its n-th page: anything unknown there clears the mark of completeness."""
        self._db.execute(
            "UPDATE sections SET walked_at = :now, complete = complete * :known, "
            "pages = CASE WHEN :page > pages OR :page = 1 THEN :page ELSE pages END "
            "WHERE site = :site AND path = :path",
            {"now": now, "page": page, "known": int(not unknown), "site": site, "path": path},
        )

    def any_came(self, site: str, since: int) -> bool:
        """True when a list page of a site was read since a time, by whichever run."""
        row = self._db.execute("SELECT 1 FROM sections WHERE site = ? AND walked_at >= ? LIMIT 1", (site, since))
        return row.fetchone() is not None

    def note_end(self, site: str, walked: Walked, now: int) -> None:
        """Marks a section complete, with the validators that its first page had when the walk began."""
        self._db.execute(
            "UPDATE sections SET walked_at = ?, pages = ?, complete = 1, etag = ?, last_modified = ?, counted = ? "
            "WHERE site = ? AND path = ?",
            (now, walked.pages, walked.etag, walked.last_modified, walked.counted, site, walked.section),
        )


def _known(row: Row) -> KnownSection:
    path, name, complete, walked_at, pages, etag, last_modified, has_articles, counted = row
    return KnownSection(path, name, bool(complete), walked_at, pages, etag, last_modified, bool(has_articles), counted)
