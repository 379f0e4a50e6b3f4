"""One run: the lock, the crawl, the verdict."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import SETTINGS_PRIORITIES, Settings
from scrapy.utils.ossignal import install_shutdown_handlers, signal_names

from jcnews_spider import clock, metrics, options, report
from jcnews_spider.access import archive_of
from jcnews_spider.alerts import Herald
from jcnews_spider.archive import LEDGER, Archive, SharedArchive, new_run_id
from jcnews_spider.archive.warc.writer import WarcPlan
from jcnews_spider.engine import Crawler
from jcnews_spider.errors import ArchiveBusy, JcnewsError, StartFault, Stopped, StorageFault
from jcnews_spider.fetching import agent
from jcnews_spider.health import told
from jcnews_spider.job import Job
from jcnews_spider.trs.site import Site

logger = logging.getLogger(__name__)


def run(process: AsyncCrawlerProcess, site: Site, job: Job) -> int:
    """Crawls, tells who wants to know how it ended, and gives the exit code of DESIGN.md §1.3.

    Raises UsageFault, ArchiveBusy or StorageFault before the first request; whatever happens with the lock held ends
    in a run report.
    """
    values = options.checked(process.settings, os.environ)
    herald = Herald(values.webhook_url, always=values.alert == "always")
    install_shutdown_handlers(_stop_before_the_start)
    started = clock.now()
    run_id = new_run_id(started)
    try:
        ended = _crawl(process, site, job, values, run_id, started)
    except JcnewsError as fault:
        ended = _ended_by(fault, run_id, site, job, started)
        _tell(ended, values, herald)
        raise
    _tell(ended, values, herald)
    return ended.exit_code


def _tell(ended: report.Ended, values: options.Options, herald: Herald) -> None:
    """Brings the end of a run to the log, to Prometheus and to those who are to be alerted."""
    run = ended.report
    code, report_path = ended.exit_code, values.output / "runs" / f"{run['run_id']}.json"
    if code != ArchiveBusy.exit_code:  # else the file is that of the run that holds the archive
        metrics.write(values.metrics or report_path.with_name(f"{run['site']}.prom"), metrics.lines(run))
    for breach in run["health"]:
        logger.error("health: %s", told(breach))
    if run["finish_reason"]:
        level = {0: logging.INFO, 3: logging.WARNING}.get(code, logging.ERROR)
        logger.log(level, "run %s: %s; exit %d: %s", run["run_id"], ended.summary, code, run["why"])
    herald.tell(ended, report_path)


def _crawl(
    process: AsyncCrawlerProcess, site: Site, job: Job, values: options.Options, run_id: str, started: float
) -> report.Ended:
    """The crawl in its archive, which is given back at the end."""
    process.settings.set("USER_AGENT", agent(process.settings, values), priority="cmdline")
    warc = WarcPlan(values.warc_mb * 1_000_000, _warc_facts(process.settings, values)) if values.warc else None
    archive = archive_of(values, run_id, warc, SharedArchive if values.ledger else Archive)
    if (process.settings.getpriority("LOG_LEVEL") or 0) < SETTINGS_PRIORITIES["cmdline"]:
        logging.getLogger("scrapy").setLevel(logging.WARNING)  # of its sixty lines a run none is for people
    try:
        _begin_in_a_later_second(archive.root, values.ledger)
        archive.open(site.name, values.ledger)
        archive.follow(site.name, site.root, site.hosts)
        crawler = Crawler(process.spider_loader.load(site.name), process.settings)
        process.crawl(crawler, job=job, archive=archive, options=values)
        _stop_on_signals(process)
        _collect_less_often()
        process.start(install_signal_handlers=False)
        ended: report.Ended | None = getattr(crawler.spider, "ended", None)
        if ended is None:
            raise StartFault("the crawl could not be started, see the log")
    except JcnewsError as fault:
        faulty = _ended_by(fault, run_id, site, job, started)
        with suppress(StorageFault):
            archive.write_report(dict(faulty.report), faulty.summary)
        raise
    else:
        return ended
    finally:
        archive.close()


def _collect_less_often() -> None:
    """Lets the garbage collector leave alone what stands by now, and look at the rest less often.

    A page makes thousands of values and few circles: 0.95 × the time, and 2 MB more memory (measured).
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def _begin_in_a_later_second(root: Path, server: str) -> None:
    """Waits where the ledger was written in this very second: its times are whole ones, and tell runs apart.

    One on a server may have been, nobody knows.
    """
    newest = max((path.stat().st_mtime for path in root.glob(f"{LEDGER}*")), default=0)
    moment = time.time()
    if server or int(newest) == int(moment):
        time.sleep(int(moment) + 1 - moment)


def _stop_before_the_start(signum: int, _: object) -> NoReturn:
    """Ends a run that has not yet begun to crawl."""
    raise Stopped(f"stopped early: {signal_names[signum]}")


def _stop_on_signals(process: AsyncCrawlerProcess) -> None:
    """From now on a first signal ends the crawl and a second one the process.

    Scrapy's own handlers come late, and two signals at once made the run say that it could not be started.
    """
    loop = asyncio.get_event_loop()

    def stop(name: str) -> None:
        logger.info("%s: the run stops in a few seconds; a second signal kills it", name)
        asyncio.run_coroutine_threadsafe(process.stop(), loop)

    def take(signum: int, _: object) -> None:
        install_shutdown_handlers(signal.SIG_DFL)
        loop.call_soon_threadsafe(stop, signal_names[signum])

    install_shutdown_handlers(take)


def _ended_by(fault: JcnewsError, run_id: str, site: Site, job: Job, started: float) -> report.Ended:
    """A run that ended before its spider had opened."""
    run = report.Run.over(run_id, site.name, job.arguments, started, None)
    verdict = report.Verdict(fault.exit_code, str(fault))
    return report.Ended(report.build(run, {}, {}, verdict), "nothing was asked")


def _warc_facts(settings: Settings, values: options.Options) -> dict[str, str]:
    """What the warcinfo record says; names as in ISO 28500 and DCMI."""
    return {
        "software": ", ".join(f"{name}/{version}" for name, version in report.versions().items()),
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
        "http-header-user-agent": settings["USER_AGENT"],
        "operator": values.contact,
        "description": "header names normalised, reason phrase reconstructed, transfer encoding undone",
    }
