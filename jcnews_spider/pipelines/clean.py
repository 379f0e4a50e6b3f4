"""Strings that cannot break a line, a log or a reader."""

from __future__ import annotations

from dataclasses import replace

from jcnews_spider.article import Article, char_count, content_hash
from jcnews_spider.items import Draft, Item
from jcnews_spider.signature import near_hash
from jcnews_spider.text import safe_strings


class CleanPipeline:
    """Makes every string of a draft safe; nothing that can be seen is lost."""

    def process_item(self, item: Item) -> Item:
        """The item with a clean article."""
        return replace(item, article=cleaned(item.article)) if isinstance(item, Draft) else item


def cleaned(article: Article) -> Article:
    """The article with every string in it safe, counted and hashed as it stands."""
    article = safe_strings(article)
    return replace(
        article,
        char_count=char_count(article.text),
        content_hash=content_hash(article),
        near_hash=near_hash(article.text),
    )
