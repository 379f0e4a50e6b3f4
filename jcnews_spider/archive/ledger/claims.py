"""Claims: what a member of a shared crawl asks, so that nobody else does.

A claim on an article lasts until its run ends: neither the run nor another one beside it asks the address twice.
"""

from __future__ import annotations

from collections.abc import Iterable

from jcnews_spider.archive.ledger.database import Database
from jcnews_spider.archive.ledger.members import Member


class Claims:
    """The claims' part of the ledger; only one on a server has it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def take(self, member: Member, addresses: Iterable[tuple[int, str]]) -> None:
        """Claims (number, address) of articles that nobody else has."""
        self._db.executemany(
            "INSERT INTO claims (article, url, member) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(article, url, member.n) for article, url in addresses],
        )

    def walk(self, member: Member, site: str, path: str) -> bool:
        """Claims the walk of a section; False when it is walked, or was since the member came."""
        taken = self._db.execute(
            "INSERT INTO walks (site, path, member) VALUES (:site, :path, :member) ON CONFLICT (site, path) "
            "DO UPDATE SET member = :member, ended = NULL WHERE walks.ended < :member",
            {"site": site, "path": path, "member": member.n},
        )
        return taken.rowcount == 1

    def end_walks(self, member: Member) -> None:
        """Notes that a member's walks are over, and who need not walk those sections again: all that are there now."""
        self._db.execute(
            "UPDATE walks SET ended = (SELECT max(n) FROM members) WHERE member = ? AND ended IS NULL", (member.n,)
        )

    def is_walked(self, member: Member, site: str) -> bool:
        """True while any other member walks a section of a site."""
        row = self._db.execute(
            "SELECT 1 FROM walks WHERE site = ? AND ended IS NULL AND member <> ? LIMIT 1", (site, member.n)
        ).fetchone()
        return row is not None
