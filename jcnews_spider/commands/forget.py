"""`scrapy forget`: an article is withdrawn at somebody's request."""

from __future__ import annotations

import argparse

from jcnews_spider import clock, report
from jcnews_spider.console import ProjectCommand, archive_to_write, article_id
from jcnews_spider.errors import UsageFault
from jcnews_spider.sites import site_named


class Command(ProjectCommand):
    """Withdraws one article for good."""

    def syntax(self) -> str:
        """Usage line."""
        return "[options] <id or address> --reason R"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Withdraw an article: never asked, shown or exported again"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds --reason and --purge."""
        super().add_options(parser)
        parser.add_argument("--reason", metavar="R", help="who asked for it and why; kept in the ledger and the report")
        parser.add_argument("--purge", action="store_true", help="take its content out of segments and WARCs too")

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """0; 1 for an article that is not known, 6 while a run holds the archive, 7 when storage fails."""
        from jcnews_spider.archive import takedown  # noqa: PLC0415 - heavy imports stand inside

        if len(args) != 1 or not opts.reason:
            raise UsageFault("name one article and the reason: scrapy forget jcnews:956123 --reason 'asked by …'")
        id_, started = article_id(args[0]), clock.now()
        site = site_named(id_.partition(":")[0]).name
        with archive_to_write(self.settings, site) as archive:
            known = archive.ledger.articles.get(id_)
            if known is None:
                raise UsageFault(f"{id_} is not known here")
            takedown.forget(archive, known, opts.reason, purge=opts.purge)
            why = f"{id_} withdrawn{' and purged' if opts.purge else ''}: {opts.reason}"
            run = report.Run(archive.run_id, site, {"forget": id_}, clock.utc(started), clock.utc(clock.now()), None)
            archive.write_report(report.build(run, {}, {}, report.Verdict(0, why)), why)
        print(why)
        return 0
