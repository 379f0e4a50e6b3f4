"""`scrapy export`: views of the archive for other tools."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from jcnews_spider import options
from jcnews_spider.console import ProjectCommand, add_part
from jcnews_spider.errors import StorageFault, UsageFault
from jcnews_spider.text import shown

if TYPE_CHECKING:
    from jcnews_spider.archive.reader import Reader
    from jcnews_spider.archive.selection import Selection
    from jcnews_spider.exporters import Exporter


class Command(ProjectCommand):
    """Writes a part of the archive as one file in another format."""

    usage = "[options] --format FORMAT -o FILE [site]"
    about = "Write the archive, or a part of it, in another format"

    def long_desc(self) -> str:
        """The help's text: what may be chosen, and an example a format."""
        from jcnews_spider import exporters

        return (
            "Writes the archive, every site of it or the one that is named, or a part of that, in a format that other\n"
            "tools read. Withdrawn articles are never in it, and `sections` names every listing known by now. A file\n"
            "is whole when it is there: it replaces an older one of its name at the end. Damaged records are named\n"
            "and left out (exit code 7).\n\n"
            "Formats\n" + "\n".join(_paragraph(exporter) for exporter in exporters.every())
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds --format, -o, and what selects a part."""
        from jcnews_spider import exporters

        super().add_options(parser)
        parser.add_argument("--format", metavar="FORMAT", help=f"what to write: {', '.join(exporters.names())}")
        parser.add_argument(
            "-o", dest="target", metavar="FILE", help="file to be written; - is stdout, and messages go to stderr"
        )
        parser.add_argument(
            "--latest",
            action="store_true",
            help="only the newest record of each article, also of one that is gone (its event is gone); "
            "without it every version",
        )
        add_part(parser)

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """0; 1 where there is nothing to export or something is not installed, 7 when damaged parts are left out."""
        from jcnews_spider import exporters
        from jcnews_spider.access import archive_to_read
        from jcnews_spider.archive import is_own

        if len(args) > 1 or not opts.format or not opts.target:
            raise UsageFault("say what and where: scrapy export --format csv -o articles.csv")
        exporter = exporters.exporter_named(opts.format)
        if opts.target != "-" and is_own(options.checked(self.settings, os.environ).output, Path(opts.target)):
            raise UsageFault(f"-o {opts.target}: the archive keeps its own files there")
        if opts.latest and not exporter.has_versions:
            raise UsageFault(f"--format {exporter.name} holds every capture of an article: leave --latest out")
        damages: dict[str, None] = {}
        with archive_to_read(self.settings) as reader:
            view = _selection(reader, args, opts, lambda damage: damages.update({damage: None}))
            if opts.target == "-":
                number = exporters.export_to_stdout(exporter, view, sys.stdout.fileno())
            else:
                number = exporters.export(exporter, view, Path(opts.target))
        told = sys.stderr if opts.target == "-" else sys.stdout
        print(f"{opts.target}: {number} {exporter.counts}", file=told)
        for damage in damages:
            print(shown(f"left out: {damage}"), file=sys.stderr)
        return StorageFault.exit_code if damages else 0


def _paragraph(exporter: Exporter) -> str:
    needs = f" Needs the extra {exporter.extra}." if exporter.extra else ""
    command = f"scrapy export --format {exporter.name} {exporter.example}"
    return f"  {exporter.name:<8} {exporter.about}{needs}\n           {command}"


def _selection(reader: Reader, args: list[str], opts: argparse.Namespace, damaged: Callable[[str], None]) -> Selection:
    """The part of the archive that the arguments name."""
    from jcnews_spider.access import days_given, known_section, sites_meant
    from jcnews_spider.archive.ledger.recorded import Which
    from jcnews_spider.archive.selection import Selection
    from jcnews_spider.sites import SITES

    named = args[0] if args else None
    sites = sites_meant(reader.ledger, named)
    since, until = days_given(opts)
    section = known_section(reader.ledger, sites, opts.section) if opts.section else None
    meant, path, name = (section.site, section.path, section.name) if section else (named, None, None)
    days = f"{since or ''} – {until or ''}".strip() if since or until else None
    titles = "、".join(site.title for site in sites if meant in (None, site.name))
    title = " · ".join(filter(None, (titles, name, days)))
    which = Which(meant, section=path, since=since, until=until)
    return Selection(reader, SITES, which, title, damaged, latest=opts.latest)
