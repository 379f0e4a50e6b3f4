"""The share of one run in a shared crawl: a section that nobody walks, else articles that nobody asks, else waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import Request

if TYPE_CHECKING:
    from jcnews_spider.archive.crew import Crew
    from jcnews_spider.spiders.trs import TrsSpider

LOOKS_AGAIN_S = 0.5
"""Seconds until a run with nothing to ask looks again, while others walk sections."""


class Share:
    """What a run asks next. It is asked when everything before was answered and stored."""

    def __init__(self, spider: TrsSpider, crew: Crew) -> None:
        self._spider = spider
        self._crew = crew
        self._offered: set[str] = set()
        """Sections that the run began to walk, or others did, since it last looked."""

    def next_requests(self) -> list[Request] | None:
        """The next requests, empty at the end; None while others may yet leave something; raises StorageFault.

        No article before every list: its record says which of them show it.
        """
        self._crew.end_walks()
        others_walk = self._crew.others_walk(self._spider.site.name)  # who stops from now on leaves a section unwalked
        if not others_walk:
            self._offered &= self._spider.lists.walks.keys()  # what another walked it may have left when it was stopped
        if requests := self._next_walk():
            return requests
        if not others_walk and (requests := self._next_articles()):
            return requests
        if not self._crew.bury() and not others_walk:
            return []
        self._offered.clear()
        self._look_again()
        return None

    def _next_articles(self) -> list[Request]:
        """What is due behind the last ones, else from the beginning: others may have left something there."""
        if requests := self._spider.articles.next_requests():
            return requests
        self._spider.articles.begin_again()
        return self._spider.articles.next_requests()

    def _next_walk(self) -> list[Request]:
        for path in self._spider.sections:
            if path in self._offered:
                continue
            self._offered.add(path)
            if requests := list(self._spider.lists.begin(path)):
                return requests
        return []

    def _look_again(self) -> None:
        """Scrapy itself looks every five seconds."""
        slot = self._spider.crawler.engine._slot
        assert slot is not None  # noqa: S101 - the crawl goes on
        slot.nextcall.schedule(LOOKS_AGAIN_S)
