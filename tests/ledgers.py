"""An archive to write into, and addresses of articles, for tests of the ledger and of what stands on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from jcnews_spider.archive import Archive
from jcnews_spider.archive.ledger.due import Scope
from jcnews_spider.urls import ArticleAddress, parse_article_address

SERVER = ""
"""Address of the ledger's server, replaced by tests that are about one; empty: a file in the folder."""

EVER = 10**10
"""A time behind all others."""


def address(docid: int, day: date = date(2022, 10, 9), section: str = "xw") -> ArticleAddress:
    """The address of a made-up article."""
    found = parse_article_address(f"http://host/{section}/{day:%Y%m}/t{day:%Y%m%d}_{docid}.html")
    assert found
    return found


@contextmanager
def opened(
    root: Path, run_id: str = "r1", *, min_free_mb: int = 0, seal_records: int = 500, server: str | None = None
) -> Iterator[Archive]:
    """An archive open for writing."""
    archive = Archive(root, run_id, min_free_mb=min_free_mb, seal_records=seal_records, seal_seconds=600)
    try:
        archive.open("s", SERVER if server is None else server)
        yield archive
    finally:
        archive.close()


def due(archive: Archive, scope: Scope | None = None) -> list[str]:
    """Ids of everything that a run would ask, in the order of its queues."""
    scope = scope or Scope("s", EVER)
    queues = archive.ledger.due
    return [known.id for queue in (queues.waiting, queues.rechecks, queues.moved) for known in queue(scope, None, 100)]
