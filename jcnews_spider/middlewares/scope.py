"""No request leaves the site, images of its articles excepted; none goes to a private address."""

from __future__ import annotations

from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured

from jcnews_spider.addresses import refusal
from jcnews_spider.requests import ImageRequest


class ScopeMiddleware:
    """Refuses, at each redirect too, what is not the site's (reason `offsite`) and what may not be asked at all.

    Requests of images may go to any public host, by http and https only.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not hasattr(crawler.spider, "site"):
            raise NotConfigured
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Lets requests to the site pass, and those of images."""
        spider: Any = self._crawler.spider
        is_offsite = spider.site.canonical(request.url) is None and not isinstance(request, ImageRequest)
        reason = refusal(request.url) or ("offsite" if is_offsite else None)
        if reason:
            self._crawler.stats.inc_value(f"requests/refused/{reason}")
            raise IgnoreRequest(reason)
