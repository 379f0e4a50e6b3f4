"""The capture: every exchange goes into the WARC before anything else looks at it."""

from __future__ import annotations

import logging
from typing import Any, Self
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured, StopDownload
from scrapy.http import Headers, Response
from scrapy.utils.httpobj import urlparse_cached

from jcnews_spider import clock
from jcnews_spider.archive.warc.records import Exchange
from jcnews_spider.engine import fail_storage
from jcnews_spider.errors import StorageFault

TRUNCATED = {"download_stopped": "length", "dataloss": "disconnect"}
"""Scrapy's flag of a body that is not whole, and the reason as WARC 1.1 names it."""

PROTOCOLS = ("HTTP/1.0", "HTTP/1.1")
"""What a status line may say; readers of WARCs know no other, and no other was spoken, whatever a server says."""

ROBOTS_BYTES = 600_000
"""A little more than what is read of a robots.txt (RFC 9309 §2.5)."""

logger = logging.getLogger(__name__)


class BodyLimit:
    """Cuts a body at JCNEWS_MAX_BODY_MB, so that what came of it can be captured; Scrapy's own limit drops it."""

    def __init__(self, crawler: Crawler) -> None:
        if not hasattr(crawler.spider, "options"):
            raise NotConfigured
        spider: Any = crawler.spider
        self._most_bytes: int = spider.options.max_body_mb * 1_000_000
        self._left: WeakKeyDictionary[Request, int] = WeakKeyDictionary()
        crawler.signals.connect(self._bytes_received, signal=signals.bytes_received)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _bytes_received(self, data: bytes, request: Request) -> None:
        left = self._left.get(request)
        self._left[request] = left = (self._bound(request) if left is None else left) - len(data)
        if left < 0:
            raise StopDownload(fail=False)

    def _bound(self, request: Request) -> int:
        """Of a robots.txt no more is read."""
        is_robots = urlparse_cached(request).path == "/robots.txt"
        return min(ROBOTS_BYTES, self._most_bytes) if is_robots else self._most_bytes


class WarcCapture:
    """Writes each exchange into the archive and leaves `warc` (file, offset, length) in the request's meta.

    An exchange that cannot be captured is counted as `warc/errors`; its page then has no pointer and is no article.
    """

    def __init__(self, crawler: Crawler) -> None:
        spider: Any = crawler.spider
        if getattr(spider, "archive", None) is None or spider.archive.warc is None:
            raise NotConfigured
        self._crawler = crawler
        self._archive = spider.archive
        crawler.signals.connect(self._response_downloaded, signal=signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _response_downloaded(self, response: Response, request: Request) -> None:
        request.meta.pop("warc", None)  # a retry or a redirect carries that of the exchange before
        try:
            pointer = self._archive.capture(_exchange(request, response))
        except StorageFault as fault:
            fail_storage(self._crawler, fault)
        except Exception:
            logger.exception("%s could not be captured", request.url)
            self._crawler.stats.inc_value("warc/errors")
        else:
            request.meta["warc"] = (pointer.file, pointer.offset, pointer.length)
            self._crawler.stats.inc_value("warc/exchanges")
            self._crawler.stats.inc_value("warc/bytes", pointer.length)


def _exchange(request: Request, response: Response) -> Exchange:
    is_proxied = bool(request.meta.get("proxy"))
    return Exchange(
        url=request.url,
        at=clock.now(),
        status=response.status,
        response_headers=_pairs(response.headers),
        body=response.body,
        request_headers=_pairs(request.headers),
        method=request.method,
        protocol=response.protocol if response.protocol in PROTOCOLS else "HTTP/1.1",
        ip=None if is_proxied or response.ip_address is None else str(response.ip_address),
        truncated=next((TRUNCATED[flag] for flag in response.flags if flag in TRUNCATED), None),
    )


def _pairs(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, values in headers.items() for value in values]
