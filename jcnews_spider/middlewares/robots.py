"""robots.txt, as RFC 9309 wants it: missing means allowed, 5xx or unreachable means nothing is."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Self
from urllib.parse import urljoin

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import BaseSettings

from jcnews_spider import options
from jcnews_spider.answers import explained, reason_of
from jcnews_spider.engine import STOPPED
from jcnews_spider.requests import ImageRequest

MAX_BYTES = 500 * 1024
"""What is read of a robots.txt (RFC 9309 §2.5)."""

MOST_HOSTS = 50
"""Hosts whose rules are remembered: those of 500 KiB take 13 MB (measured), and images come from many."""

LEADS_NOWHERE = frozenset({"max_redirections_reached", "offsite", "scheme", "bad_address", "private_address"})
"""Redirects of robots.txt that are not followed: as if there were none (RFC 9309 §2.3.1.2)."""

MOST_DELAY_OF_IMAGES_S = 10
"""Longest Crawl-delay with which images are asked: nobody waits for them."""

JITTER_HEADROOM = 1.25
"""DOWNLOAD_DELAY_JITTER is ± 20 %: a delay longer by this much is never shorter than the wanted one."""


class RobotsMiddleware:
    """Refuses what robots.txt forbids (reason `robots`), and everything where it cannot be had or wants a longer
    delay than a run waits (`robots_unavailable`).

    Scrapy's own allows everything after a 5xx or a timeout and ignores Crawl-delay (measured).
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._agent = agent_of(crawler.settings)
        self._max_wait = options.checked(crawler.settings, ()).max_wait
        self._rules: dict[str, asyncio.Future[Protego | str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Lets allowed requests pass."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        rules = await self._rules_for(urljoin(request.url, "/robots.txt"), type(request))
        if isinstance(rules, str):
            raise IgnoreRequest(rules)
        if not rules.can_fetch(request.url, self._agent):
            self._crawler.stats.inc_value("robotstxt/forbidden")
            raise IgnoreRequest("robots")
        self._slow_down(request, rules.crawl_delay(self._agent) or 0)

    async def _rules_for(self, url: str, kind: type[Request]) -> Protego | str:
        """The rules of a host, asked once a run by a request of a kind, or the reason why nothing may be asked."""
        rules = self._rules.pop(url, None) or asyncio.ensure_future(self._fetch(url, kind))
        self._rules[url] = rules  # what was asked for last is forgotten last
        if len(self._rules) > MOST_HOSTS:
            del self._rules[next(iter(self._rules))]
        return await rules

    async def _fetch(self, url: str, kind: type[Request]) -> Protego | str:
        request = kind(url, callback=NO_CALLBACK, priority=1000, meta={"dont_obey_robotstxt": True})
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as fault:  # noqa: BLE001 - whatever the reason, the rules could not be had
            if reason_of(fault) in LEADS_NOWHERE:
                return Protego.parse("")
            why = explained(fault)
            return STOPPED if why == STOPPED else self._unavailable(url, kind, f"cannot be had: {why}")
        if response.status >= 500 or response.status == HTTPStatus.TOO_MANY_REQUESTS:  # no word on the rules
            return self._unavailable(url, kind, f"cannot be had: status {response.status}")
        return Protego.parse(rules_text(response.body) if response.status == 200 else "")

    def _unavailable(self, url: str, kind: type[Request], why: str) -> str:
        """The reason; of a host that only shows images it says nothing of the run."""
        if not issubclass(kind, ImageRequest):
            self._crawler.stats.set_value("robotstxt/unavailable", f"{url} {why}")
        return "robots_unavailable"

    def _slow_down(self, request: Request, wanted: float) -> None:
        """Honours a Crawl-delay, which can only lengthen the delay of the host; raises IgnoreRequest for a long one."""
        is_image = isinstance(request, ImageRequest)
        if is_image and wanted > MOST_DELAY_OF_IMAGES_S:
            raise IgnoreRequest("crawl_delay")
        if wanted > self._max_wait:
            why = f"wants {wanted:g} s between two requests, and JCNEWS_MAX_WAIT is {self._max_wait:g} s"
            raise IgnoreRequest(self._unavailable(urljoin(request.url, "/robots.txt"), type(request), why))
        if wanted:
            _, slot = self._crawler.engine.downloader._get_slot(request)
            slot.delay = max(slot.delay, wanted * JITTER_HEADROOM)


def agent_of(settings: BaseSettings) -> str:
    """The name by which rules are looked up."""
    agent: str = settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
    return agent


def rules_text(body: bytes) -> str:
    """What is read of a robots.txt: its whole lines within MAX_BYTES, a half one would forbid something else."""
    if len(body) > MAX_BYTES:
        body = body[: max(body.rfind(b"\n", 0, MAX_BYTES), body.rfind(b"\r", 0, MAX_BYTES), 0)]
    return body.decode("utf-8-sig", "replace")
