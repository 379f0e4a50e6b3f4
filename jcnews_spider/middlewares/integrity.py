"""A body that is not whole is no page."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response


class IntegrityMiddleware:
    """Asks again what was cut on its way, as other failures of the network are; in the end the reason is `truncated`.

    Such a body comes as a response because the WARC keeps it (DOWNLOAD_FAIL_ON_DATALOSS is off). One that was cut at
    the size limit passes: who asked for it decides.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request that asks again; raises IgnoreRequest when it was asked often enough."""
        if "dataloss" not in response.flags:
            return response
        again = get_retry_request(request, spider=self._crawler.spider, reason="truncated")  # type: ignore[arg-type]
        if again is None:
            raise IgnoreRequest("truncated")
        return again
