"""An anti-bot product that answers instead of the site ends the run: nothing it says is the site's word."""

from __future__ import annotations

import logging
from contextlib import suppress
from http import HTTPStatus
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response

from jcnews_spider.engine import STOPPED, downloader_of, end
from jcnews_spider.errors import UnknownLayout
from jcnews_spider.images import image_suffix
from jcnews_spider.trs.article import parse_article
from jcnews_spider.trs.challenge import REFUSALS, challenger
from jcnews_spider.trs.listing import parse_listing
from jcnews_spider.trs.site import Site

logger = logging.getLogger(__name__)


class ChallengeMiddleware:
    """Stops asking a host that answers with a challenge; if it is the site's, the run ends with exit code 4.

    Nothing is noted of the address that was asked: it stays as it was, and due. Of a host that only shows images
    everything else fails as `challenged`. Where nothing but the headers, which a product adds to every answer, tells of
    it, the address may be refused alone: then it fails as any other, and only the next one that is refused in a row is
    the product's word. Else one such address would end every run at its place.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not hasattr(crawler.spider, "archive"):
            raise NotConfigured
        self._crawler = crawler
        self._last_came = False
        """True when the last answer of the site was a page, or that one was not modified."""
        self._alone: str | None = None
        """The address that was refused since then."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """The response of the host itself; raises IgnoreRequest for anybody else's."""
        if image_suffix(response.body):
            return response
        site: Site = self._crawler.spider.site  # type: ignore[union-attr]
        product = challenger(response.body, response.status, response.headers.to_string())
        is_elsewhere = site.canonical(request.url) is None
        if product is None or _reads(response, site):
            if not is_elsewhere and response.status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
                self._last_came, self._alone = True, None
            return response
        if not is_elsewhere and self._is_alone(request, response):
            return response
        reason = "challenged" if is_elsewhere else STOPPED
        downloader_of(self._crawler).close_host(request, reason)
        if not is_elsewhere and not self._crawler.stats.get_value("run/challenged"):
            self._crawler.stats.set_value("run/challenged", f"{product} answers for {request.url}")
            logger.error("%s answers instead of the site: nothing more is asked", product)
            end(self._crawler, "challenged")
        raise IgnoreRequest(reason)

    def _is_alone(self, request: Request, response: Response) -> bool:
        """True for the first address that is refused behind a page that came, and for its further tries."""
        if response.status not in REFUSALS or challenger(response.body, response.status):
            return False
        if self._last_came:
            self._last_came, self._alone = False, request.url
        return request.url == self._alone


def _reads(response: Response, site: Site) -> bool:
    """True for an article or a list, which may carry a product's script, or be about one."""
    if response.status != HTTPStatus.OK:
        return False
    with suppress(UnknownLayout):
        return bool(parse_article(response.body, response.url, site))
    with suppress(UnknownLayout):
        return bool(parse_listing(response.body, response.url, site).entries)
    return False
