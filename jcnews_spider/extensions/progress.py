"""How far a run is: a live bar on a terminal, elsewhere a line in the log now and then."""

from __future__ import annotations

import math
import os
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from logging import getLogger
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from jcnews_spider.console import is_screen
from jcnews_spider.errors import StorageFault
from jcnews_spider.progress import Pace, Phase, Rates, State, line

FRAME_S = 0.25
"""Seconds between two frames of the bar."""

LINE_S = 300
"""Seconds between two lines of the log: some two dozen in a backfill of two hours, none where little is due."""

COUNT_EVERY = 50
"""Times as long as a count of what is due took, until the next one: a fiftieth of the time goes into them at most."""

logger = getLogger(__name__)


class Watch:
    """What a crawl has come to, read from its spider and its stats."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._spider: Any = crawler.spider
        self._settled = 0
        self._due = 0
        self._counts_again = 0.0
        self._pages, self._articles = Pace(), Pace()
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(self._item, signal=signal)

    def look(self) -> tuple[State, Rates]:
        """The run as it is now, and how fast it goes."""
        state, moment = self._state(), time.monotonic()
        self._pages.note(moment, state.pages)
        if state.phase is Phase.ARTICLES:
            self._articles.note(moment, state.asked)
        return state, Rates(self._pages.per_s, self._articles.per_s)

    def _state(self) -> State:
        spider, walks = self._spider, self._spider.lists.walks.values()
        sections = len({*spider.paths, *spider.lists.walks})
        if spider.articles.have_begun and time.monotonic() >= self._counts_again:
            self._count_due()
        return State(
            phase=self._phase(),
            sections_done=sections if spider.articles.have_begun else sum(walk.end is not None for walk in walks),
            sections=sections,
            asked=self._settled,
            due=max(self._settled, self._due),
            new=self._count("articles/new"),
            updated=self._count("articles/updated"),
            failed=self._count("addresses/failed"),
            pages=self._count("response_received_count"),
            section=next((walk.path for walk in walks if walk.round and not walk.end), ""),
            exit_code=spider.ended.exit_code if spider.ended else None,
        )

    def _phase(self) -> Phase:
        if self._spider.ended:
            return Phase.ENDED
        if ending := self._crawler.engine.ending:  # type: ignore[attr-defined]
            return Phase.SEALING if ending == "finished" else Phase.STOPPING
        return Phase.ARTICLES if self._spider.articles.have_begun else Phase.LISTS

    def _count_due(self) -> None:
        """Counts what is due, and what is settled by then is not; beside other runs again: what they did is done."""
        begun = time.monotonic()
        with suppress(StorageFault):  # the run meets it too, and says so
            left = self._spider.articles.number_due()
            self._due = max(self._due, self._settled + left)
            self._settled = self._due - left
        took_s = time.monotonic() - begun
        self._counts_again = begun + COUNT_EVERY * took_s if self._spider.archive.crew else math.inf

    def _count(self, name: str) -> int:
        number: int = self._crawler.stats.get_value(name, 0)
        return number

    def _item(self) -> None:
        """Behind the lists each item settles an article: kept, unchanged or missed."""
        self._settled += self._spider.articles.have_begun


class ProgressBar:
    """Shows the run on a terminal, where rich is installed."""

    def __init__(self, crawler: Crawler) -> None:
        if not _has_bar(crawler):
            raise NotConfigured
        from jcnews_spider.bar import Bar  # noqa: PLC0415 - rich is an extra

        self._bar = Bar(sys.stderr)
        self._watch = Watch(crawler)
        self._frames = create_looping_call(self._draw)
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _opened(self) -> None:
        self._bar.open()
        self._frames.start(FRAME_S)

    def _draw(self) -> None:
        self._bar.show(*self._watch.look())

    def _closed(self) -> None:
        """The run is judged and everything is sealed."""
        self._frames.stop()
        self._bar.close(*self._watch.look())


class ProgressLines:
    """Says in the log how far the articles are; not where the bar says it."""

    def __init__(self, crawler: Crawler) -> None:
        if not hasattr(crawler.spider, "archive") or (_has_bar(crawler) and not crawler.settings["LOG_FILE"]):
            raise NotConfigured
        self._watch = Watch(crawler)
        self._calls = create_looping_call(self._say)
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _opened(self) -> None:
        self._calls.start(LINE_S, now=False)

    def _say(self) -> None:
        state, rates = self._watch.look()
        if state.phase is Phase.ARTICLES:
            logger.info("%s", line(state, rates))

    def _closed(self) -> None:
        if self._calls.running:
            self._calls.stop()


def _has_bar(crawler: Crawler) -> bool:
    """True for a crawl on a terminal that can show a bar."""
    return hasattr(crawler.spider, "archive") and is_screen(sys.stderr, os.environ) and find_spec("rich") is not None
