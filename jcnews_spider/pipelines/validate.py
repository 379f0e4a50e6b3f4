"""A draft that is no article becomes a miss with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from scrapy.crawler import Crawler

from jcnews_spider.items import Draft, Item, Miss

CHECKS: tuple[tuple[str, Callable[[Draft], bool]], ...] = (
    ("no_title", lambda draft: bool(draft.article.title.strip())),
    ("no_body", lambda draft: any((draft.article.text.strip(), draft.article.images, draft.article.videos,
                                   draft.article.attachments))),
    ("no_bytes", lambda draft: len(draft.pages) == draft.article.crawl.pages
                 and all(page.body for page in draft.pages)),
    ("other_article", lambda draft: draft.article.id.endswith(f":{draft.address.docid}")),
)  # fmt: skip
"""(reason, what must hold), the first that does not decides."""


class ValidatePipeline:
    """Turns drafts that fail a check into misses; each is counted as `validate/<reason>`."""

    def __init__(self, crawler: Crawler) -> None:
        self._stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Item) -> Item:
        """The item itself, or the miss it has become."""
        if not isinstance(item, Draft):
            return item
        for reason, holds in CHECKS:
            if not holds(item):
                self._stats.inc_value(f"validate/{reason}")
                return Miss(item.article.id, item.asked, reason)
        return item
