"""A short visit of a site: pages asked in stages, as politely as a crawl does. No archive is touched."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from scrapy import Request, Spider, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from jcnews_spider import options
from jcnews_spider.answers import explained, page_of
from jcnews_spider.engine import STOPPED, Crawler
from jcnews_spider.fetching import agent
from jcnews_spider.items import Page
from jcnews_spider.middlewares.robots import agent_of
from jcnews_spider.trs.site import Site


@dataclass(frozen=True, slots=True)
class Answer:
    """What came for an address."""

    asked: str
    page: Page | None = None
    """Its bytes, whatever the status; `page.url` is where they came from. None when nothing came."""
    status: int | None = None
    """None when nothing came, or for a saved page."""
    fault: str = ""
    """Why nothing came, for people."""
    moves: tuple[str, ...] = ()
    """Addresses that redirected, in order, the asked one first."""
    headers: bytes = b""
    """The header lines."""


Follow = Callable[[Answer], Iterable[str] | None]
"""The addresses to which an answer leads; None ends the visit."""


class VisitSpider(Spider):
    """Asks addresses, and those to which their answers lead, each once, in that order."""

    name = "visit"

    def __init__(self, *, site: Site, start: Iterable[str], follow: Follow) -> None:
        super().__init__()
        self.site = site
        self.answers: dict[str, Answer] = {}
        self.robots: Answer | None = None
        self._start = tuple(start)
        self._follow = follow
        self._asked: set[str] = set()

    async def start(self) -> AsyncIterator[Request]:
        """The first addresses."""
        self.crawler.signals.connect(self.note_robots, signal=signals.response_downloaded)
        for request in self._requests(self._start):
            yield request

    def keep(self, response: Response, url: str) -> Iterator[Request]:
        """Keeps an answer and goes on to where it leads."""
        self.answers[url] = _answer(url, response)
        yield from self._go_on(self.answers[url])

    def fail(self, failure: Failure) -> Iterator[Request]:
        """Keeps the reason why nothing came, unless the visit was stopped."""
        if str(failure.value) == STOPPED:
            return
        url = failure.request.cb_kwargs["url"]  # type: ignore[attr-defined]
        self.answers[url] = Answer(url, fault=explained(failure.value))
        yield from self._go_on(self.answers[url])

    def note_robots(self, response: Response, request: Request) -> None:
        """Keeps the first robots.txt that the middleware asks for, as it comes in the end."""
        asked = request.meta.get("redirect_urls", [request.url])[0]
        if asked.endswith("/robots.txt") and (self.robots is None or self.robots.asked == asked):
            self.robots = _answer(asked, response)

    def _go_on(self, answer: Answer) -> Iterator[Request]:
        following = self._follow(answer)
        if following is None:
            raise CloseSpider("nothing more to learn")
        yield from self._requests(following)

    def _requests(self, urls: Iterable[str]) -> Iterator[Request]:
        for url in urls:
            if url not in self._asked:
                self._asked.add(url)
                yield Request(url, callback=self.keep, errback=self.fail, cb_kwargs={"url": url})


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything that came."""

    answers: tuple[Answer, ...]
    robots: Answer | None
    """What robots.txt said, with its fault where nothing may be asked; None when nothing asked for it."""
    agent: str = ""
    """The name by which its rules were looked up."""
    is_cut: bool = False
    """True when a signal ended it."""


def visit(process: AsyncCrawlerProcess, site: Site, start: Iterable[str], follow: Follow) -> Visit:
    """The answers of the addresses, and of those to which `follow` leads from each, in the order in which they came."""
    values = options.checked(process.settings, os.environ)
    process.settings.set("USER_AGENT", agent(process.settings, values), priority="cmdline")
    process.settings.set("LOG_LEVEL", "ERROR", priority="project")  # -L and -s go before
    crawler = Crawler(VisitSpider, process.settings)
    process.crawl(crawler, site=site, start=start, follow=follow)
    process.start()
    spider = crawler.spider
    if not isinstance(spider, VisitSpider):
        return Visit((), None)
    said = crawler.stats.get_stats() if crawler.stats else {}
    robots = spider.robots
    if fault := said.get("robotstxt/unavailable"):  # what the middleware makes of it
        robots = replace(robots or Answer("/robots.txt"), fault=fault)
    is_cut = said.get("finish_reason") == "shutdown"
    return Visit(tuple(spider.answers.values()), robots, agent_of(process.settings), is_cut)


def _answer(url: str, response: Response) -> Answer:
    return Answer(
        asked=url,
        page=page_of(response),
        status=response.status,
        moves=tuple(response.request.meta.get("redirect_urls", ())) if response.request else (),
        headers=response.headers.to_string(),
    )
