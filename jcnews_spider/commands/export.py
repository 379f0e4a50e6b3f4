"""`scrapy export`: views of the archive for other tools."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from jcnews_spider import exporters
from jcnews_spider.archive.ledger.recorded import Which
from jcnews_spider.archive.reader import Reader
from jcnews_spider.archive.selection import Selection
from jcnews_spider.console import ProjectCommand, archive_to_read
from jcnews_spider.errors import StorageFault, UsageFault
from jcnews_spider.job import fold_name
from jcnews_spider.sites import site_named
from jcnews_spider.trs.site import Site
from jcnews_spider.urls import section_path


class Command(ProjectCommand):
    """Writes a part of the archive as one file in another format."""

    def syntax(self) -> str:
        """Usage line."""
        return "[options] --format FORMAT -o FILE [site]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Write the archive, or a part of it, in another format"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds --format, -o, --section and --since."""
        super().add_options(parser)
        parser.add_argument("--format", metavar="FORMAT", help=", ".join(exporters.names()))
        parser.add_argument("-o", dest="target", metavar="FILE", help="file to be written")
        parser.add_argument("--section", metavar="S", help="articles of this section only: its name or path")
        parser.add_argument("--since", metavar="D", help="first day, YYYY-MM-DD, by the day in an article's address")

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """0; 1 where there is nothing to export or something is not installed, 7 when damaged parts are left out."""
        if len(args) > 1 or not opts.format or not opts.target:
            raise UsageFault("say what and where: scrapy export --format wacz -o archive.wacz")
        exporter = exporters.exporter_named(opts.format)
        site, since = site_named(args[0] if args else "jcnews"), _day(opts.since)
        damages: dict[str, None] = {}
        with archive_to_read(self.settings) as reader:
            path, name = _section(reader, site, opts.section) if opts.section else (None, None)
            title = " · ".join(filter(None, (site.title, name, f"{since} –" if since else None)))
            view = Selection(reader, Which(site.name, section=path, since=since), title, damages.setdefault)
            number = exporters.export(exporter, view, Path(opts.target))
        print(f"{opts.target}: {number} articles")
        for damage in damages:
            print(f"left out: {damage}", file=sys.stderr)
        return StorageFault.exit_code if damages else 0


def _section(reader: Reader, site: Site, wanted: str) -> tuple[str, str]:
    """(path, name) of a section of the archive by either; raises UsageFault and names the nearest."""
    known = {section.path: section.name or "" for section in reader.ledger.sections.all(site.name)}
    for section in site.sections:
        if section.path in known:
            known[section.path] = section.name
    for path, name in known.items():
        if path == section_path(wanted) or fold_name(name) == fold_name(wanted):
            return path, name or path
    nearest = get_close_matches(wanted, filter(None, (*known, *known.values())), 3, 0.3)
    raise UsageFault(f"--section {wanted!r} is none of the archive's; the nearest are {', '.join(nearest) or 'none'}")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageFault(f"--since {text!r} is no day, such as 2022-10-09") from None
