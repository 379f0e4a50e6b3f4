"""The spider of every TRS site: routes only, from list pages to articles. What was learned goes down as items."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any, ClassVar, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from twisted.python.failure import Failure

from jcnews_spider.archive import Archive
from jcnews_spider.archive.ledger.articles import Scope
from jcnews_spider.article import Article
from jcnews_spider.clock import utc
from jcnews_spider.errors import OtherPage, StorageFault, UnknownLayout
from jcnews_spider.items import Discovered, Draft, Item, Miss, Wanted
from jcnews_spider.job import Job
from jcnews_spider.options import Options
from jcnews_spider.report import Verdict
from jcnews_spider.sites import SITES
from jcnews_spider.spiders.answers import REASONS, charset, header, reason_of, require_ok
from jcnews_spider.spiders.lists import Lists
from jcnews_spider.spiders.lookup import Lookup
from jcnews_spider.trs.article import join_parts, parse_article
from jcnews_spider.trs.listing import parse_navigation
from jcnews_spider.trs.site import Site

BATCH = 100
"""Articles taken from the ledger at a time: memory stays flat however many are due."""

MOST_PARTS = 200
"""Pages of one article; the longest gallery seen has 40."""

Output = Iterator[Item | Request]


class TrsSpider(Spider):
    """Walks the lists of a job's sections, then fetches the articles that the ledger says are due."""

    site: ClassVar[Site]

    def __init__(self, *, job: Job, archive: Archive, options: Options) -> None:
        super().__init__()
        self.job = job
        self.archive = archive
        self.options = options
        self.started = int(time.time())
        self.lists = Lists(self)
        self._lookup = Lookup(job.names)
        self.verdict: Verdict | None = None
        self._last_due = ("~", "")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.fetch_due, signal=signals.spider_idle)
        return spider

    # ---- sections

    async def start(self) -> AsyncIterator[Any]:
        """First the lists; names that are not placed yet are looked up on the home page before."""
        if self.job.articles:
            yield Wanted(self.job.articles)
        self._lookup.learn((section.name, section.path) for section in self.site.sections)
        self._lookup.learn((known.name, known.path) for known in self.archive.ledger.sections.all(self.site.name))
        if self._lookup.missing or self.job.discover:
            yield self.request(self.site.root, self.parse_home, self.home_failed)
        else:
            for request in self._walk_all():
                yield request

    def parse_home(self, response: Response) -> Output:
        """The sections that the navigation links, then the lists."""
        try:
            require_ok(response)
            sections = parse_navigation(response.body, response.url, self.site, charset(response))
        except UnknownLayout as fault:
            yield from self._without_home(fault.reason)
            return
        self.count("addresses/answered")
        yield Discovered(sections)
        self._lookup.learn((section.name, self.site.section_at(section.url)) for section in sections)
        if self._lookup.missing and not self.job.whole_site:
            self.crawler.stats.set_value("run/usage_fault", self._lookup.refusal())
            raise CloseSpider("unknown_section")
        for name in self._lookup.missing:
            self.count("lists/absent/not_linked")
            self.logger.info("section %s: not linked on the home page", name)
        yield from self._walk_all()

    def home_failed(self, failure: Failure) -> Output:
        """Counts a home page that did not come."""
        yield from self._without_home(self.reason_to_go_on(failure))

    def _without_home(self, reason: str) -> Iterator[Request]:
        """The sections of the table are walked all the same; one that was asked for by name cannot be found."""
        self.lists.count_failure(self.site.root, reason)
        if self.job.whole_site:
            yield from self._walk_all()

    def _walk_all(self) -> Iterator[Request]:
        for path in dict.fromkeys([*self._lookup.paths.values(), *self.job.paths]):
            yield from self.lists.begin(path)

    # ---- articles

    def fetch_due(self) -> None:
        """The next batch of articles that the ledger says are due, when nothing else is left to do."""
        scope = Scope(
            sections=None if self.job.whole_site else list(self.lists.walks),
            since=self.job.since,
            until=self.job.until,
            ids=[self.site.article_id(address.docid) for address in self.job.articles],
        )
        try:
            batch = self.archive.ledger.articles.due(self.site.name, scope, self.started, self._last_due, BATCH)
        except StorageFault as fault:
            self.crawler.stats.set_value("storage/fault", str(fault))
            return
        for known in batch:
            self._last_due = (known.day, known.id)
            arguments = {"id": known.id}
            self.crawler.engine.crawl(self.request(known.url, self.parse_article, self.article_failed, arguments))
        if batch:
            raise DontCloseSpider

    async def parse_article(self, response: Response, id: str) -> AsyncIterator[Item]:  # noqa: A002 - the record's word
        """The article of a page and its further pages as a draft, or a miss with its reason."""
        try:
            draft = await self._read_article(response, id)
        except UnknownLayout as fault:
            yield Miss(id, fault.reason, str(fault))
        except tuple(REASONS) as fault:
            yield Miss(id, reason_of(fault), f"a further page: {fault}")
        else:
            self.count("addresses/answered")
            yield draft

    def article_failed(self, failure: Failure) -> Iterator[Item]:
        """The miss of an article's page that did not come."""
        reason = self.reason_to_go_on(failure)
        yield Miss(failure.request.cb_kwargs["id"], reason, str(failure.value))  # type: ignore[attr-defined]

    async def _read_article(self, response: Response, id_: str) -> Draft:
        """The draft; raises UnknownLayout where the page, or one of its further pages, is no article."""
        address = self.site.article_address(response.url)
        if address is None or self.site.article_id(address.docid) != id_:
            raise OtherPage(response.url)
        parts = [self._parsed(response)]
        pages = [response.body]
        if parts[0].crawl.pages > MOST_PARTS:
            raise UnknownLayout(f"names {parts[0].crawl.pages} pages, {MOST_PARTS} are the most")
        for part in range(1, parts[0].crawl.pages):
            request = Request(address.part_url(part), callback=NO_CALLBACK)
            further = await self.crawler.engine.download_async(request)
            parts.append(self._parsed(further))
            pages.append(further.body)
        article = join_parts(parts)
        etag, last_modified = header(response, "ETag"), header(response, "Last-Modified")
        crawl = replace(article.crawl, status=response.status, etag=etag, last_modified=last_modified)
        article = replace(article, crawl=crawl, fetched_at=utc(time.time()))
        return Draft(article, address, tuple(pages))

    def _parsed(self, response: Response) -> Article:
        require_ok(response)
        return parse_article(response.body, response.url, self.site, charset(response))

    # ---- what all routes share

    def request(
        self,
        url: str,
        callback: Any,
        errback: Any,
        arguments: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Request:
        """A request of a list's or an article's address, counted as asked."""
        self.count("addresses/asked")
        return Request(url, callback=callback, errback=errback, cb_kwargs=arguments, headers=headers)

    def reason_to_go_on(self, failure: Failure) -> str:
        """The failure's reason; without robots.txt nothing may be asked, so the run ends (RFC 9309 §2.3.1.4)."""
        reason = reason_of(failure.value)
        if reason == "robots_unavailable":
            self.count(f"lists/failed/{reason}")
            raise CloseSpider(reason)
        return reason

    def count(self, name: str) -> None:
        """Counts under a name of the stats."""
        self.crawler.stats.inc_value(name)


for _site in SITES.values():
    globals()[f"{_site.name.title()}Spider"] = type(
        f"{_site.name.title()}Spider", (TrsSpider,), {"name": _site.name, "site": _site, "__module__": __name__}
    )
