"""Strings that cannot break a line, a log or a reader."""

from __future__ import annotations

from dataclasses import replace

from jcnews_spider.article import char_count, content_hash
from jcnews_spider.items import Draft, Item
from jcnews_spider.text import safe_strings


class CleanPipeline:
    """Makes every string of a draft safe; nothing that can be seen is lost."""

    def process_item(self, item: Item) -> Item:
        """The item with a clean article."""
        if not isinstance(item, Draft):
            return item
        article = safe_strings(item.article)
        article = replace(article, char_count=char_count(article.text), content_hash=content_hash(article))
        return replace(item, article=article)
