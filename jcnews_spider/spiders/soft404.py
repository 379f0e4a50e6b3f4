"""Error pages that are served with status 200 (SITE.md §5.2): told by asking for an address that cannot exist."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from jcnews_spider.answers import REASONS, charset, reason_of
from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.article import Article
from jcnews_spider.engine import STOPPED
from jcnews_spider.errors import NoBody, OtherPage, RedirectStub, UnknownLayout
from jcnews_spider.trs.article import tells_of_withdrawal
from jcnews_spider.trs.sameness import says_the_same
from jcnews_spider.urls import impossible_address

if TYPE_CHECKING:
    from jcnews_spider.spiders.trs import TrsSpider

REMEMBERED = 100
"""Articles of which it is known whether the next one says the same: a notice that stands everywhere comes in a row."""


class Recent:
    """The last articles by what they say."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str | None, str] = OrderedDict()

    def same(self, article: Article) -> str | None:
        """id of the one among them that says just the same: title, date, source and text; notes the article."""
        first = self._ids.setdefault(article.content_hash, article.id)
        if len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)
        return first if first != article.id else None


class SoftMissing:
    """What the site says of an address that does not exist, asked at most once a run, and only when it matters."""

    def __init__(self, spider: TrsSpider) -> None:
        self._spider = spider
        self._probe: asyncio.Future[Response | None] | None = None

    def is_told(self, fault: UnknownLayout, response: Response, known: KnownArticle) -> bool:
        """True when the address of an article that was had leads to the home page, or its page says that it is gone.

        So sites withdraw single articles whose missing addresses give a 404.
        """
        if not known.version or response.status != 200:
            return False
        if isinstance(fault, OtherPage | RedirectStub):
            target = fault.target if isinstance(fault, RedirectStub) else response.url
            if self._spider.site.canonical(target) == self._spider.site.root:
                return True
        is_own = type(fault) in (UnknownLayout, NoBody, RedirectStub)
        return is_own and tells_of_withdrawal(response.body, charset(response))

    async def explains(self, fault: UnknownLayout, response: Response, known: KnownArticle) -> bool:
        """True when a page that came whole but is no article is what the site says of any missing address.

        A stub, or a page without a body, is nothing strange where no article was known before. Raises IgnoreRequest
        when the crawl stops before it can be told.
        """
        is_common = isinstance(fault, RedirectStub | NoBody)
        if response.status != 200 or (is_common and not known.version):
            return False
        missing = await self._missing_page(known)
        if missing is None or missing.status != 200:
            return False
        if response.request is not None and response.request.meta.get("redirect_urls"):
            return response.url == missing.url
        return says_the_same(response.body, charset(response), missing.body, charset(missing))

    async def _missing_page(self, known: KnownArticle) -> Response | None:
        if self._probe is None:
            self._probe = asyncio.ensure_future(self._ask(known))
        return await self._probe

    async def _ask(self, known: KnownArticle) -> Response | None:
        """The answer for an address that cannot exist, beside a known one."""
        request = Request(impossible_address(known.url), callback=NO_CALLBACK)
        self._spider.count("requests/soft_404_probe")
        try:
            return await self._spider.crawler.engine.download_async(request)
        except tuple(REASONS) as fault:
            if reason_of(fault) == STOPPED:
                raise
            return None
