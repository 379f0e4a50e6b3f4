"""`scrapy status`: how the archive stands."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from jcnews_spider import clock, options
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.due import Scope
from jcnews_spider.archive.ledger.runs import PastRun
from jcnews_spider.archive.lock import is_held
from jcnews_spider.clock import utc
from jcnews_spider.console import ProjectCommand, ledger_to_read, table
from jcnews_spider.errors import UsageFault
from jcnews_spider.options import Options
from jcnews_spider.sites import site_named

RUNS, TROUBLED = 10, 10
"""Rows that are shown."""


class Command(ProjectCommand):
    """Prints the last runs, the articles by state, what is due, what failed and why, and the health."""

    def syntax(self) -> str:
        """Usage line."""
        return "[options] [site]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Show how the archive stands: runs, articles, what is due, what failed"

    def work(self, args: list[str], opts: argparse.Namespace) -> int:  # noqa: ARG002 - it has none
        """Prints the state; 0 whatever it is, 7 when the ledger cannot be read."""
        if len(args) > 1:
            raise UsageFault("name one site: scrapy status jcnews")
        site = site_named(args[0] if args else "jcnews").name
        values = options.checked(self.settings, os.environ)
        with ledger_to_read(self.settings) as ledger:
            if ledger is None:
                print(f"{values.output}: no archive yet")
                return 0
            is_running = is_held(values.output)
            parts = (
                _runs(ledger.runs.last(site, RUNS), is_running=is_running),
                _articles(ledger, site),
                _due(ledger, site, values),
                _troubled(ledger, site),
                _health(ledger, site),
            )
            print("\n\n".join(parts))
        return 0


def _runs(runs: Sequence[PastRun], *, is_running: bool) -> str:
    rows = []
    for place, run in enumerate(runs):
        if run.finished is not None:
            took, code, what = f"{run.finished - run.started} s", str(run.exit_code), run.summary or ""
            what = what if run.exit_code == 0 else f"{run.why}; {what}"
        else:
            took, code = "", ""
            what = "running" if is_running and place == 0 else "killed; the next run repairs what it left"
        rows.append((run.run_id, utc(run.started), took, code, what))
    return table(("run", "started", "took", "exit", "what came of it"), rows) if rows else "No run yet."


def _articles(ledger: Ledger, site: str) -> str:
    rows = [(number, state, reason or "") for (state, reason), number in ledger.articles.counts(site).items()]
    size, sealed = ledger.outbox.size(), ledger.outbox.segments()
    records = sum(segment.records for segment in sealed)
    note = f"{records} records in {len(sealed)} sealed segments, {size} waiting for their seal"
    return f"{table(('articles', 'state', 'reason'), rows)}\n{note}"


def _due(ledger: Ledger, site: str, values: Options) -> str:
    scope = Scope(site, int(clock.now()), recheck_after_s=values.recheck_days)
    numbers = ledger.due.numbers(scope)
    return (
        f"Due now: {numbers['waiting']} never had, {numbers['rechecks']} to be checked again, "
        f"{numbers['moved']} at another address"
    )


def _troubled(ledger: Ledger, site: str) -> str:
    rows = [
        (attempts, reason, "the next run" if next_try <= clock.now() else utc(next_try), url)
        for url, reason, attempts, next_try in ledger.articles.troubled(site, TROUBLED)
    ]
    return table(("attempts", "reason", "asked again", "address"), rows) if rows else "Nothing failed."


def _health(ledger: Ledger, site: str) -> str:
    """What the last run that ended says, and the sections whose walk never came to its end."""
    ended = next((run for run in ledger.runs.last(site, RUNS) if run.exit_code is not None), None)
    last = f"the last run ended with {ended.exit_code}: {ended.why}" if ended else "no run has ended yet"
    open_ = [section.path for section in ledger.sections.all(site) if section.walked_at and not section.complete]
    return f"Health: {last}" + (f"\nSections not yet walked to their end: {', '.join(open_)}" if open_ else "")
