"""An anti-bot product that answers instead of the site ends the run: nothing it says is the site's word."""

from __future__ import annotations

import logging
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response

from jcnews_spider.engine import STOPPED, downloader_of, end
from jcnews_spider.requests import ImageRequest
from jcnews_spider.trs.challenge import challenger

logger = logging.getLogger(__name__)


class ChallengeMiddleware:
    """Stops asking a host that answers with a challenge; if it is the site's, the run ends with exit code 4.

    Nothing is noted of the address that was asked: it stays as it was, and due. Of a host that only shows images
    everything else fails as `challenged`.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not hasattr(crawler.spider, "archive"):
            raise NotConfigured
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """The response of the host itself; raises IgnoreRequest for anybody else's."""
        product = challenger(response.body, response.status, response.headers.to_string())
        if product is None:
            return response
        is_elsewhere = isinstance(request, ImageRequest)
        reason = "challenged" if is_elsewhere else STOPPED
        downloader_of(self._crawler).close_host(request, reason)
        if not is_elsewhere and not self._crawler.stats.get_value("run/challenged"):
            self._crawler.stats.set_value("run/challenged", f"{product} answers for {request.url}")
            logger.error("%s answers instead of the site: nothing more is asked", product)
            end(self._crawler, "challenged")
        raise IgnoreRequest(reason)
