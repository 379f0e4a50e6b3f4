"""The only writer of records: what the pages taught us goes into the archive, each item in one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured
from scrapy.utils.defer import deferred_from_coro

from jcnews_spider.archive import Archive
from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.archive.snapshots import write_snapshots
from jcnews_spider.article import Article, SectionRef, Snapshot
from jcnews_spider.clock import utc
from jcnews_spider.errors import StorageFault
from jcnews_spider.items import Discovered, Draft, Item, ListPage, Miss, Wanted
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
    _options: Options

    def __init__(self, crawler: Crawler) -> None:
        if not hasattr(crawler.spider, "archive"):
            raise NotConfigured("a spider without an archive")
        self._crawler = crawler
        self._stats = crawler.stats
        self._writers: dict[type[Any], Callable[[Any], Article | None]] = {
            Draft: self._keep,
            Miss: self._miss,
            ListPage: self._list_page,
            Discovered: self._discovered,
            Wanted: self._wanted,
        }

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def open_spider(self) -> None:
        """Takes the archive and the site from the spider."""
        spider: Any = self._crawler.spider
        self.archive, self.site, self._options = spider.archive, spider.site, spider.options

    def process_item(self, item: Item) -> Article:
        """The stored article; any other item is noted and ends here with DropItem."""
        try:
            with storage_faults():
                stored = self._writers[type(item)](item)
                self.archive.seal_if_due()
        except StorageFault as fault:
            self._fail(fault)
            deferred_from_coro(self._crawler.engine.close_spider_async(reason="storage_failed"))
            raise
        if stored is None:
            raise DropItem(f"{type(item).__name__} noted", log_level="DEBUG")
        return stored

    def close_spider(self) -> None:
        """Seals what is left."""
        if self._stats.get_value("storage/fault"):
            return
        try:
            with storage_faults():
                self.archive.seal()
        except StorageFault as fault:
            self._fail(fault)

    def _fail(self, fault: StorageFault) -> None:
        self._stats.set_value("storage/fault", str(fault))
        logger.error("storage failed: %s", fault)

    def _keep(self, draft: Draft) -> Article | None:
        ledger = self.archive.ledger
        known = ledger.articles.get(draft.article.id)
        if known is None or known.version:
            self._stats.inc_value("articles/known")
            return None
        files = write_snapshots(self.archive.root, self.site.name, draft) if self._options.html_snapshots else []
        with ledger.transaction():
            article = self._complete(mark_copy(draft.article, ledger), draft, known)
            if files:
                article = replace(article, snapshot=replace(article.snapshot, html=files[0][0]))
            for section in article.sections:
                if path := self.site.section_at(section.url):
                    ledger.sections.add(self.site.name, path, section.name)
            digest = text_digest(article.text)
            ledger.articles.keep(article.id, article.version, article.content_hash, digest, int(time.time()))
            self.archive.send(article.id, article.to_json(), files)
        self._count(article, draft)
        return article

    def _complete(self, article: Article, draft: Draft, known: KnownArticle) -> Article:
        """The article with what only the archive knows."""
        listed = [
            SectionRef(name, self.site.section_url(path)) if name else self.site.section_ref(path)
            for path, name in self.archive.ledger.sections.showing(article.id)
        ]
        sections = {section.url: section for section in [*article.sections, *listed]}
        return replace(
            article,
            sections=tuple(sections.values()),
            first_seen_at=utc(known.first_seen),
            snapshot=Snapshot(sha256=sha256(draft.pages[0]).hexdigest()),
            crawl=replace(article.crawl, run_id=self.archive.run_id, list_url=known.list_url),
        )

    def _count(self, article: Article, draft: Draft) -> None:
        self._stats.inc_value(f"articles/{article.event}")
        self._stats.inc_value(f"extractor/{article.crawl.extractor}")
        self._stats.inc_value("articles/bytes", sum(map(len, draft.pages)))
        if article.duplicate_of:
            self._stats.inc_value("articles/duplicates")
        for name in COVERAGE:
            if getattr(article, name):
                self._stats.inc_value(f"coverage/{name}")

    def _miss(self, miss: Miss) -> None:
        state = "skipped" if miss.reason in SKIPPED else "failed"
        self._stats.inc_value(f"articles/{state}/{miss.reason}")
        if state == "failed":
            self._stats.inc_value("addresses/failed")
            logger.warning("%s: %s %s", miss.id, miss.reason, miss.detail)
        elif miss.reason != "robots":
            self._stats.inc_value("addresses/answered")
        with self.archive.ledger.transaction():
            self.archive.ledger.articles.miss(miss.id, state, miss.reason, int(time.time()))

    def _list_page(self, page: ListPage) -> None:
        self._stats.inc_value("lists/pages")
        site, ledger, now = self.site.name, self.archive.ledger, int(time.time())
        with ledger.transaction():
            ledger.sections.add(site, page.section, page.name)
            for address in page.found:
                id_ = self.site.article_id(address.docid)
                ledger.articles.add(id_, address, page.url, now)
                ledger.sections.add_member(site, page.section, id_)
            for entry in page.entries:
                if entry.kind != "article":
                    ledger.sections.add_other(site, page.section, entry.kind, entry.url, entry.title)
            ledger.sections.note_page(
                site, page.section, page.index + 1, unknown=page.has_unknown, complete=page.completes, now=now
            )
            if page.index == 0:
                ledger.sections.note_validators(site, page.section, page.etag, page.last_modified)

    def _discovered(self, discovered: Discovered) -> None:
        with self.archive.ledger.transaction():
            for section in discovered.sections:
                if path := self.site.section_at(section.url):
                    self.archive.ledger.sections.add(self.site.name, path, section.name)

    def _wanted(self, wanted: Wanted) -> None:
        with self.archive.ledger.transaction():
            for address in wanted.addresses:
                self.archive.ledger.articles.add(self.site.article_id(address.docid), address, None, int(time.time()))
