"""Which archived article has the same text, or nearly the same."""

from __future__ import annotations

import logging
from dataclasses import replace

from jcnews_spider.archive import Archive
from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.article import Article, Event
from jcnews_spider.errors import Damaged
from jcnews_spider.signature import estimate, values
from jcnews_spider.similarity import LEAST_ESTIMATE, reprint_likeness
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
    known = archive.ledger.articles.get(original) if original else None
    if known and _record(known, article, archive):
        return replace(article, duplicate_of=known.id, similarity=1.0)
    return _mark_reprint(article, archive)


def _mark_reprint(article: Article, archive: Archive) -> Article:
    """The article with the first archived of those whose newest text is nearly its own."""
    if article.near_hash is None:
        return article
    alike: list[tuple[str, float, str]] = []
    for known in archive.ledger.near.candidates(article.id, values(article.near_hash)):
        record = _record(known, article, archive, LEAST_ESTIMATE)
        if record and (likeness := reprint_likeness(record.text, article.text)):
            alike.append((record.fetched_at or "", -likeness, known.id))
    if not alike:
        return article
    _, likeness, original = min(alike)
    return replace(article, duplicate_of=original, similarity=min(round(-likeness, 3), MOST_OF_ANOTHER))


def _record(known: KnownArticle, article: Article, archive: Archive, least: float = 0) -> Article | None:
    """The newest record of another article, unless it is a copy of this one: no two are copies of each other.

    One whose signature says that it is less alike than `least` is none either, nor is one that is damaged: what came
    now is kept in any case.
    """
    try:
        if least and estimate(archive.last_signature(known) or "", article.near_hash or "") < least:
            return None
        record = archive.last_record(known)
    except Damaged as fault:
        logger.warning("%s is not compared with %s: %s", article.id, known.id, fault)
        return None
    return None if record is None or record.duplicate_of == article.id else record
