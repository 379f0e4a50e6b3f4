"""Which archived article has the same text."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.article import Article

DIGEST_BYTES = 16
"""Bytes of a text's digest that are kept: among 2^64 texts two would share one by chance."""


def text_digest(text: str) -> bytes | None:
    """Digest of a text without its blanks, None for an empty one: two picture pages are no copies of each other."""
    folded = "".join(text.split())
    return sha256(folded.encode("utf-8", "surrogatepass")).digest()[:DIGEST_BYTES] if folded else None


def mark_copy(article: Article, ledger: Ledger) -> Article:
    """The article with `duplicate_of` and `similarity`, if its text is archived under another id.

    Call it in the transaction that stores the article: two copies in flight then cannot miss each other.
    """
    digest = text_digest(article.text)
    original = ledger.articles.same_text(digest) if digest else None
    if original is None or original == article.id:
        return article
    return replace(article, duplicate_of=original, similarity=1.0)
