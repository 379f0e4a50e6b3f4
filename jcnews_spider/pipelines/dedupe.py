"""Which archived article has the same text."""

from __future__ import annotations

from dataclasses import replace

from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.article import Article
from jcnews_spider.text import text_digest


def mark_copy(article: Article, ledger: Ledger) -> Article:
    """The article with `duplicate_of` and `similarity`, if its text is archived under another id.

    Call it in the transaction that stores the article: two copies in flight then cannot miss each other.
    """
    digest = text_digest(article.text)
    original = ledger.articles.same_text(digest) if digest else None
    if original is None or original == article.id:
        return article
    return replace(article, duplicate_of=original, similarity=1.0)
