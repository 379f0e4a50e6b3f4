"""`scrapy runspider usual.py -a starts=FILE`: the pipeline that most projects have.

CSS and an ItemLoader of nine fields, `items.jsonl` by FEEDS and a compressed file of HTML for each page.
"""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from itemloaders.processors import Identity, Join, MapCompose, TakeFirst
from scrapy import Field, Item, Request, Spider
from scrapy.http import Response
from scrapy.linkextractors import LinkExtractor
from scrapy.loader import ItemLoader


class Article(Item):
    """Nine fields, and the page on its way to its file."""

    url = Field()
    title = Field()
    published_at = Field()
    source = Field()
    editor = Field()
    breadcrumb = Field()
    text = Field()
    html = Field()
    images = Field()
    page = Field()


class ArticleLoader(ItemLoader):
    """Strips what it finds and takes the first."""

    default_item_class = Article
    default_input_processor = MapCompose(str.strip)
    default_output_processor = TakeFirst()
    breadcrumb_out = Identity()
    images_out = Identity()
    text_out = Join("\n")


class FilesPipeline:
    """A file for each page."""

    def open_spider(self) -> None:
        """Makes the folder."""
        Path("html").mkdir()

    def process_item(self, item: Article) -> Article:
        """Writes the page, which leaves the item."""
        name = item["url"].rpartition("/")[2]
        with gzip.open(f"html/{name}.gz", "wb") as file:
            file.write(item.pop("page"))
        return item


class UsualSpider(Spider):
    """Lists by a LinkExtractor, articles by CSS."""

    name = "usual"
    custom_settings = {  # noqa: RUF012 - Scrapy's own way
        "ITEM_PIPELINES": {FilesPipeline: 300},
        "FEEDS": {"items.jsonl": {"format": "jsonlines", "encoding": "utf-8"}},
    }

    def __init__(self, starts: str, **named: Any) -> None:
        """Starts is a file with an address a line, of lists and of articles."""
        super().__init__(**named)
        self.starts = Path(starts).read_text(encoding="utf-8").split()
        host = self.starts[0].split("/")[2]
        self.links = LinkExtractor(allow=r"/t\d{8}_\d+\.html$", allow_domains=[host])

    async def start(self) -> AsyncIterator[Request]:
        """Every list page, and the articles that are told."""
        for url in self.starts:
            yield Request(url, callback=self.parse_article if "/t20" in url else self.parse)

    def parse(self, response: Response) -> Iterator[Request]:
        """The articles of a list."""
        for link in self.links.extract_links(response):  # type: ignore[arg-type]
            yield Request(link.url, callback=self.parse_article)

    def parse_article(self, response: Response) -> Article:
        """One article."""
        loader = ArticleLoader(response=response)  # type: ignore[arg-type]
        loader.add_value("url", response.url)
        loader.add_css("title", "h1#title::text, h1::text")
        loader.add_css("published_at", ".source .time::text")
        loader.add_css("source", ".source span:last-child ::text", re="(?:来源：)?(.+)")
        loader.add_css("editor", ".editor::text", re=r"责任编辑:\s*(\S+)")
        loader.add_css("breadcrumb", ".mbx a::text")
        loader.add_css("text", "#article .TRS_Editor p::text, #article .TRS_Editor div::text")
        loader.add_css("html", "#article .TRS_Editor")
        loader.add_css("images", "#article .TRS_Editor img::attr(src)", MapCompose(response.urljoin))
        item: Article = loader.load_item()
        item["page"] = response.body
        return item
