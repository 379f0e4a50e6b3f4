"""Pages asked outside of a crawl, and the name under which anything is asked."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from jcnews_spider.answers import explained, page_of
from jcnews_spider.errors import NotServed
from jcnews_spider.items import Page
from jcnews_spider.options import Options


def agent(settings: Settings, values: Options) -> str:
    """The user agent, with the operator's contact unless it was set by hand."""
    agent: str = settings["USER_AGENT"]
    return f"{agent[:-1]}; {values.contact})" if values.contact and agent.endswith(")") else agent


def fetch(process: AsyncCrawlerProcess, urls: list[str]) -> dict[str, Page | str]:
    """The page of each address, or the reason why it did not come. No archive is touched."""
    answers: dict[str, Page | str] = dict.fromkeys(urls, "not fetched")

    def keep(response: Response, url: str) -> None:
        answers[url] = page_of(response) if response.status == 200 else NotServed(response.status).reason

    def fail(failure: Failure) -> None:
        answers[failure.request.cb_kwargs["url"]] = explained(failure.value)  # type: ignore[attr-defined]

    class FetchSpider(Spider):
        name = "fetch"

        async def start(self) -> AsyncIterator[Request]:
            for url in urls:
                yield Request(url, callback=keep, errback=fail, cb_kwargs={"url": url})

    logging.getLogger("scrapy").setLevel(logging.ERROR)
    process.crawl(FetchSpider)
    process.start()
    return answers
