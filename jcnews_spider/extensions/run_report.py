"""The run report and the exit code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from jcnews_spider import clock, health, report
from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.ledger.due import Scope
from jcnews_spider.article import Article
from jcnews_spider.errors import StorageFault
from jcnews_spider.items import Item, ListPage, Miss
from jcnews_spider.vitals import SHOWN, Vitals


class RunReport:
    """Judges the run when the spider has closed and everything is sealed, and writes runs/<run_id>.json.

    What it came to is left on the spider.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not hasattr(crawler.spider, "archive"):
            raise NotConfigured
        self._crawler = crawler
        self._vitals = Vitals()
        crawler.signals.connect(self._record_kept, signal=signals.item_scraped)
        crawler.signals.connect(self._item_noted, signal=signals.item_dropped)
        crawler.signals.connect(self._spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _record_kept(self, item: Article) -> None:
        if item.event in ("new", "updated"):
            self._vitals.note_record(item)

    def _item_noted(self, item: Item) -> None:
        if isinstance(item, ListPage):
            self._vitals.note_list(item)
        elif isinstance(item, Miss):
            self._vitals.note_miss(item)

    def _spider_closed(self, spider: Any, reason: str) -> None:
        run = report.Run.over(spider.archive.run_id, spider.site.name, spider.job.arguments, spider.started, reason)
        stats: dict[str, Any] = self._crawler.stats.get_stats()
        sections = {walk.path: walk.summary() for walk in spider.lists.walks.values()}
        judged = health.UNJUDGED
        try:
            with storage_faults():
                self._note_due(spider)
                self._note_others(spider)
                judged = self._judge(spider, stats)
        except StorageFault as fault:
            stats.setdefault("storage/fault", str(fault))
        outcome = report.verdict(stats, reason, spider.options.fail_ratio, judged.breaches)
        ended = report.build(run, stats, sections, outcome, judged.breaches)
        try:
            spider.archive.write_report(ended, report.summary(stats), judged)
        except StorageFault as fault:
            ended |= {"exit_code": 7, "why": f"storage failed: {fault}"}
        spider.ended = report.Ended(ended, report.summary(stats))

    def _note_due(self, spider: Any) -> None:
        """Counts what the next run has to ask."""
        scope = Scope(spider.site.name, int(clock.now()), recheck_after_s=spider.options.recheck_days)
        for name, number in spider.archive.ledger.due.numbers(scope).items():
            self._crawler.stats.set_value(f"due/{name}", number)

    def _note_others(self, spider: Any) -> None:
        """Notes that lists came to the runs beside this one, whose share may be one address that fails."""
        if spider.archive.crew and spider.archive.ledger.sections.any_came(spider.site.name, spider.started):
            self._crawler.stats.set_value("run/others_came", 1)

    def _judge(self, spider: Any, stats: dict[str, Any]) -> health.Judgement:
        """The run's numbers beside those of earlier runs; one over chosen articles is never compared with."""
        options, ledger = spider.options, spider.archive.ledger
        for path in report.under(stats, "health/empty_list/"):
            self._vitals.note_empty(path, spider.site.section_url(path))
        pages, size = stats.get("articles/pages", 0), stats.get("articles/bytes", 0)
        measures = list(self._vitals.measures(pages, size, stats.get("articles/unchanged", 0)))
        measures += [*self._bare_lists(spider), *self._silences(spider)]
        if options.health == "learn" and not spider.job.is_chosen:
            return health.Judgement(measures, starts_anew=True)
        if spider.job.is_chosen:
            measures = [measure for measure in measures if measure.is_absolute]
        history = {(m.kind, m.subject): ledger.measures.past(spider.site.name, m.kind, m.subject) for m in measures}
        limits = health.Limits(options.min_coverage, options.min_source, options.max_rise, options.max_drop)
        judged = health.judge(measures, history, limits)
        return health.Judgement(breaches=judged.breaches) if spider.job.is_chosen else judged

    def _bare_lists(self, spider: Any) -> Iterator[health.Measure]:
        """The lists of a site of which none ever showed an article: a login page may stand everywhere."""
        walks = [walk for walk in spider.lists.walks.values() if walk.read_pages]
        known = spider.archive.ledger.sections.all(spider.site.name)
        if walks and not any(walk.found["article"] for walk in walks) and not any(one.has_articles for one in known):
            urls = [spider.site.section_url(walk.path) for walk in walks[:SHOWN]]
            yield health.Measure("bare", "", 0, len(walks), None, tuple(urls))

    def _silences(self, spider: Any) -> Iterator[health.Measure]:
        """How long each section whose list came shows nothing new."""
        site, least = spider.site, spider.options.silent_days
        today = datetime.fromtimestamp(spider.started, clock.SHANGHAI).date()
        for walk in spider.lists.walks.values():
            if walk.read_pages or walk.end == "unchanged":
                days = spider.archive.ledger.sections.days(site.name, walk.path, today, health.REGULAR_DAYS)
                if measure := health.silence(walk.path, site.section_url(walk.path), days, today, least):
                    yield measure
