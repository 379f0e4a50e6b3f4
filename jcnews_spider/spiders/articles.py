"""The article pages of a run: asked when they are due, conditionally where they are known."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from twisted.python.failure import Failure

from jcnews_spider import clock
from jcnews_spider.answers import (
    REASONS,
    asked_url,
    charset,
    conditions,
    explained,
    is_conditional,
    page_of,
    reason_of,
    require_ok,
    warc_pointer,
)
from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.article import Article
from jcnews_spider.engine import STOPPED
from jcnews_spider.errors import IncompleteArticle, NotServed, OfAnyAddress, OtherPage, UnknownLayout
from jcnews_spider.items import Draft, Item, Miss, Unchanged
from jcnews_spider.spiders.queue import Queue
from jcnews_spider.spiders.soft404 import Recent, SoftMissing
from jcnews_spider.trs.article import join_parts, parse_article

if TYPE_CHECKING:
    from jcnews_spider.spiders.trs import TrsSpider

MOST_PARTS = 200
"""Pages of one article; the longest gallery seen has 40."""


class Articles:
    """The requests of one spider's articles and the routes of their answers."""

    def __init__(self, spider: TrsSpider) -> None:
        self._spider = spider
        self._site = spider.site
        self._queue = Queue(spider)
        self._soft_missing = SoftMissing(spider)
        self._recent = Recent()
        self._of_any: set[str | None] = set()
        """Content hashes of what the site says at any address, and is no article."""
        self.have_begun = False
        """True once the first were asked for: the lists are walked."""

    def next_requests(self) -> list[Request]:
        """The next batch of what is due, empty at the end; raises StorageFault."""
        self.have_begun = True
        return [
            self._spider.request(known.url, self.parse, self.failed, {"id": known.id}, _conditions(known, 0))
            for known in self._queue.next_batch()
        ]

    def begin_again(self) -> None:
        """From now on asks what is due from the beginning, but for what was asked: others may have left it."""
        self._queue.begin()

    def is_of_any(self, article: Article) -> bool:
        """True for what the site is known by now to say at any address."""
        return article.content_hash in self._of_any

    def number_due(self) -> int:
        """How many articles are due; raises StorageFault."""
        return self._queue.number_due()

    async def parse(self, response: Response, id: str) -> AsyncIterator[Item]:  # noqa: A002 - the record's word
        """The article of a page and its further pages as a draft, that it is unchanged, or a miss with its reason."""
        url = asked_url(response.request)
        try:
            if response.status == 304 and is_conditional(response):
                known = self._known(id)
                if await self._is_unchanged(known):
                    self._spider.count("addresses/answered")
                    yield Unchanged(id)
                    return
                response = await self._download(known.url)
            draft = await self._read(response, id)
            if first := await self._first_of_any(draft.article, response):
                yield Miss(first.id, first.url, OfAnyAddress.reason)
            if self.is_of_any(draft.article):
                raise OfAnyAddress("what the site says at any address")
        except UnknownLayout as fault:
            if miss := await self._miss(fault, response, self._known(id), url):
                yield miss
        except tuple(REASONS) as fault:
            if reason_of(fault) != STOPPED:
                yield Miss(id, url, f"part_{reason_of(fault)}", f"a further page: {explained(fault)}")
        else:
            self._spider.count("addresses/answered")
            yield draft

    def failed(self, failure: Failure) -> Iterator[Item]:
        """The miss of an article's page that did not come."""
        request: Request = failure.request  # type: ignore[attr-defined]
        reason = self._spider.reason_to_go_on(failure)
        if reason != STOPPED:
            yield Miss(request.cb_kwargs["id"], asked_url(request), reason, explained(failure.value))

    async def _miss(self, fault: UnknownLayout, response: Response, known: KnownArticle, url: str) -> Miss | None:
        """The miss of a page that is no article; None when the crawl stops before it is known which."""
        try:
            is_missing = self._soft_missing.is_told(fault, response, known)
            is_missing = is_missing or await self._soft_missing.explains(fault, response, known)
        except IgnoreRequest:
            return None
        reason = OfAnyAddress.reason if is_missing else fault.reason
        return Miss(known.id, url, reason, str(fault), is_repeated=known.reason == reason)

    async def _first_of_any(self, article: Article, response: Response) -> KnownArticle | None:
        """The article that was taken from what the site says at any address, when another one says the same.

        None for a copy, and when it was told before.
        """
        same = self._recent.same(article)
        if same is None or self.is_of_any(article):
            return None
        first = self._known(same)
        if not await self._soft_missing.explains(OfAnyAddress(), response, first) or self.is_of_any(article):
            return None
        self._of_any.add(article.content_hash)
        return first

    def _known(self, id_: str) -> KnownArticle:
        return self._spider.archive.ledger.articles.known(id_)

    async def _is_unchanged(self, known: KnownArticle) -> bool:
        """True when no further page was modified either; raises NotServed for a 304 that nobody asked for."""
        address = self._site.article_address(known.url)
        if not known.validators or address is None:
            raise NotServed(304)
        for part in range(1, len(known.validators)):
            response = await self._download(address.part_url(part), _conditions(known, part))
            if response.status != 304:
                return False
        return True

    async def _read(self, response: Response, id_: str) -> Draft:
        """The draft; raises UnknownLayout where the page, or one of its further pages, is no article.

        A page may name only the next one.
        """
        address = self._site.article_address(response.url)
        if address is None or self._site.article_id(address.docid) != id_:
            require_ok(response)
            raise OtherPage(response.url)
        parts, pages = [self._parsed(response, address.url)], [page_of(response, warc_pointer(response))]
        while (part := len(parts)) < (named := max(one.crawl.pages for one in parts)):
            if named > MOST_PARTS:
                raise UnknownLayout(f"names {named} pages, {MOST_PARTS} are the most")
            further = await self._download(address.part_url(part))
            try:
                parts.append(self._parsed(further, address.part_url(part)))
            except UnknownLayout as fault:
                raise IncompleteArticle(part, fault) from fault
            pages.append(page_of(further, warc_pointer(further)))
        article = join_parts(parts)
        crawl = replace(article.crawl, status=response.status, etag=pages[0].etag, last_modified=pages[0].last_modified)
        article = replace(article, crawl=crawl, fetched_at=clock.utc(clock.now()))
        return Draft(article, address, asked_url(response.request), tuple(pages))

    def _parsed(self, response: Response, url: str) -> Article:
        """What a page says, read at its address in its one form: a reparse knows no other."""
        require_ok(response)
        return parse_article(response.body, url, self._site, charset(response))

    async def _download(self, url: str, headers: dict[str, str] | None = None) -> Response:
        return await self._spider.crawler.engine.download_async(Request(url, callback=NO_CALLBACK, headers=headers))


def _conditions(known: KnownArticle, part: int) -> dict[str, str]:
    """The conditional headers of a page of an article, none where its validators are not known."""
    return conditions(*known.validators[part]) if known.validators else {}
