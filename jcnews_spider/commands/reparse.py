"""`scrapy reparse`: the present extractor over the archive."""

from __future__ import annotations

import argparse
import os
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from jcnews_spider import options
from jcnews_spider.console import CLUSTER_HELP, ProjectCommand, table
from jcnews_spider.errors import UsageFault

if TYPE_CHECKING:
    from jcnews_spider.reparse import Tally
    from jcnews_spider.report import Verdict

SHOWN = 40
"""Characters that are shown of a value, from a little before the first that differs."""
BEFORE = 8


class Command(ProjectCommand):
    """Reads every article's newest record anew, without the network; writes only with --apply."""

    usage = "[options] [site]"
    about = "Run the present extractor over the archive"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds --diff, --apply and --cluster."""
        super().add_options(parser)
        either = parser.add_mutually_exclusive_group()
        either.add_argument("--diff", action="store_true", help="show what would change, field by field")
        either.add_argument("--apply", action="store_true", help="write what changes as records, event: reparsed")
        parser.add_argument("--cluster", metavar="ADDRESS", help=CLUSTER_HELP)

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """0; 1 without archive or cluster, 3 after a signal, 6 while a run holds the archive, 7 for damaged records."""
        from jcnews_spider import reparse
        from jcnews_spider.access import archive_to_read, sites_meant

        if len(args) > 1:
            raise UsageFault("name one site: scrapy reparse jcnews")
        values = options.checked(self.settings, os.environ)
        with archive_to_read(self.settings) as reader:
            sites = sites_meant(reader.ledger, args[0] if args else None)
        codes = []
        for site in sites:
            if len(sites) > 1:
                print(f"{site.name}: {site.title}")
            if opts.apply:
                tally, verdict = reparse.apply(values, site, opts.cluster)
            else:
                tally = reparse.look(values, site, opts.cluster)
                verdict = tally.verdict()
            _show(tally, verdict, "reparsed" if opts.apply else "would change", with_fields=opts.diff)
            codes.append(verdict.exit_code)
            if tally.stopped:
                break
        if not sites:
            print("no articles")
        return max(codes, default=0)


def _show(tally: Tally, verdict: Verdict, changed: str, *, with_fields: bool) -> None:
    print(_counts(tally, changed))
    if with_fields and tally.fields:
        print(f"\n{_differences(tally)}")
    if verdict.exit_code:
        print(f"exit {verdict.exit_code}: {verdict.why}")


def _counts(tally: Tally, changed: str) -> str:
    rows = [
        (tally.read, "read"),
        (tally.unchanged, "unchanged"),
        (tally.changed, changed),
        *((number, f"refused: {reason}") for reason, number in tally.refused.most_common()),
        (tally.damaged, "damaged"),
    ]
    return table(("articles", "what came of them"), rows)


def _differences(tally: Tally) -> str:
    """The fields that differ, most often first, each with some of its differences."""
    rows = []
    for name, number in tally.fields.most_common():
        for place, (id_, before, after) in enumerate(tally.samples[name]):
            rows.append(
                (name, number, id_, *_shown(before, after)) if place == 0 else ("", "", id_, *_shown(before, after))
            )
    return table(("field", "articles", "such as", "before", "after"), rows)


def _shown(before: Any, after: Any) -> tuple[str, str]:
    """Both values as text, from where they begin to differ."""
    one, other = (value if isinstance(value, str) else repr(value) for value in (before, after))
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    begin = max(0, alike - BEFORE)
    return _cut(one, begin), _cut(other, begin)


def _cut(text: str, begin: int) -> str:
    part = " ".join(text[begin : begin + SHOWN].split())
    return f"{'…' if begin else ''}{part}{'…' if begin + SHOWN < len(text) else ''}"
