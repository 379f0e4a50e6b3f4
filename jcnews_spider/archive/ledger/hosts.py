"""The host of a site, in whose name every address of it is noted."""

from __future__ import annotations

from collections.abc import Iterable

from jcnews_spider.archive.ledger.articles import OF_SITE
from jcnews_spider.archive.ledger.database import Database


class Hosts:
    """The hosts' part of the ledger."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def follow(self, site: str, root: str, hosts: Iterable[str]) -> bool:
        """Notes every address of a site under its root, when one of them is not: the site has moved since.

        Each of the hosts served the same pages, over http or https: what was had from it is not asked anew.
        """
        any_ = self._db.execute("SELECT url FROM articles WHERE id > ? ORDER BY id LIMIT 1", (f"{site}:",)).fetchone()
        roots = {f"{scheme}://{host}/" for scheme in ("http", "https") for host in hosts} - {root}
        if any_ is None or not any_[0].startswith(tuple(roots)):
            return False
        for before in sorted(roots):
            self._move(site, before, root)
        return True

    def _move(self, site: str, before: str, root: str) -> None:
        values = {"site": f"{site}:", "before": before, "length": len(before), "root": root}
        starts = "substr(url, 1, :length) = :before"
        moved = "CAST(:root AS TEXT) || substr(url, :length + 1)"
        self._db.execute(
            f"DELETE FROM addresses AS o WHERE {starts} AND EXISTS (SELECT 1 FROM addresses p "
            "WHERE p.article = o.article AND p.url = CAST(:root AS TEXT) || substr(o.url, :length + 1))",
            values,
        )
        self._db.execute(f"UPDATE addresses SET url = {moved} WHERE {starts}", values)
        self._db.execute(
            f"UPDATE articles SET url = {moved}, validators = NULL WHERE n IN "
            f"(SELECT a.n FROM articles a WHERE {OF_SITE} AND {starts})",
            values,
        )
