"""`scrapy runspider bare.py -a starts=FILE`: downloads the articles that lists link to, and keeps nothing.

What a crawl costs in Scrapy at least. Writes the number of pages that came to `pages` in the working directory.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse

LINK = re.compile(r'href="([^"]*/t\d{8}_\d+\.html)"')


class BareSpider(Spider):
    """Follows links by a regular expression, each once, whatever the filter of duplicates does."""

    name = "bare"

    def __init__(self, starts: str, **named: Any) -> None:
        """Starts is a file with an address a line, of lists and of articles."""
        super().__init__(**named)
        self.starts = Path(starts).read_text(encoding="utf-8").split()
        self.host = self.starts[0].split("/")[2]
        self.seen: set[str] = set()
        self.pages = 0

    async def start(self) -> AsyncIterator[Request]:
        """Every list page, and the articles that are told."""
        for url in self.starts:
            yield Request(url, callback=self.parse_article if "/t20" in url else self.parse)

    def parse(self, response: Response) -> Iterator[Request]:
        """The articles of a list."""
        if isinstance(response, TextResponse):
            for link in LINK.findall(response.text):
                url = response.urljoin(link)
                if url not in self.seen and url.split("/")[2] == self.host:
                    self.seen.add(url)
                    yield Request(url, callback=self.parse_article)

    def parse_article(self, response: Response) -> None:
        """Counts what came."""
        self.pages += response.status == 200

    def closed(self, reason: str) -> None:
        """Says how many came."""
        Path("pages").write_text(f"{self.pages} {reason}\n", encoding="utf-8")
