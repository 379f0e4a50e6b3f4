"""`scrapy crawl SITE`: the job."""

from __future__ import annotations

import argparse

from scrapy.utils.conf import arglist_to_dict

from jcnews_spider.console import SpiderCommand, indented
from jcnews_spider.errors import UsageFault
from jcnews_spider.job import ARGUMENTS, Job

PROGRESS_BAR = "jcnews_spider.extensions.progress.ProgressBar"


class Command(SpiderCommand):
    """Crawls a site into the archive."""

    usage = "[options] <site>"
    about = "Crawl a site into the archive"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds -a, --quiet and the table of arguments."""
        super().add_options(parser)
        parser.add_argument(
            "-q", "--quiet", action="store_true", help="nothing on the terminal but errors; --logfile is as ever"
        )
        parser.add_argument("-a", dest="arguments", action="append", default=[], metavar="NAME=VALUE", help="see below")
        arguments = indented([(f"-a {name}=…", meaning) for name, meaning in ARGUMENTS.items()])
        parser.epilog = f"Arguments\n{arguments}\n\n{parser.epilog}"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Reads the options; --quiet takes the bar and every line that is no error from the terminal."""
        super().process_options(args, opts)
        if opts.quiet:
            self.settings["EXTENSIONS"].set(PROGRESS_BAR, None, "cmdline")
            if not self.settings["LOG_FILE"]:
                self.settings.set("LOG_LEVEL", "ERROR", "cmdline")

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """Crawls; exit codes as in the README."""
        from jcnews_spider import runner
        from jcnews_spider.sites import site_named

        if len(args) != 1:
            raise UsageFault("name one site: scrapy crawl jcnews")
        site = site_named(args[0])
        try:
            arguments = arglist_to_dict(opts.arguments)
        except ValueError:
            raise UsageFault("-a wants NAME=VALUE") from None
        return runner.run(self.process, site, Job.read(arguments, site))
