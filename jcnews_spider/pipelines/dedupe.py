"""Which archived article has the same text, or nearly the same."""

from __future__ import annotations

import logging
from dataclasses import replace

from jcnews_spider.archive import Archive
from jcnews_spider.article import Article, Event
from jcnews_spider.errors import Damaged
from jcnews_spider.similarity import reprint_likeness, values
from jcnews_spider.text import text_digest

logger = logging.getLogger(__name__)

MOST_OF_ANOTHER = 0.999
"""Similarity of texts that differ in blanks and punctuation alone; 1.0 is the same text."""


def mark_copy(article: Article, archive: Archive) -> Article:
    """The article with `duplicate_of` and `similarity`, if its text, or nearly its text, is archived under another id.

    Call it in the transaction that stores the article: two copies in flight then cannot miss each other. `gone` says
    what the version before it said.
    """
    if article.event is Event.GONE:
        return article
    digest = text_digest(article.text)
    original = archive.ledger.articles.same_text(digest) if digest else None
    if original == article.id:
        return article
    if original is not None and _record(original, article, archive):
        return replace(article, duplicate_of=original, similarity=1.0)
    return _mark_reprint(article, archive)


def _mark_reprint(article: Article, archive: Archive) -> Article:
    """The article with the first archived of those whose newest text is nearly its own."""
    alike: list[tuple[str, float, str]] = []
    for id_ in archive.ledger.near.candidates(article.id, values(article.near_hash or "")):
        record = _record(id_, article, archive)
        likeness = record and reprint_likeness(record.text, article.text)
        if record and likeness:
            alike.append((record.fetched_at or "", -likeness, id_))
    if not alike:
        return article
    _, likeness, original = min(alike)
    return replace(article, duplicate_of=original, similarity=min(round(-likeness, 3), MOST_OF_ANOTHER))


def _record(id_: str, article: Article, archive: Archive) -> Article | None:
    """The newest record of another article, unless it is a copy of this one: no two are copies of each other.

    One that is damaged is none: what came now is kept in any case.
    """
    known = archive.ledger.articles.get(id_)
    try:
        record = archive.last_record(known) if known else None
    except Damaged as fault:
        logger.warning("%s is not compared with %s: %s", article.id, id_, fault)
        return None
    return None if record is None or record.duplicate_of == article.id else record
