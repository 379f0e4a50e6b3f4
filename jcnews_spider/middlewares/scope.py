"""No request leaves the site."""

from __future__ import annotations

from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured


class ScopeMiddleware:
    """Refuses every request, redirects included, to a host that is not the site's, with the reason `offsite`."""

    def __init__(self, crawler: Crawler) -> None:
        if not hasattr(crawler.spider, "site"):
            raise NotConfigured("a spider without a site")
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Lets requests to the site pass."""
        spider: Any = self._crawler.spider
        if spider.site.canonical(request.url) is None:
            self._crawler.stats.inc_value("requests/offsite")
            raise IgnoreRequest("offsite")
