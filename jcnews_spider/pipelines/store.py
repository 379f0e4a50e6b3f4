"""The only writer of records: what the pages taught us goes into the archive, each item in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured
from twisted.python.failure import Failure

from jcnews_spider import clock
from jcnews_spider.answers import NOT_ASKED
from jcnews_spider.archive import Archive
from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.article import Article
from jcnews_spider.engine import fail_storage
from jcnews_spider.errors import Damaged, StorageFault
from jcnews_spider.items import (
    MOST_MISSING,
    Discovered,
    Draft,
    Item,
    ListPage,
    Miss,
    Unchanged,
    Walked,
    Wanted,
    answered_rechecks,
)
from jcnews_spider.pipelines.records import Recorder
from jcnews_spider.signals import address_rests
from jcnews_spider.trs.site import Site

SKIPPED = frozenset({"stub", "no_body", *NOT_ASKED, *(f"part_{reason}" for reason in NOT_ASKED)})
"""Reasons that are nobody's failure: the address is set aside and asked again on the same schedule."""

COVERAGE = ("title", "published_at", "text", "source", "authors", "editor", "series", "images")
"""Fields whose presence in kept records is counted."""

logger = logging.getLogger(__name__)


class StorePipeline:
    """Writes items into the archive of the run. A storage fault stops the run with exit code 7."""

    archive: Archive
    site: Site
    _spider: Any

    def __init__(self, crawler: Crawler) -> None:
        if not hasattr(crawler.spider, "archive"):
            raise NotConfigured
        self._crawler = crawler
        self._stats = crawler.stats
        self._missing: set[str] = set()
        """ids of the articles that this run found missing: those of a run beside it are for that one to judge."""
        self._unnoted: set[str] = set()
        """Sections of which a list page came and could not be noted: none of them was seen whole."""
        self._writers: dict[type[Any], Callable[[Any], list[Article]]] = {
            Draft: self._keep,
            Unchanged: self._unchanged,
            Miss: self._miss,
            ListPage: self._list_page,
            Walked: self._walked,
            Discovered: self._discovered,
            Wanted: self._wanted,
        }

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline._callback_failed, signal=signals.spider_error)
        crawler.signals.connect(pipeline._leave_alone, signal=address_rests)
        return pipeline

    def open_spider(self) -> None:
        """Takes the archive and the site from the spider."""
        spider: Any = self._crawler.spider
        self._spider, self.archive, self.site = spider, spider.archive, spider.site
        self._recorder = Recorder(self.archive, self.site, html_snapshots=spider.options.html_snapshots)

    def process_item(self, item: Item) -> Article:
        """The stored article; any other item is noted and ends here with DropItem."""
        if self._has_failed:
            raise DropItem("the storage has failed", log_level="DEBUG")
        try:
            with storage_faults():
                stored = self._writers[type(item)](item)
                self.archive.seal_if_due()
        except StorageFault as fault:
            fail_storage(self._crawler, fault)
            raise DropItem("the storage has failed", log_level="DEBUG") from fault
        except Exception:
            self._stats.inc_value("addresses/failed")  # a defect of ours: Scrapy logs it, and the address stays due
            if isinstance(item, ListPage):
                self._unnoted.add(item.section)
            raise
        if not stored:
            raise DropItem(f"{type(item).__name__} noted", log_level="DEBUG")
        return stored[-1]

    def close_spider(self) -> None:
        """Calls what is missing for long gone, and seals what is left."""
        if self._has_failed:
            return
        try:
            with storage_faults():
                if self._spider.has_finished:
                    self._settle_missing()
                self.archive.finish()
        except StorageFault as fault:
            fail_storage(self._crawler, fault)
        except Exception as fault:
            self._stats.set_value("run/defect", repr(fault))
            raise

    @property
    def _has_failed(self) -> bool:
        return bool(self._stats.get_value("storage/fault"))

    def _callback_failed(self, failure: Failure) -> None:
        """A ledger that a callback of the spider could not read."""
        if isinstance(failure.value, StorageFault):
            fail_storage(self._crawler, failure.value)

    def _leave_alone(self, url: str, until: int) -> None:
        """An address that is not to be asked before a time, by later runs neither."""
        try:
            with self.archive.ledger.transaction():
                self.archive.ledger.rests.forget(int(clock.now()))
                self.archive.ledger.rests.note(url, until)
        except StorageFault as fault:
            fail_storage(self._crawler, fault)

    def _keep(self, draft: Draft) -> list[Article]:
        """A page that came: the first version, another one, or the same text as before."""
        known = self.archive.ledger.articles.known(draft.article.id)
        if self.archive.warc and not all(page.warc for page in draft.pages):
            return self._miss(Miss(known.id, draft.asked, "not_captured"))
        if self._spider.articles.is_of_any(draft.article):
            return []  # it waited for images while another said the same, and is told as missing
        try:
            records = self._recorder.keep(known, draft)
        except Damaged as fault:
            return self._damaged(known, draft.asked, fault)
        for article in records:
            self._count(article)
        if not records:
            self._stats.inc_value("articles/unchanged")
        self._stats.inc_value("articles/pages", len(draft.pages))
        self._stats.inc_value("articles/bytes", sum(len(page.body) for page in draft.pages))
        return records

    def _damaged(self, known: KnownArticle, url: str, fault: Damaged) -> list[Article]:
        """An article whose last record cannot be read: it waits, the others go on, and the run ends with 7."""
        if not self._stats.get_value("storage/damaged"):
            self._stats.set_value("storage/damaged", str(fault))
        return self._miss(Miss(known.id, url, "damaged", str(fault)))

    def _unchanged(self, item: Unchanged) -> list[Article]:
        articles = self.archive.ledger.articles
        known = articles.known(item.id)
        with self.archive.ledger.transaction():
            articles.seen(known, int(clock.now()), known.url, known.validators)
        self._stats.inc_value("articles/unchanged")
        return []

    def _miss(self, miss: Miss) -> list[Article]:
        """An address that gave nothing; of a known article a 404 is no failure but a sign of withdrawal."""
        articles, now = self.archive.ledger.articles, int(clock.now())
        known = articles.known(miss.id)
        is_recheck = known.state == "kept" and miss.url == known.url
        if miss.reason in NOT_ASKED:
            self._stats.inc_value("rechecks/left_alone", is_recheck)
        if miss.reason == "resting":
            self._stats.inc_value("articles/skipped/resting")
            return []
        state = "skipped" if miss.reason in SKIPPED else "failed"
        is_sign = miss.is_missing and known.version > 0 and miss.url == known.url
        with self.archive.ledger.transaction():
            if is_sign and known.state == "kept":
                articles.missing(known, miss.reason, now)
            else:
                articles.miss(known, miss.url, state, miss.reason, now)
            if is_sign and known.state == "gone":
                articles.left(known, now)
        if is_sign:
            self._missing.add(known.id)
            self._stats.inc_value("rechecks/missing" if known.state == "kept" else "rechecks/still_gone")
            state = "missing"
        else:
            self._stats.inc_value(f"articles/{state}/{miss.reason}")
        if state == "failed":
            self._stats.inc_value("addresses/failed")
            self._stats.inc_value("rechecks/failed", is_recheck)
            logger.warning("%s: %s %s", miss.url, miss.reason, miss.detail)
        elif miss.reason not in NOT_ASKED:
            self._stats.inc_value("addresses/answered")
        return []

    def _settle_missing(self) -> None:
        """Writes `gone` for what was missing twice, unless so much is missing that it looks like an outage."""
        spider = self._spider
        missing_for = self.archive.ledger.articles.missing_for(self.site.name, spider.started, spider.gone_after_s)
        candidates = [known for known in missing_for if known.id in self._missing]
        missing, answered = self._stats.get_value("rechecks/missing", 0), answered_rechecks(self._stats.get_stats())
        if candidates and missing > MOST_MISSING * answered:
            logger.warning("%d of %d rechecked articles are missing: none is called gone", missing, answered)
            return
        for known in candidates:
            try:
                self._count(self._recorder.gone(known))
            except Damaged as fault:
                self._damaged(known, known.url, fault)

    def _count(self, article: Article) -> None:
        self._stats.inc_value(f"articles/{article.event}")
        if article.event not in ("new", "updated"):
            return
        self._stats.inc_value("records/checked")
        self._stats.inc_value(f"extractor/{article.crawl.extractor}")
        if article.duplicate_of:
            self._stats.inc_value("articles/duplicates")
        for name in COVERAGE:
            if getattr(article, name):
                self._stats.inc_value(f"coverage/{name}")

    def _list_page(self, page: ListPage) -> list[Article]:
        self._stats.inc_value("lists/pages")
        site, ledger, now = self.site.name, self.archive.ledger, int(clock.now())
        with ledger.transaction():
            ledger.sections.add(site, page.section, page.name)
            for address in page.found:
                id_ = self.site.article_id(address.docid)
                ledger.articles.add(id_, address, page.url, now)
                ledger.sections.add_member(site, page.section, id_)
            for entry in page.entries:
                if entry.kind != "article":
                    ledger.sections.add_other(site, page.section, entry.kind, entry.url, entry.title)
            ledger.sections.note_page(site, page.section, page.index + 1, unknown=page.has_unknown, now=now)
        return []

    def _walked(self, walked: Walked) -> list[Article]:
        if walked.section in self._unnoted:
            return []
        now, sections = int(clock.now()), self.archive.ledger.sections
        with self.archive.ledger.transaction():
            sections.note_end(self.site.name, walked, now)
        return []

    def _discovered(self, discovered: Discovered) -> list[Article]:
        with self.archive.ledger.transaction():
            for section in discovered.sections:
                if path := self.site.section_at(section.url):
                    self.archive.ledger.sections.add(self.site.name, path, section.name)
        return []

    def _wanted(self, wanted: Wanted) -> list[Article]:
        with self.archive.ledger.transaction():
            for address in wanted.addresses:
                id_ = self.site.article_id(address.docid)
                self.archive.ledger.articles.add(id_, address, None, int(clock.now()))
                self.archive.ledger.articles.want(id_)
        return []
