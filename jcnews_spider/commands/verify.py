"""`scrapy verify`: is the archive still what it was, and what can be made again."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from jcnews_spider import options
from jcnews_spider.console import CLUSTER_HELP, ProjectCommand, indented, table
from jcnews_spider.errors import StorageFault, UsageFault
from jcnews_spider.text import shown

if TYPE_CHECKING:
    from jcnews_spider.archive.evidence import Share

PROGRESS_S = 0.5
"""Seconds between two lines of progress."""


class Command(ProjectCommand):
    """Reads the whole archive and prints a line for each damage; changes nothing without --rebuild."""

    usage = "[options]"
    about = "Check that everything in the archive is what it was"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds --rebuild, --cluster and the table of checks."""
        from jcnews_spider.archive.fixity import CHECKS

        super().add_options(parser)
        either = parser.add_mutually_exclusive_group()
        either.add_argument("--rebuild", action="store_true", help="make a lost ledger anew from segments and WARCs")
        either.add_argument("--cluster", metavar="ADDRESS", help=CLUSTER_HELP)
        checks = indented([(check.name, f"{check.holds}; made again: {check.again}") for check in CHECKS])
        parser.epilog = f"What must hold\n{checks}\n\n{parser.epilog}"

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """0, 7 when anything is damaged, 1 where there is no archive, no cluster or, with --rebuild, a ledger."""
        from jcnews_spider.archive.files import storage_faults
        from jcnews_spider.cluster import Cluster

        if args:
            raise UsageFault("it takes no arguments: scrapy verify")
        values = options.checked(self.settings, os.environ)
        root, server = values.output, values.ledger
        if not root.is_dir():
            raise UsageFault(f"{root}: no archive yet, scrapy crawl makes one")
        with storage_faults(), Cluster(opts.cluster, root.absolute()) if opts.cluster else nullcontext() as cluster:
            return (
                _rebuild(root, server) if opts.rebuild else _verify(root, cluster.results if cluster else map, server)
            )


def _verify(root: Path, share: Share, server: str) -> int:
    """Prints a line for each damage, then a table."""
    from jcnews_spider.archive.fixity import CHECKS, Damage, damages

    found: Counter[str] = Counter()
    counts: dict[str, int] = {}
    for item in damages(root, _Progress(), share, server):
        if isinstance(item, Damage):
            found[item.check] += 1
            print(shown(f"{item.where}: {item.what} ({item.check}; {item.again})"))
        else:
            counts = item.counts()
    print(table(("check", "damaged", "what must hold"), [(c.name, found[c.name], c.holds) for c in CHECKS]))
    print("Read: " + ", ".join(f"{number} {name}" for name, number in counts.items()))
    return StorageFault.exit_code if found else 0


def _rebuild(root: Path, server: str) -> int:
    """Prints a line for each damage that was passed over, then what the new ledger knows."""
    from jcnews_spider.archive import LEDGER
    from jcnews_spider.archive.rebuild import Rebuilt, rebuild
    from jcnews_spider.sites import SITES

    code, name = 0, "the ledger" if server else LEDGER
    for item in rebuild(root, SITES, _Progress(), server):
        if isinstance(item, Rebuilt):
            print(
                f"{name} is made anew: {item.articles} articles, {item.records} records, {item.payloads} payloads in "
                "WARCs. The next crawl walks every list to its end; scrapy verify checks the rest."
            )
        else:
            code = StorageFault.exit_code
            print(shown(f"{item[0]}: skipped, {item[1]}"))
    return code


class _Progress:
    """Says on a terminal what is read, a plain line now and then."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._next = time.monotonic() + PROGRESS_S

    def __call__(self, what: str, done: int, of: int) -> None:
        """Says it, unless something was said a moment ago."""
        if self._is_shown and time.monotonic() >= self._next:
            self._next = time.monotonic() + PROGRESS_S
            print(f"{what}: {done:,} of {of:,}", file=sys.stderr)
