"""Redirects as Scrapy follows them, each that cannot be followed with its reason."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware as ScrapyRedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from jcnews_spider.answers import header


class RedirectMiddleware(ScrapyRedirectMiddleware):
    """Refuses a Location that is no address (`bad_address`) or no web address (`scheme`), where Scrapy raises
    ValueError or hands on the empty answer; where it leads is for the scope to judge."""

    def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """The response, or the request of the address to which it sends."""
        location = header(response, "Location")
        if location is None or response.status not in (301, 302, 303, 307, 308):
            return response
        stats = self.crawler.stats
        try:
            scheme = urlsplit(urljoin(request.url, location)).scheme
            following = super().process_response(request, response)
        except ValueError as fault:
            stats.inc_value("requests/refused/bad_address")
            raise IgnoreRequest("bad_address") from fault
        if scheme not in ("http", "https"):
            stats.inc_value("requests/refused/scheme")
            raise IgnoreRequest("scheme")
        return following
