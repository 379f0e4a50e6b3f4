"""Redirects as Scrapy follows them, each that cannot be followed with its reason."""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware as ScrapyRedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from jcnews_spider.answers import conditions, header
from jcnews_spider.engine import Downloader


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
        try:
            if urlsplit(urljoin(request.url, location)).scheme not in ("http", "https"):
                self._refuse("scheme")
            following = super().process_response(request, response)
        except ValueError:
            self._refuse("bad_address")
        following.meta.pop(Downloader.DOWNLOAD_SLOT, None)  # it may be another host's
        for name in conditions(" ", " "):  # of the page that was asked (RFC 9110 §15.4)
            following.headers.pop(name, None)
        return following

    def _refuse(self, reason: str) -> NoReturn:
        self.crawler.stats.inc_value(f"requests/refused/{reason}")
        raise IgnoreRequest(reason)
