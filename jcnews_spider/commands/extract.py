"""`scrapy extract`: what the extractor makes of saved pages."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcnews_spider.console import SpiderCommand, is_address, print_json, require_address
from jcnews_spider.errors import UnknownLayout, UsageFault
from jcnews_spider.text import safe_strings

if TYPE_CHECKING:
    from jcnews_spider.items import Page


class Command(SpiderCommand):
    """Prints one JSON record a line, in the order given; touches no state."""

    usage = "[options] <file or address> …"
    about = "Print the records that the extractor makes of pages"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds --url."""
        super().add_options(parser)
        parser.add_argument("--url", metavar="URL", help="address of a saved page, for links, id and section")

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """A page that fits nothing gives a line with `file` and `error`; one that cannot be had gives exit 1 too."""
        if not args:
            raise UsageFault("name the pages to extract, files or addresses")
        if opts.url and (len(args) != 1 or is_address(args[0])):
            raise UsageFault("--url goes with one file")
        addresses = [name for name in args if is_address(name)]
        for address in addresses:
            require_address(address)
        if opts.url:
            require_address(opts.url, "--url")
        answers = self._fetch(addresses) if addresses else {}
        code = 0
        for name in args:
            page = answers[name] if name in answers else _read(name, opts.url)
            print_json(_line(name, page))
            code = UsageFault.exit_code if isinstance(page, str) else code
        return code

    def _fetch(self, urls: list[str]) -> dict[str, Page | str]:
        """The page of each address, or the reason why it did not come; robots.txt and delays as in a crawl."""
        from jcnews_spider.fetching import fetch

        return fetch(self.process, urls)


def _read(name: str, url: str | None) -> Page | str:
    from jcnews_spider.items import Page

    try:
        return Page(Path(name).read_bytes(), url)
    except OSError as fault:
        return f"cannot be read: {fault.strerror}"


def _line(name: str, page: Page | str) -> dict[str, Any]:
    """The record of a page, or its error, with the name by which it was asked for."""
    from jcnews_spider.sites import site_of
    from jcnews_spider.trs.article import parse_article

    if isinstance(page, str):
        return {"file": name, "error": page}
    try:
        record = safe_strings(parse_article(page.body, page.url, site_of(page.url), page.charset)).as_dict()
    except UnknownLayout as fault:
        return {"file": name, "error": fault.reason}
    return {**record, "id": record["id"] or None, "url": record["url"] or None, "file": name}
