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
from w3lib.encoding import http_content_type_encoding

from jcnews_spider.archive import Archive
from jcnews_spider.archive.ledger.articles import Scope
from jcnews_spider.article import Article
from jcnews_spider.clock import utc
from jcnews_spider.errors import NotServed, OtherPage, UnknownLayout
from jcnews_spider.items import Discovered, Draft, Item, ListPage, Miss, Wanted
from jcnews_spider.job import Job
from jcnews_spider.options import Options
from jcnews_spider.report import Verdict
from jcnews_spider.sites import SITES
from jcnews_spider.spiders.lookup import Lookup
from jcnews_spider.spiders.reasons import NAMES, reason_of
from jcnews_spider.spiders.walk import Step, Walk
from jcnews_spider.trs.article import join_parts, parse_article
from jcnews_spider.trs.listing import Listing, parse_listing, parse_navigation
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
        self.walks: dict[str, Walk] = {}
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
            yield self._request(self.site.root, self.parse_home, self.home_failed)
        else:
            for request in self._walk_all():
                yield request

    def parse_home(self, response: Response) -> Output:
        """The sections that the navigation links, then the lists."""
        if response.status != 200:
            yield from self._without_home(NotServed(response.status).reason)
            return
        self._stat("addresses/answered")
        sections = parse_navigation(response.body, response.url, self.site, _charset(response))
        yield Discovered(sections)
        self._lookup.learn((section.name, self.site.section_at(section.url)) for section in sections)
        if self._lookup.missing and not self.job.whole_site:
            self.crawler.stats.set_value("run/usage_fault", self._lookup.refusal())
            raise CloseSpider("unknown_section")
        for name in self._lookup.missing:
            self._stat("lists/absent/not_linked")
            self.logger.info("section %s: not linked on the home page", name)
        yield from self._walk_all()

    def home_failed(self, failure: Failure) -> Output:
        """Counts a home page that did not come."""
        yield from self._without_home(self._stop_if_closed(failure))

    def _without_home(self, reason: str) -> Iterator[Request]:
        """The sections of the table are walked all the same; one that was asked for by name cannot be found."""
        self._list_failed(self.site.root, reason)
        if self.job.whole_site:
            yield from self._walk_all()

    def _walk_all(self) -> Iterator[Request]:
        for path in dict.fromkeys([*self._lookup.paths.values(), *self.job.paths]):
            yield from self._begin_walk(path)

    def _begin_walk(self, path: str) -> Iterator[Request]:
        """The request of a section's first page, conditional when nothing behind an unchanged one can be new."""
        if path in self.walks:
            return
        known = self.archive.ledger.sections.get(self.site.name, path)
        complete = bool(known and known.complete) and not self.job.full
        self.walks[path] = Walk(
            path,
            may_stop_early=complete,
            stop_after_known_pages=self.options.stop_after_known_pages,
            max_pages=self.job.max_pages or self.options.max_list_pages,
        )
        headers = {}
        if complete and known:
            validators = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
            headers = {name: value for name, value in validators.items() if value}
        yield self._list_request(self.site.section_url(path), path, 0, headers)

    # ---- list pages

    def _list_request(self, url: str, section: str, index: int, headers: dict[str, str] | None = None) -> Request:
        arguments = {"section": section, "index": index}
        return self._request(url, self.parse_list, self.list_failed, arguments, headers)

    def parse_list(self, response: Response, section: str, index: int) -> Output:
        """The entries of a list page as an item, and the request of the next page."""
        walk = self.walks[section]
        if response.status == 304:
            self._stat("addresses/answered")
            yield self._unchanged(section, response.url)
            return
        if response.status in (404, 410):
            yield from self._missing_page(walk, response, index)
            return
        try:
            if response.status != 200:
                raise NotServed(response.status)
            listing = parse_listing(response.body, response.url, self.site, _charset(response))
        except UnknownLayout as fault:
            self._end_walk(walk, fault.reason)
            self._list_failed(response.url, fault.reason)
            return
        self._stat("addresses/answered")
        target = listing.target and self.site.section_at(listing.target)
        if target and not listing.entries:
            self.logger.info("section %s: sends to %s", section, target)
            yield from self._begin_walk(target)
            return
        yield from self._read_list(walk, listing, response, index)

    def _read_list(self, walk: Walk, listing: Listing, response: Response, index: int) -> Output:
        addresses = [a for entry in listing.entries if (a := self.site.article_address(entry.url))]
        ids = [self.site.article_id(address.docid) for address in addresses]
        unknown = set(ids) - self.archive.ledger.sections.members(self.site.name, walk.path, ids)
        step = walk.read(index, listing.entries, unknown=len(unknown), pages=listing.pages)
        yield ListPage(
            section=walk.path,
            name=listing.name,
            url=response.url,
            index=index,
            entries=listing.entries,
            found=tuple(address for address in addresses if self.job.includes(address.day)),
            has_unknown=bool(unknown),
            completes=step is Step.END and not self.job.is_bounded,
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
        )
        if step is Step.NEXT:
            yield self._list_request(listing.page_url(response.url, index + 1), walk.path, index + 1)
        else:
            bound = "max_pages" if self.job.max_pages else "max_list_pages"
            self._end_walk(walk, "complete" if step is Step.END else bound)

    def _unchanged(self, section: str, url: str) -> ListPage:
        """A first page that was not modified: the section is as it was."""
        known = self.archive.ledger.sections.get(self.site.name, section)
        self._stat("lists/unchanged")
        self.walks[section].end = "unchanged"
        self.logger.info("section %s: unchanged", section)
        validators = (known.etag, known.last_modified) if known else (None, None)
        return ListPage(section, url, 0, (), (), False, True, None, *validators)

    def _missing_page(self, walk: Walk, response: Response, index: int) -> Output:
        """A 404 ends a walk without a pager; a first page that was never there is absent, one that was has failed."""
        reason = f"http_{response.status}"
        known = self.archive.ledger.sections.get(self.site.name, walk.path)
        if index:
            self._stat("addresses/answered")
            step = walk.at_missing_page()
            if step is Step.END:
                completes = not self.job.is_bounded
                yield ListPage(walk.path, response.url, index, (), (), False, completes)
            self._end_walk(walk, "complete" if step is Step.END else reason)
        elif known and known.walked_at:
            self._end_walk(walk, reason)
            self._list_failed(response.url, reason)
        else:
            walk.end = "absent"
            self._stat(f"lists/absent/{reason}")
            self.logger.info("section %s: absent (%s)", walk.path, reason)

    def list_failed(self, failure: Failure) -> None:
        """Counts a list page that did not come; its walk ends incomplete."""
        request: Request = failure.request  # type: ignore[attr-defined]
        reason = self._stop_if_closed(failure)
        self._end_walk(self.walks[request.cb_kwargs["section"]], reason)
        self._list_failed(request.url, reason)

    def _list_failed(self, url: str, reason: str) -> None:
        if reason == "robots":
            self._stat("lists/absent/robots")
            return
        self._stat("addresses/failed")
        self._stat(f"lists/failed/{reason}")
        self.logger.warning("list %s: %s", url, reason)

    def _end_walk(self, walk: Walk, how: str) -> None:
        walk.end = how
        walk.seen.clear()
        if how != "complete":
            self._stat(f"lists/cut/{how}")
        articles = walk.found["article"]
        self.logger.info(
            "section %s: %d pages, %d articles, %d new, %s", walk.path, walk.read_pages, articles, walk.new, how
        )

    # ---- articles

    def fetch_due(self) -> None:
        """The next batch of articles that the ledger says are due, when nothing else is left to do."""
        scope = Scope(
            sections=None if self.job.whole_site else list(self.walks),
            since=self.job.since,
            until=self.job.until,
            ids=[self.site.article_id(address.docid) for address in self.job.articles],
        )
        batch = self.archive.ledger.articles.due(self.site.name, scope, self.started, self._last_due, BATCH)
        for known in batch:
            self._last_due = (known.day, known.id)
            arguments = {"id": known.id}
            self.crawler.engine.crawl(self._request(known.url, self.parse_article, self.article_failed, arguments))
        if batch:
            raise DontCloseSpider

    async def parse_article(self, response: Response, id: str) -> AsyncIterator[Item]:  # noqa: A002 - the record's word
        """The article of a page and its further pages as a draft, or a miss with its reason."""
        try:
            draft = await self._read_article(response, id)
        except UnknownLayout as fault:
            yield Miss(id, fault.reason, str(fault))
        except tuple(NAMES) as fault:
            yield Miss(id, f"part_{reason_of(fault)}", str(fault))
        else:
            self._stat("addresses/answered")
            yield draft

    def article_failed(self, failure: Failure) -> Iterator[Item]:
        """The miss of an article's page that did not come."""
        reason = self._stop_if_closed(failure)
        yield Miss(failure.request.cb_kwargs["id"], reason, str(failure.value))  # type: ignore[attr-defined]

    async def _read_article(self, response: Response, id_: str) -> Draft:
        """The draft; raises UnknownLayout where the page, or one of its further pages, is no article."""
        address = self.site.article_address(response.url)
        if address is None or self.site.article_id(address.docid) != id_:
            raise OtherPage(response.url)
        first = _parsed(response, self.site)
        responses = [response]
        for part in range(1, first.crawl.pages):
            request = Request(address.part_url(part), callback=NO_CALLBACK)
            responses.append(await self.crawler.engine.download_async(request))
        article = join_parts([first, *(_parsed(part, self.site) for part in responses[1:])])
        crawl = replace(
            article.crawl,
            status=response.status,
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
        )
        article = replace(article, crawl=crawl, fetched_at=utc(time.time()))
        return Draft(article, address, tuple(part.body for part in responses))

    # ---- what both share

    def _request(
        self,
        url: str,
        callback: Any,
        errback: Any,
        arguments: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Request:
        self._stat("addresses/asked")
        return Request(url, callback=callback, errback=errback, cb_kwargs=arguments, headers=headers)

    def _stop_if_closed(self, failure: Failure) -> str:
        """The failure's reason; without robots.txt nothing may be asked, so the run ends (RFC 9309 §2.3.1.4)."""
        reason = reason_of(failure.value)
        if reason == "robots_unavailable":
            self._stat(f"lists/failed/{reason}")
            raise CloseSpider(reason)
        return reason

    def _stat(self, name: str) -> None:
        self.crawler.stats.inc_value(name)


def _parsed(response: Response, site: Site) -> Article:
    if response.status != 200:
        raise NotServed(response.status)
    return parse_article(response.body, response.url, site, _charset(response))


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def _charset(response: Response) -> str | None:
    """The charset of the Content-Type header."""
    return http_content_type_encoding(_header(response, "Content-Type"))


for _site in SITES.values():
    globals()[f"{_site.name.title()}Spider"] = type(
        f"{_site.name.title()}Spider", (TrsSpider,), {"name": _site.name, "site": _site, "__module__": __name__}
    )
