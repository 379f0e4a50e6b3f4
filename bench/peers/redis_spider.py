"""`scrapy runspider redis_spider.py -a starts=FILE -s REDIS_URL=…`: one of the workers of a crawl by scrapy-redis.

Appends the address of every article that came to `stored` in the working directory.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse

LINK = re.compile(r'href="([^"]*/t\d{8}_\d+\.html)"')


class SharedSpider(Spider):
    """The queue and the filter of duplicates are those of all workers."""

    name = "shared"
    custom_settings = {  # noqa: RUF012 - Scrapy's own way
        "SCHEDULER": "scrapy_redis.scheduler.Scheduler",
        "DUPEFILTER_CLASS": "scrapy_redis.dupefilter.RFPDupeFilter",
        "SCHEDULER_PERSIST": True,  # else the first worker that ends clears the queue of all
    }

    def __init__(self, starts: str, **named: Any) -> None:
        """Starts is a file with an address a line, of lists and of articles."""
        super().__init__(**named)
        self.starts = Path(starts).read_text(encoding="utf-8").split()
        self.host = self.starts[0].split("/")[2]

    async def start(self) -> AsyncIterator[Request]:
        """Every list page, and the articles that are told."""
        for url in self.starts:
            yield Request(url, callback=self.parse_article if "/t20" in url else self.parse)

    def parse(self, response: Response) -> Iterator[Request]:
        """The articles of a list."""
        if isinstance(response, TextResponse):
            links = map(response.urljoin, LINK.findall(response.text))
            yield from (Request(url, callback=self.parse_article) for url in links if url.split("/")[2] == self.host)

    def parse_article(self, response: Response) -> None:
        """One write of a line, so that those of several workers do not mix."""
        if response.status == 200:
            with Path("stored").open("a", encoding="utf-8") as file:
                file.write(f"{response.url}\n")
