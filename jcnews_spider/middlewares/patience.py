"""What failed is asked again, later each time; what only fails is left alone."""

from __future__ import annotations

import logging
import random
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Self

from scrapy import Request, exceptions, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from jcnews_spider import clock, options
from jcnews_spider.answers import header, reason_of
from jcnews_spider.archive.ledger.due import MOST_REST_S
from jcnews_spider.engine import STOPPED, downloader_of, end
from jcnews_spider.hosts import MOST_FAILURES, MOST_FAILURES_ELSEWHERE, TIMEOUT_WEIGHT, Host
from jcnews_spider.signals import address_rests

NETWORK_FAULTS = (
    exceptions.CannotResolveHostError,
    exceptions.DownloadConnectionRefusedError,
    exceptions.DownloadTimeoutError,
    exceptions.ResponseDataLossError,
    exceptions.DownloadFailedError,
)
"""Faults after which the same request may well succeed."""

MOST_WAIT_ELSEWHERE_S = 10
"""Longest Retry-After of a host that only shows images: nobody waits for them."""

OVERLOADED = frozenset({429, 503})
"""Statuses by which a server speaks of itself, not of the address."""

logger = logging.getLogger(__name__)


class PatienceMiddleware:
    """Asks again what the network or the server failed to give, RETRY_TIMES times, and gives up hosts that only fail.

    The first time after JCNEWS_BACKOFF, then after twice as long, jittered; a Retry-After up to JCNEWS_MAX_WAIT makes
    the whole host wait, a longer one ends the tries and leaves the address alone until then, in later runs too
    (reason `resting`). Scrapy's own tries three times within 50 ms and knows no Retry-After (measured).
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._options = options.checked(crawler.settings, ())
        self._statuses = frozenset(map(int, crawler.settings.getlist("RETRY_HTTP_CODES")))
        self._resting: dict[str, int] = {}
        """Addresses that are to be left alone, and until when."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        middleware = cls(crawler)
        crawler.signals.connect(middleware._spider_opened, signal=signals.spider_opened)
        return middleware

    def _spider_opened(self, spider: Any) -> None:
        if archive := getattr(spider, "archive", None):
            self._resting = archive.ledger.rests.all(int(clock.now()))

    def process_request(self, request: Request) -> None:
        """Lets pass what may be asked now; raises IgnoreRequest (`resting`) for the rest."""
        if self._resting.get(request.url, 0) > clock.now():
            raise IgnoreRequest("resting")

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request that asks again; raises IgnoreRequest (`truncated`) for one cut every time."""
        is_cut = "dataloss" in response.flags
        if not is_cut and response.status not in self._statuses:
            self._note_answer(request, response)
            return response
        reason = "truncated" if is_cut else f"http_{response.status}"
        again = await self._again(request, reason, retry_after_s(response), rests=response.status in OVERLOADED)
        if again is None and is_cut:
            raise IgnoreRequest("truncated")
        return again or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The request that asks again; None when it was asked often enough, or the fault is none of the network's."""
        if not isinstance(exception, NETWORK_FAULTS):
            return None
        return await self._again(request, reason_of(exception))

    async def _again(
        self, request: Request, reason: str, retry_after: float | None = None, *, rests: bool = False
    ) -> Request | None:
        """The request for another try when its time has come; None when there is none."""
        if request.meta.get("dont_retry"):
            return None
        downloader = downloader_of(self._crawler)
        host = downloader.host_of(request)
        tries = request.meta.get("retry_times", 0)
        if not tries:
            await self._note_failure(request, host, reason)
        if retry_after is not None and retry_after > self._longest_wait(request):
            self._leave_alone(request.url, retry_after)
            return None
        wait_s = self._options.backoff * 2**tries * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
        if rests or retry_after is not None:
            host.rest(max(retry_after or 0, wait_s))
            wait_s = 0
        again = get_retry_request(request, spider=self._crawler.spider, reason=reason)  # type: ignore[arg-type]
        if again:
            await downloader.sleep(request, wait_s)
        return again

    def _longest_wait(self, request: Request) -> float:
        most: float = self._options.max_wait
        return min(most, MOST_WAIT_ELSEWHERE_S) if self._is_elsewhere(request) else most

    def _is_elsewhere(self, request: Request) -> bool:
        """True for a host that only shows images."""
        site = getattr(self._crawler.spider, "site", None)
        return site is not None and site.canonical(request.url) is None

    def _note_answer(self, request: Request, response: Response) -> None:
        is_page = response.status == HTTPStatus.OK and not urlparse_cached(request).path.endswith("/robots.txt")
        downloader_of(self._crawler).host_of(request).answered(request.url if is_page else None)

    async def _note_failure(self, request: Request, host: Host, reason: str) -> None:
        """Counts an address that failed; a host with too many in a row is given up, and with the site the run."""
        is_elsewhere = self._is_elsewhere(request)
        host.failed(self._options.backoff, TIMEOUT_WEIGHT if reason == "timeout" else 1)
        if host.closed or host.failures < (MOST_FAILURES_ELSEWHERE if is_elsewhere else MOST_FAILURES):
            return
        downloader_of(self._crawler).release(request)
        if host.sound and await self._still_gives(host.sound, host, type(request)):
            return
        name = urlparse_cached(request).hostname
        logger.error("%s is given up: nothing but failures in a row, the last one %s", name, reason)
        downloader_of(self._crawler).close_host(request, "host_down" if is_elsewhere else STOPPED)
        if not is_elsewhere:
            self._crawler.stats.set_value("run/host_down", f"{name}: {reason} at the end of a row of failures")
            end(self._crawler, "host_down")

    async def _still_gives(self, url: str, host: Host, kind: type[Request]) -> bool:
        """True when what gave a page before does so now: then it is the addresses that are broken, not the host."""
        host.failures = 0  # one probe for all that fail meanwhile
        probe = kind(url, callback=NO_CALLBACK, meta={"dont_retry": True})
        try:
            response = await self._crawler.engine.download_async(probe)
        except Exception:  # noqa: BLE001 - whatever the reason, it gives nothing
            return False
        return response.status not in self._statuses

    def _leave_alone(self, url: str, seconds: float) -> None:
        until = int(clock.now() + min(seconds, MOST_REST_S))
        logger.warning("%r wants to be left alone until %s", url, clock.utc(until))
        self._resting[url] = until
        self._crawler.signals.send_catch_log(address_rests, url=url, until=until)


def retry_after_s(response: Response) -> float | None:
    """Seconds that a response asks to wait (RFC 9110 §10.2.3), None when it does not say.

    A date is read beside the server's own Date: its clock may be wrong.
    """
    value = header(response, "Retry-After")
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:12])
    with suppress(ValueError, TypeError, OverflowError):
        wanted = parsedate_to_datetime(value).timestamp()
        return max(0.0, wanted - _date_of(response))
    return None


def _date_of(response: Response) -> float:
    with suppress(ValueError, TypeError, OverflowError):
        return parsedate_to_datetime(header(response, "Date") or "").timestamp()
    return clock.now()
