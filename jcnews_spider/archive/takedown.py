"""Takedown: an article withdrawn for good, and on demand its content taken out of everything that is sealed.

What is to be done stands in the ledger before it is begun, so the next start finishes what was interrupted.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from jcnews_spider import clock
from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.archive.ledger.takedowns import Takedown
from jcnews_spider.archive.removal import Removal
from jcnews_spider.article import Article, Crawl, Event, content_hash
from jcnews_spider.errors import Damaged

if TYPE_CHECKING:
    from jcnews_spider.archive import Archive

logger = logging.getLogger(__name__)


def withdrawn(known: KnownArticle, run_id: str, at: str) -> Article:
    """The record that says that an article is withdrawn: id, url, times and run, nothing of its content."""
    record = Article(
        id=known.id,
        version=known.version + 1,
        event=Event.WITHDRAWN,
        url=known.url,
        language="",
        first_seen_at=clock.utc(known.first_seen),
        fetched_at=at,
        crawl=Crawl(run_id=run_id),
    )
    return replace(record, content_hash=content_hash(record))


def forget(archive: Archive, known: KnownArticle, reason: str, *, purge: bool) -> list[str]:
    """Withdraws an article and gives what stays of it and why; one that is withdrawn already may be purged.

    Raises StorageFault; Damaged when everything is done but for what cannot be read.
    """
    archive.seal()
    known = archive.ledger.articles.get(known.id) or known
    with archive.ledger.transaction():
        if known.state != "withdrawn" or not known.version:
            # One that never gave a record gets its first: a ledger that is made anew knows of it by that alone.
            archive.send(withdrawn(known, archive.run_id, clock.utc(clock.now())), (), text_digest=None)
        archive.ledger.takedowns.add(known.n, reason, purge=purge)
    archive.seal()
    (own,) = (takedown for takedown in archive.ledger.takedowns.open() if takedown.article == known.n)
    return _carried_out(archive, own)


def carry_out(archive: Archive) -> None:
    """Removes what open takedowns want removed; one that meets damage is logged and stays open."""
    opened = archive.ledger.takedowns.open()
    if opened:
        archive.seal()  # what another article shows is told by its segments
    for takedown in opened:
        try:
            _carried_out(archive, takedown)
        except Damaged as fault:
            logger.error("%s", fault)  # noqa: TRY400 - it says what and where


def _carried_out(archive: Archive, takedown: Takedown) -> list[str]:
    try:
        return Removal(archive, takedown).run()
    except ValueError as fault:
        raise Damaged(f"the takedown of {takedown.id} met something damaged: {fault}") from fault
