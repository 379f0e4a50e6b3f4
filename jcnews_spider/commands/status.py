"""`scrapy status`: how the archive stands."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from jcnews_spider import clock, options
from jcnews_spider.console import ProjectCommand, indented, table
from jcnews_spider.errors import UsageFault
from jcnews_spider.options import Options

if TYPE_CHECKING:
    from jcnews_spider.archive.ledger import Ledger
    from jcnews_spider.archive.ledger.runs import PastRun

RUNS, TROUBLED = 10, 10
"""Rows that are shown."""

BY_SECTION = ("links", "silence")
"""Kinds of measures that every section has."""


class Command(ProjectCommand):
    """Prints the last runs, the articles by state, what is due, what failed and why, and the health."""

    usage = "[options] [site]"
    about = "Show how the archive stands: runs, articles, what is due, what failed"

    def work(self, args: list[str], opts: argparse.Namespace) -> int:  # noqa: ARG002 - it has none
        """Prints the state; 0 whatever it is, 7 when the ledger cannot be read."""
        from jcnews_spider.access import ledger_to_read, sites_meant
        from jcnews_spider.sites import site_named

        if len(args) > 1:
            raise UsageFault("name one site: scrapy status jcnews")
        name = site_named(args[0]).name if args else None
        values = options.checked(self.settings, os.environ)
        with ledger_to_read(self.settings) as ledger:
            if ledger is None:
                print(f"{values.output}: no archive yet")
                return 0
            sites = sites_meant(ledger, name)
            parts: list[str] = []
            for site in sites:
                parts += [f"{site.name}: {site.title}"] if len(sites) > 1 else []
                parts += _parts(ledger, site.name, values)
            print("\n\n".join(parts) or f"{values.output}: no site yet")
        return 0


def _parts(ledger: Ledger, site: str, values: Options) -> tuple[str, ...]:
    """What is said of a site."""
    from jcnews_spider.archive.crew import living

    runs, on = ledger.runs.last(site, RUNS), living(values.output, ledger)
    ended = next((run for run in runs if run.exit_code is not None), None)
    return (
        _summary(ledger, site, values, _health(runs, ended, on)),
        _runs(runs, on),
        _numbers(ledger, site),
        *_breaches(values.output, ended),
        _articles(ledger, site),
        _troubled(ledger, site),
    )


def _summary(ledger: Ledger, site: str, values: Options, health: str) -> str:
    """What matters most, a line each."""
    from jcnews_spider.archive.ledger.due import Scope

    due = ledger.due.numbers(Scope(site, int(clock.now()), recheck_after_s=values.recheck_days))
    records = sum(segment.records for segment in ledger.outbox.segments())
    unfinished = [section for section in ledger.sections.all(site) if section.walked_at and not section.complete]
    lists = [section.path if section.has_articles else f"{section.path} (empty so far)" for section in unfinished]
    never, again, elsewhere = due["waiting"], due["rechecks"], due["moved"]
    return indented(
        [
            ("Archive", str(values.output)),
            ("Health", health),
            ("Due now", f"{never} never fetched, {again} to be checked again, {elsewhere} listed at another address"),
            ("Records", f"{records} sealed, {ledger.outbox.size()} waiting for their seal"),
            ("Unfinished lists", ", ".join(lists) or "none"),
        ]
    )


def _health(runs: Sequence[PastRun], ended: PastRun | None, on: AbstractSet[str]) -> str:
    """What the runs that are on say, or the newest one, and the last one that ended."""
    last = f"the last run ended with {ended.exit_code}: {ended.why}" if ended else "no run has ended yet"
    if any(run.run_id in on for run in runs):
        return f"a run is on; before, {last}"
    if runs and runs[0].finished is None:
        return f"a run was killed, the next one repairs; before, {last}"
    return last


def _runs(runs: Sequence[PastRun], on: AbstractSet[str]) -> str:
    rows = []
    for run in runs:
        if run.finished is not None:
            took, code, what = f"{run.finished - run.started} s", str(run.exit_code), run.summary or ""
            what = what if run.exit_code == 0 else f"{run.why}; {what}"
        else:
            took, code = "", ""
            what = "running" if run.run_id in on else "killed"
        rows.append((run.run_id, clock.utc(run.started), took, code, what))
    return _titled("Last runs", ("run", "started", "took", "exit", "what came of it"), rows)


def _breaches(output: Path, ended: PastRun | None) -> list[str]:
    """What the report of the last run that ended says of its health, if it failed by that."""
    from jcnews_spider.health import told

    if ended is None or ended.exit_code != 5:
        return []
    with suppress(OSError, ValueError, LookupError):  # a report is there for people to move
        report = json.loads((output / "runs" / f"{ended.run_id}.json").read_text("utf-8"))
        return ["\n".join(["What is wrong with them", *map(told, report["health"])])]
    return []


def _numbers(ledger: Ledger, site: str) -> str:
    """What the last runs measured beside what is usual; of sections only what broke its rule."""
    rows = []
    for now in ledger.measures.newest(site):
        if now.good and now.kind in BY_SECTION:
            continue
        past = ledger.measures.past(site, now.kind, now.subject)
        usual = f"{median(run.value for run in past):.4g}" if past else ""
        rows.append(
            (f"{now.kind} {now.subject}".strip(), f"{now.value:.4g}", usual, "" if now.good else "wrong", now.run_id)
        )
    return _titled("Health of the pages", ("number", "last", "usual", "", "run"), rows)


def _articles(ledger: Ledger, site: str) -> str:
    rows = [(number, state, reason or "") for (state, reason), number in ledger.articles.counts(site).items()]
    return _titled("Articles", ("number", "state", "last answer"), sorted(rows, reverse=True))


def _troubled(ledger: Ledger, site: str) -> str:
    """The articles whose last answer gave nothing, failures before what is nobody's failure."""
    rows = [
        (attempts, reason, "the next run" if next_try <= clock.now() else clock.utc(next_try), url)
        for url, reason, attempts, next_try in ledger.articles.troubled(site, TROUBLED)
    ]
    counts = ledger.articles.counts(site).items()
    total = sum(number for (state, reason), number in counts if reason and state != "withdrawn")
    title = f"Asked in vain, failures first ({len(rows)} of {total})"
    return _titled(title, ("attempts", "last answer", "asked again", "address"), rows)


def _titled(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    return f"{title}\n{table(head, rows)}" if rows else f"{title}: none"
