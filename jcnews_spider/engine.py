"""Scrapy's engine with a prompt end, and with hosts that are left alone or given up.

As it comes it waits for everything that is queued, with its delay, and for a page that hangs until its timeout: 20 s
and more at the default settings (measured). What is dropped here stays due in the ledger.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import nullcontext
from time import monotonic
from typing import Any

from scrapy import Request, Spider
from scrapy.core.downloader import Downloader as ScrapyDownloader
from scrapy.core.downloader import Slot
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler as ScrapyCrawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.asyncio import call_later
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from jcnews_spider.errors import StorageFault
from jcnews_spider.hosts import Host, Hosts, SharedHost
from jcnews_spider.requests import ImageRequest

GRACE_S = 5
"""Seconds that a running download has to end when the crawl stops."""

IMAGES_AT_ONCE = 16
"""Images that come at the same time, of whatever hosts: each is in memory, and holds a connection."""

POLL_S = 0.01
"""Seconds between two looks whether the crawl runs, or an item is through."""

STOPPED = "stopped"
"""What an IgnoreRequest says that a request got because the crawl stops."""

logger = logging.getLogger(__name__)


def fail_storage(crawler: ScrapyCrawler, fault: StorageFault) -> None:
    """Stops the run at once: nothing may be fetched that cannot be kept. The first fault is the run's."""
    if crawler.stats.get_value("storage/fault"):
        return
    crawler.stats.set_value("storage/fault", str(fault))
    logger.error("storage failed: %s", fault)
    end(crawler, "storage_failed")


def end(crawler: ScrapyCrawler, reason: str) -> None:
    """Ends the run from inside, early and cleanly: what is still queued is STOPPED."""
    deferred_from_coro(crawler.engine.close_spider_async(reason=reason))


def is_ending(crawler: ScrapyCrawler) -> bool:
    """True from the moment on at which a run began to end early: what is queued then fails, and nothing is finished."""
    return isinstance(crawler.engine, Engine) and crawler.engine.ending is not None


def downloader_of(crawler: ScrapyCrawler) -> Downloader:
    """The downloader of a crawl that has begun."""
    downloader = crawler.engine.downloader
    assert isinstance(downloader, Downloader)  # noqa: S101 - settings.py names it
    return downloader


class Downloader(ScrapyDownloader):
    """A downloader that can let go of its requests, of all or of those of one host, and let a host rest."""

    def __init__(self, crawler: ScrapyCrawler) -> None:
        super().__init__(crawler)
        archive = getattr(crawler.spider, "archive", None)
        self.hosts = Hosts(archive.ledger.paces if archive and archive.crew else None)
        self._running: set[asyncio.Future[Response]] = set()
        self._image_turns = asyncio.Semaphore(IMAGES_AT_ONCE)
        self._sleeping: set[Request] = set()
        self._unjudged: dict[Request, Host] = {}
        self._stopped = asyncio.Event()

    def host_of(self, request: Request) -> Host:
        """The host that a request asks."""
        return self.hosts[self.get_slot_key(request)]

    def close_host(self, request: Request, reason: str) -> None:
        """Asks nothing more of the request's host in this run; what is queued fails with the reason."""
        self.host_of(request).closed = reason
        key = self.get_slot_key(request)
        if key in self.slots:
            _drop(self.slots[key], reason)

    def needs_backout(self) -> bool:
        """True while as many pages are asked as may be: images, and what waits for another try, hold up nobody."""
        pages = [r for r in self.active if r not in self._sleeping and not isinstance(r, ImageRequest)]
        return 0 < self.total_concurrency <= len(pages)

    async def sleep(self, request: Request, seconds: float) -> None:
        """Lets a request wait while others go on; raises IgnoreRequest when the crawl stops meanwhile."""
        self._sleeping.add(request)
        self.release(request)
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            self._sleeping.discard(request)
        if self._stopped.is_set():
            raise IgnoreRequest(STOPPED)

    def fetch(self, request: Request, spider: Spider | None = None) -> Deferred[Response | Request]:  # noqa: ARG002
        """What the middlewares make of a request's answer; only then the next one of its host is begun."""
        fetched: Deferred[Response | Request] = super().fetch(request)

        def judged(result: Any) -> Any:
            self.release(request)
            return result

        return fetched.addBoth(judged)

    def release(self, request: Request) -> None:
        """Lets the next request of a host begin, though what comes of this one's answer is still to be seen."""
        host = self._unjudged.pop(request, None)
        if host is None:
            return
        host.unjudged -= 1
        if slot := self.slots.get(self.get_slot_key(request)):
            self._process_queue(slot)
        if engine_slot := self.crawler.engine._slot:
            engine_slot.nextcall.schedule()

    def let_go(self, grace_s: float) -> None:
        """Drops what is queued or sleeps at once and what is running after a while; nothing new is begun."""
        self._stopped.set()
        for slot in self.slots.values():
            _drop(slot, STOPPED)
        asyncio.get_running_loop().call_later(grace_s, self._cut)

    def _cut(self) -> None:
        for download in self._running:
            download.cancel()

    async def _enqueue_request(self, request: Request) -> Response:
        reason = STOPPED if self._stopped.is_set() else self.host_of(request).closed
        if reason:
            raise IgnoreRequest(reason)
        return await super()._enqueue_request(request)

    def _process_queue(self, slot: Slot) -> None:
        """Begins what the slot may begin now: nothing while its host rests, or an answer of it is to be judged."""
        if not slot.queue:
            return
        host = self.host_of(slot.queue[0][0])
        if host.unjudged >= slot.concurrency:
            return
        if not slot.latercall and (wait_s := self._turn_s(host, slot)):
            slot.latercall = call_later(wait_s, self._latercall, slot)
        super()._process_queue(slot)

    def _turn_s(self, host: Host, slot: Slot) -> float:
        """Seconds until the slot may begin a request, as far as its host says; the ledger speaks for a shared one."""
        if not isinstance(host, SharedHost):
            return host.waits_s
        if not slot.free_transfer_slots():
            return 0.0
        slot.lastseen = 0.0  # the turns keep the delay
        try:
            return host.turn_s(_kept_delay(slot))
        except StorageFault as fault:
            fail_storage(self.crawler, fault)
            return GRACE_S

    async def _download(self, slot: Slot, request: Request) -> Response:
        host = self._unjudged[request] = self.host_of(request)
        host.unjudged += 1
        download = asyncio.ensure_future(self._in_turn(slot, request))
        self._running.add(download)
        begun = monotonic()
        try:
            return await download
        except asyncio.CancelledError:
            raise IgnoreRequest(STOPPED) from None
        finally:
            host.took_s = monotonic() - begun
            self._running.discard(download)

    async def _in_turn(self, slot: Slot, request: Request) -> Response:
        async with self._image_turns if isinstance(request, ImageRequest) else nullcontext():
            return await super()._download(slot, request)


def _kept_delay(slot: Slot) -> float:
    """Seconds that Scrapy would keep: when a draw is over it draws again, and goes on while that one is longer."""
    delay = slot.download_delay()
    while (again := slot.download_delay()) > delay:
        delay = again
    return delay


def _drop(slot: Slot, reason: str) -> None:
    while slot.queue:
        _, waiting = slot.queue.popleft()
        waiting.errback(Failure(IgnoreRequest(reason)))  # type: ignore[no-untyped-call]


class Engine(ExecutionEngine):
    """An engine whose early end is prompt."""

    downloader: Downloader
    ending: str | None = None
    """Why the crawl ends, once it does."""

    async def close_spider_async(self, *, reason: str = "cancelled") -> None:
        """Ends the crawl."""
        is_first = self._slot is not None and self._slot.closing is None
        self.ending = self.ending or reason
        if is_first and reason != "finished":
            self.downloader.let_go(0 if reason == "storage_failed" else GRACE_S)
        looking = asyncio.ensure_future(self._look_for_items())
        try:
            await super().close_spider_async(reason=reason)
        finally:
            looking.cancel()

    async def _look_for_items(self) -> None:
        """Tells the scraper that waits for items when the last one is through: one of start() does not tell it."""
        while True:
            await asyncio.sleep(POLL_S)
            slot = self.scraper.slot
            if slot and slot.closing and not slot.closing.called:
                self.scraper._check_if_closing()


class Crawler(ScrapyCrawler):
    """A crawler with this engine, which a signal ends even while it is only being set up."""

    async def stop_async(self) -> None:
        """Ends the crawl as soon as it runs; Scrapy's own forgets what comes before, 0.3 s long (measured)."""
        while self.crawling and not (self._engine and self._engine.running):
            await asyncio.sleep(POLL_S)
        await super().stop_async()

    def _create_engine(self) -> ExecutionEngine:
        return Engine(self, lambda _: super(Crawler, self).stop_async())
