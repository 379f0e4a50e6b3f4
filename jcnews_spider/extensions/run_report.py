"""The run report and the exit code."""

from __future__ import annotations

import logging
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from jcnews_spider import clock, report
from jcnews_spider.errors import StorageFault

logger = logging.getLogger(__name__)


class RunReport:
    """Judges the run when the spider has closed and everything is sealed, and writes runs/<run_id>.json.

    The verdict is left on the spider.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not hasattr(crawler.spider, "archive"):
            raise NotConfigured
        self._crawler = crawler
        crawler.signals.connect(self._spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _spider_closed(self, spider: Any, reason: str) -> None:
        stats: dict[str, Any] = self._crawler.stats.get_stats()
        outcome = report.verdict(stats, reason, spider.options.fail_ratio)
        run = report.Run(
            run_id=spider.archive.run_id,
            site=spider.site.name,
            arguments=spider.job.arguments,
            started_at=clock.utc(spider.started),
            finished_at=clock.utc(clock.now()),
            finish_reason=reason,
        )
        sections = {walk.path: walk.summary() for walk in spider.lists.walks.values()}
        summary = report.summary(stats)
        try:
            spider.archive.write_report(report.build(run, stats, sections, outcome), summary)
        except StorageFault as fault:
            outcome = report.Verdict(7, f"storage failed: {fault}")
        spider.verdict = outcome
        level = {0: logging.INFO, 3: logging.WARNING}.get(outcome.exit_code, logging.ERROR)
        logger.log(level, "run %s: %s; exit %d: %s", run.run_id, summary, outcome.exit_code, outcome.why)
