"""`scrapy cat`: the raw HTML of an article as served, from the archive."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from jcnews_spider.console import ProjectCommand
from jcnews_spider.errors import UsageFault

if TYPE_CHECKING:
    from jcnews_spider.archive.reader import Reader
    from jcnews_spider.article import Article


class Command(ProjectCommand):
    """Writes the bytes of a page to stdout; touches nothing."""

    usage = "[options] <id or address>"
    about = "Print the raw HTML of an article from the archive"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds --version and --part."""
        super().add_options(parser)
        parser.add_argument("--version", type=int, metavar="N", help="version of the article (default: the newest)")
        parser.add_argument(
            "--part", type=int, default=0, metavar="K", help="further page, from 1 (default: the first)"
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """0, 1 when there is no such article or version, 7 when its bytes are damaged."""
        from jcnews_spider.access import archive_to_read, article_id

        if len(args) != 1:
            raise UsageFault("name one article: scrapy cat jcnews:956123")
        with archive_to_read(self.settings) as reader:
            record = _record(reader, article_id(args[0]), opts.version)
            if not 0 <= opts.part < record.crawl.pages:
                raise UsageFault(f"{record.id} has {record.crawl.pages} pages, 0 to {record.crawl.pages - 1}")
            sys.stdout.buffer.write(reader.page(record, opts.part))
        return 0


def _record(reader: Reader, id_: str, version: int | None) -> Article:
    from jcnews_spider.article import Event

    known, newest = reader.ledger.articles.get(id_), reader.newest(id_)
    is_withdrawn = known is not None and known.state == "withdrawn"  # perhaps before its record is sealed
    if is_withdrawn or (newest is not None and newest.event is Event.WITHDRAWN):
        raise UsageFault(f"{id_} is withdrawn")
    if newest is None:
        raise UsageFault(f"{id_} has no sealed record")
    if version is None or version == newest.version:
        return newest
    found = [record for record in reader.versions(id_) if record.version == version]
    if not found:
        raise UsageFault(f"{id_} has no version {version}, the newest is {newest.version}")
    return found[0]
