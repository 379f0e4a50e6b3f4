"""`scrapy forget`: an article is withdrawn at somebody's request."""

from __future__ import annotations

import argparse
from contextlib import suppress
from typing import TYPE_CHECKING

from jcnews_spider import clock
from jcnews_spider.console import ProjectCommand
from jcnews_spider.errors import StorageFault, UsageFault

if TYPE_CHECKING:
    from jcnews_spider.archive import Archive
    from jcnews_spider.report import Verdict


class Command(ProjectCommand):
    """Withdraws one article for good."""

    usage = "[options] <id or address> --reason R"
    about = "Withdraw an article: never asked, shown or exported again"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds --reason and --purge."""
        super().add_options(parser)
        parser.add_argument("--reason", metavar="R", help="who asked for it and why; kept in the ledger and the report")
        parser.add_argument("--purge", action="store_true", help="take its content out of segments and WARCs too")

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """0; 1 for an article that is not known, 6 while a run holds the archive, 7 when storage fails."""
        from jcnews_spider.access import archive_to_write, article_id, ledger_to_read
        from jcnews_spider.sites import site_named

        if len(args) != 1 or not opts.reason:
            raise UsageFault("name one article and the reason: scrapy forget jcnews:956123 --reason 'asked by …'")
        id_ = article_id(args[0])
        site = site_named(id_.partition(":")[0]).name
        with ledger_to_read(self.settings) as ledger:  # before a run begins
            if ledger is not None and ledger.articles.get(id_) is None:
                raise UsageFault(f"{id_} is not known here")
        with archive_to_write(self.settings, site) as archive:
            print(_forgotten(archive, id_, opts.reason, purge=opts.purge))
        return 0


def _forgotten(archive: Archive, id_: str, reason: str, *, purge: bool) -> str:
    """What was done, which the run report says too, as it says what went wrong; raises StorageFault."""
    from jcnews_spider.archive import takedown
    from jcnews_spider.archive.files import storage_faults
    from jcnews_spider.report import Verdict

    started, known = clock.now(), archive.ledger.articles.get(id_)
    if known is None:
        raise UsageFault(f"{id_} is not known here")
    try:
        with storage_faults():
            remarks = takedown.forget(archive, known, reason, purge=purge)
    except StorageFault as fault:
        with suppress(StorageFault):
            _report(archive, id_, started, Verdict(fault.exit_code, str(fault)))
        raise
    why = "; ".join((f"{id_} withdrawn{' and purged' if purge else ''}: {reason}", *remarks))
    _report(archive, id_, started, Verdict(0, why))
    return why


def _report(archive: Archive, id_: str, started: float, verdict: Verdict) -> None:
    from jcnews_spider import report

    run = report.Run.over(archive.run_id, id_.partition(":")[0], {"forget": id_}, started, None)
    archive.write_report(report.build(run, {}, {}, verdict), verdict.why)
