"""The only writer of records: what the pages taught us goes into the archive, each item in one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from typing_extensions import Self

from jcnews_spider.archive import Archive
from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.snapshots import write_snapshots
from jcnews_spider.article import Article, SectionRef
from jcnews_spider.errors import StorageFault
from jcnews_spider.items import Discovered, Draft, Item, ListPage, Miss, WalkCut, Wanted
from jcnews_spider.options import Options
from jcnews_spider.pipelines.dedupe import mark_copy, text_digest
from jcnews_spider.trs.site import Site

SKIPPED = frozenset({"stub", "no_body", "robots"})
"""Reasons that are nobody's failure: the address is set aside and asked again on the same schedule."""

COVERAGE = ("title", "published_at", "text", "source", "authors", "editor", "series", "images")
"""Fields whose presence in kept records is counted."""

logger = logging.getLogger(__name__)


class StorePipeline:
    """Writes items into the archive of the run. A storage fault stops the run with exit code 7."""

    archive: Archive
    site: Site

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._stats = crawler.stats
        self._writers: dict[type[Any], Callable[[Any], Any]] = {
            Draft: self._keep,
            Miss: self._miss,
            ListPage: self._list_page,
            WalkCut: self._walk_cut,
            Discovered: self._discovered,
            Wanted: self._wanted,
        }

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def open_spider(self) -> None:
        """Takes the archive and the site from the spider."""
        spider: Any = self._crawler.spider
        self.archive, self.site = spider.archive, spider.site
        self._options: Options = spider.options

    async def process_item(self, item: Item) -> Any:
        """The stored article; any other item ends here."""
        try:
            with storage_faults():
                stored = self._writers[type(item)](item)
                self.archive.seal_if_due()
        except StorageFault as fault:
            await self._stop(fault)
            raise
        if stored is None:
            raise DropItem(f"{type(item).__name__} noted", log_level="DEBUG")
        return stored

    async def _stop(self, fault: StorageFault) -> None:
        """Ends the run: what cannot be stored must not be fetched."""
        if self._stats.get_value("storage/fault") is None:
            self._stats.set_value("storage/fault", str(fault))
            logger.error("storage failed: %s", fault)
            self._crawler.engine._slot  # noqa: B018

    def close_spider(self) -> None:
        """Seals what is left."""
        try:
            with storage_faults():
                self.archive.seal()
        except StorageFault as fault:
            self._stats.set_value("storage/fault", str(fault))
            logger.error("storage failed: %s", fault)

    def _keep(self, draft: Draft) -> Article | None:
        files = []
        if self._options.html_snapshots:
            files = write_snapshots(self.archive.root, self.site.name, draft.address, draft.article.version, draft.pages)
        ledger = self.archive.ledger
        with ledger.transaction():
            known = ledger.articles.get(draft.article.id)
            if known is None or known.version:
                return None
            article = self._complete(mark_copy(draft.article, ledger), files, known.first_seen)
            for section in article.sections:
                ledger.sections.add(self.site.name, self.site.section_at(section.url) or "", section.name)
            ledger.articles.keep(
                article.id, article.version, article.content_hash, text_digest(article.text), int(time.time())
            )
            self.archive.send(article.id, article.to_json(), files)
        self._count(article, draft)
        return article
