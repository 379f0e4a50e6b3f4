"""The spider of every TRS site: routes only, from list pages to articles. What was learned goes down as items.

Scrapy imports it to know the spiders' names; what a crawl needs of parsers and archive is imported when one begins.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from jcnews_spider import clock
from jcnews_spider.answers import charset, reason_of, require_ok
from jcnews_spider.errors import StorageFault, UnknownLayout
from jcnews_spider.items import Discovered, Item, Wanted
from jcnews_spider.job import Job, Recheck
from jcnews_spider.options import Options
from jcnews_spider.sites import SITES
from jcnews_spider.spiders.lookup import Lookup
from jcnews_spider.trs.site import Site

if TYPE_CHECKING:
    from jcnews_spider.archive import Archive
    from jcnews_spider.report import Ended

Output = Iterator[Item | Request]


class TrsSpider(Spider):
    """Walks the lists of a job's sections, then fetches the articles that the ledger says are due."""

    site: ClassVar[Site]

    def __init__(self, *, job: Job, archive: Archive, options: Options) -> None:
        from jcnews_spider.spiders.articles import Articles
        from jcnews_spider.spiders.lists import Lists
        from jcnews_spider.spiders.share import Share

        super().__init__()
        self.job = job
        self.archive = archive
        self.options = options
        self.started = int(clock.now())
        self.gone_after_s = 0 if job.recheck is Recheck.ALL else options.gone_after
        self.has_finished = False
        """True when everything that was due has been asked."""
        self.sections: dict[str, None] = {}
        """Paths of those that are to be walked, once they are placed."""
        self.lists = Lists(self)
        self.articles = Articles(self)
        self._share = Share(self, archive.crew) if archive.crew else None
        self.ended: Ended | None = None
        """What became of the run, when it is over."""
        self._lookup = Lookup(job.names)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.fetch_due, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """First the lists; a ledger that cannot be read ends the run."""
        from jcnews_spider.engine import fail_storage

        try:
            for first in self._first():
                yield first
        except StorageFault as fault:
            fail_storage(self.crawler, fault)
        except Exception as fault:
            self.crawler.stats.set_value("run/defect", repr(fault))
            raise

    def _first(self) -> Output:
        """What the run begins with; names that are not placed yet are looked up on the home page before the lists."""
        if self.job.articles:
            yield Wanted(self.job.articles)
        self._lookup.learn((section.name, section.path) for section in self.site.sections)
        self._lookup.learn((known.name, known.path) for known in self.archive.ledger.sections.all(self.site.name))
        if self._lookup.missing or self.job.discover:
            yield self.request(self.site.root, self.parse_home, self.home_failed)
        else:
            yield from self._walk_all()

    def parse_home(self, response: Response) -> Output:
        """The sections that the navigation links, then the lists."""
        from jcnews_spider.trs.listing import parse_navigation

        try:
            require_ok(response)
            sections = parse_navigation(response.body, response.url, self.site, charset(response))
        except UnknownLayout as fault:
            yield from self._without_home(fault.reason)
            return
        yield Discovered(sections)
        self._lookup.learn((section.name, self.site.section_at(section.url)) for section in sections)
        if self.job.whole_site and not self.paths:
            yield from self._without_home("not_linked")
            return
        self.count("addresses/answered")
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
        """What is placed is walked all the same; a section that was asked for by name cannot be found."""
        self.lists.count_failure(self.site.root, reason)
        yield from self._walk_all()

    @property
    def paths(self) -> dict[str, None]:
        """Sections to be walked, as far as they are placed, in their order."""
        return dict.fromkeys([*self._lookup.paths.values(), *self.job.paths])

    def _walk_all(self) -> Iterator[Request]:
        self.sections = self.paths
        if self._share is None:  # else they are begun one by one, with those of other runs
            for path in self.paths:
                yield from self.lists.begin(path)

    def fetch_due(self) -> None:
        """Asks the next batch of articles when nothing else is left to do."""
        from jcnews_spider.engine import is_ending

        try:
            requests = self._share.next_requests() if self._share else self.articles.next_requests()
        except StorageFault as fault:
            self.crawler.stats.set_value("storage/fault", str(fault))
            return
        except Exception as fault:
            self.crawler.stats.set_value("run/defect", repr(fault))
            raise
        if requests is None:
            raise DontCloseSpider
        self.has_finished = not requests and not is_ending(self.crawler)
        if self.has_finished and not self.job.articles and (nowhere := self.lists.nowhere):
            self.crawler.stats.set_value("run/usage_fault", self._lookup.refusal_of(nowhere))
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

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
        is_moved = bool(failure.request.meta.get("redirect_urls"))  # type: ignore[attr-defined]
        if reason == "robots_unavailable" and not is_moved:
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
