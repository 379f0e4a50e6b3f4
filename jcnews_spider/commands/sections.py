"""`scrapy sections`: the known sections."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from jcnews_spider.clock import utc
from jcnews_spider.console import SpiderCommand, table
from jcnews_spider.errors import UsageFault
from jcnews_spider.job import Job

if TYPE_CHECKING:
    from jcnews_spider.archive.ledger.sections import KnownSection
    from jcnews_spider.trs.site import Site


class Command(SpiderCommand):
    """Prints name, path, articles, last walk and completeness of each section."""

    usage = "[options] [site]"
    about = "List the known sections of a site"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds --discover."""
        super().add_options(parser)
        parser.add_argument("--discover", action="store_true", help="read the home page's navigation first")

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """Prints the table; with --discover the exit code is that of the visit."""
        from jcnews_spider import runner
        from jcnews_spider.access import ledger_to_read, site_meant

        if len(args) > 1:
            raise UsageFault("name one site: scrapy sections jcnews")
        site = site_meant(self.settings, args[0] if args else None, "scrapy sections")
        code = runner.run(self.process, site, Job(discover=True)) if opts.discover else 0
        known: list[KnownSection] = []
        sizes: dict[str, int] = {}
        with ledger_to_read(self.settings) as ledger:
            if ledger is not None:
                known, sizes = ledger.sections.all(site.name), ledger.sections.sizes(site.name)
        print(table(("name", "path", "addresses", "last walk", "complete"), _rows(site, known, sizes)))
        return code


def _rows(site: Site, known: list[KnownSection], sizes: dict[str, int]) -> list[tuple[str, str, int, str, str]]:
    """The site's table first, then what was discovered; a name as the site prints it goes before the table's."""
    by_path = {section.path: section for section in known}
    listed = {section.path: section.name for section in site.sections if section.path}
    rows = []
    for path in dict.fromkeys([*listed, *by_path]):
        section = by_path.get(path)
        name = (section.name if section else None) or listed.get(path) or ""
        walked = utc(section.walked_at) if section and section.walked_at else "never"
        complete = "yes" if section and section.complete else "no"
        rows.append((name, path, sizes.get(path, 0), walked, complete))
    unplaced = [s.name for s in site.sections if not s.path and s.name not in {row[0] for row in rows}]
    return rows + [(name, "?", 0, "never", "no") for name in unplaced]
