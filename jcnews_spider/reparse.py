"""`scrapy reparse`: the present extractor over the newest record of every article, in parallel, without the network."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from typing import Any

from jcnews_spider import clock, report
from jcnews_spider.access import archive_of
from jcnews_spider.archive import Archive, new_run_id
from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.recorded import Which
from jcnews_spider.archive.pairing import require_archive
from jcnews_spider.archive.reader import Reader, opened
from jcnews_spider.article import Article
from jcnews_spider.cluster import Cluster
from jcnews_spider.errors import JcnewsError, StorageFault
from jcnews_spider.options import Options
from jcnews_spider.pipelines.records import Recorder
from jcnews_spider.pipelines.versions import differences
from jcnews_spider.reextraction import Outcome, Place, outcome, read_anew
from jcnews_spider.text import shown
from jcnews_spider.trs.site import Site
from jcnews_spider.workers import Stop, Workers

BATCH = 16
"""Records that a worker is handed at once: about 60 ms of work, beside which the way there and back is nothing."""

DERIVED = frozenset(("content_hash", "char_count"))
"""Fields that only follow from others."""

SAMPLES = 3
"""Differences that are kept of each field."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """What came of the records so far."""

    unchanged: int = 0
    changed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Pages that the extractor no longer takes for an article's, by reason."""
    damaged: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    """Records in which a field differs."""
    samples: dict[str, list[tuple[str, Any, Any]]] = field(default_factory=dict)
    """(id, before, after) of the first differences of each field."""
    stopped: str | None = None
    """The signal that ended the work early."""

    @property
    def read(self) -> int:
        """Number of records."""
        return self.unchanged + self.changed + self.refused.total() + self.damaged

    def count(self, outcome: Outcome) -> None:
        """Takes in one record; a damaged or refused one is named on stderr."""
        if outcome.damage:
            self.damaged += 1
            print(shown(f"damaged: {outcome.damage}"), file=sys.stderr)
        elif outcome.refused:
            self.refused[outcome.refused] += 1
            print(shown(f"refused: {outcome.id}: {outcome.refused}"), file=sys.stderr)
        elif outcome.last is None or outcome.anew is None:
            self.unchanged += 1
        else:
            self.changed += 1
            self._compare(outcome.last, outcome.anew)

    def _compare(self, last: Article, anew: Article) -> None:
        for name in differences(anew, last):
            if name in DERIVED:
                continue
            self.fields[name] += 1
            samples = self.samples.setdefault(name, [])
            if len(samples) < SAMPLES:
                samples.append((last.id, getattr(last, name), getattr(anew, name)))

    def verdict(self) -> report.Verdict:
        """The exit code: 7 when anything is damaged, 3 when it was stopped."""
        return report.verdict(self.stats(), "shutdown" if self.stopped else "finished", 1)

    def stats(self) -> dict[str, Any]:
        """The same under the names that a run report is made from."""
        fault = f"{self.damaged} of {self.read} records are damaged, see stderr"
        return {
            "articles/reparsed": self.changed,
            "articles/unchanged": self.unchanged,
            **{f"articles/skipped/{reason}": number for reason, number in self.refused.items()},
            **({"articles/failed/damaged": self.damaged, "storage/fault": fault} if self.damaged else {}),
        }


def look(values: Options, site: Site, cluster: str | None = None) -> Tally:
    """What would change; nothing is written. Raises UsageFault where there is no archive.

    The work is that of a Dask cluster, given by the address of its scheduler, or of this machine.
    """
    stop, tally = Stop(), Tally()
    with _workers(values, cluster) as workers, opened(values.output, values.ledger) as reader:
        for outcomes in _outcomes(workers, reader, site, "", stop):
            for one in outcomes:
                tally.count(one)
    tally.stopped = stop.signal
    return tally


def apply(values: Options, site: Site, cluster: str | None = None) -> tuple[Tally, report.Verdict]:
    """Writes what changes as `reparsed` records, as safely as a crawl does, and a run report; the work as in `look`.

    Raises UsageFault where there is no archive, ArchiveBusy, or StorageFault when nothing more can be written.
    """
    require_archive(values.output, values.ledger)
    stop, started = Stop(), clock.now()
    run_id = new_run_id(started)
    with _workers(values, cluster) as workers:
        archive, tally = archive_of(values, run_id), Tally()
        try:
            with storage_faults():
                archive.open(site.name, values.ledger)
                archive.finish()  # every newest record is in a segment from here on
                outcomes = _outcomes(workers, Reader(archive.root, archive.ledger), site, run_id, stop)
                _write(archive, outcomes, Recorder(archive, site, html_snapshots=False), tally)
            tally.stopped = stop.signal
            verdict = tally.verdict()
            _report(archive, site, started, tally, verdict)
        except JcnewsError as fault:
            with suppress(StorageFault):
                _report(archive, site, started, tally, report.Verdict(fault.exit_code, str(fault)))
            raise
        else:
            return tally, verdict
        finally:
            archive.close()


def _workers(values: Options, cluster: str | None) -> Workers | Cluster:
    return Cluster(cluster, values.output.absolute()) if cluster else Workers()


def _outcomes(
    workers: Workers | Cluster, reader: Reader, site: Site, run_id: str, stop: Stop
) -> Iterator[list[Outcome]]:
    """What becomes of the newest records, in the order of the ledger; what no worker could read is read here."""
    work = partial(read_anew, reader.root.absolute(), site.name, run_id)
    for outcomes in workers.results(work, _batches(reader.ledger, site, stop)):
        yield [outcome(reader, site, run_id, one.place) if one.place else one for one in outcomes]


def _write(archive: Archive, batches: Iterator[Sequence[Outcome]], recorder: Recorder, tally: Tally) -> None:
    for outcomes in batches:
        recorder.learn([one.id for one in outcomes if one.is_unchanged])
        for one in outcomes:
            known = archive.ledger.articles.get(one.id) if one.anew else None
            if known and one.anew:
                recorder.reparse(known, one.anew)
            tally.count(one)
        archive.seal_if_due()
    archive.finish()


def _batches(ledger: Ledger, site: Site, stop: Stop) -> Iterator[list[Place]]:
    """Where the newest records stand, until there is no more or a signal comes."""
    segment_path = cache(ledger.outbox.segment_path)
    known = ledger.recorded.each(Which(site.name, states=("kept",)))  # gone repeats its last content
    while not stop.signal and (batch := list(islice(known, BATCH))):
        yield [
            Place(article.id, segment_path(article.segment), article.offset)
            for article in batch
            if article.segment is not None and article.offset is not None
        ]


def _report(archive: Archive, site: Site, started: float, tally: Tally, verdict: report.Verdict) -> None:
    finished = "shutdown" if tally.stopped else "finished"
    run = report.Run.over(archive.run_id, site.name, {"reparse": "apply"}, started, finished)
    stats = tally.stats()
    archive.write_report(report.build(run, stats, {}, verdict), report.summary(stats))
    logger.info("run %s: %s; exit %d: %s", archive.run_id, report.summary(stats), verdict.exit_code, verdict.why)
