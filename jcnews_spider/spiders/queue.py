"""The articles that a run has to ask, as the ledger says: a batch at a time, so that memory stays flat."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.archive.ledger.due import Scope
from jcnews_spider.items import MOST_MISSING, answered_rechecks
from jcnews_spider.job import Recheck

if TYPE_CHECKING:
    from jcnews_spider.spiders.trs import TrsSpider

BATCH = 100

SHARED_BATCH = 10
"""The same beside other runs: a death, or an end, leaves little that nobody asks."""

Source = Callable[[Scope, KnownArticle | None, int], list[KnownArticle]]


class Queue:
    """First the articles that were never had, then those due again, then those listed at a second address.

    In the end witnesses: a run whose rechecks are few and missing asks some more known articles, so that a withdrawal
    can be told from an outage.
    """

    def __init__(self, spider: TrsSpider) -> None:
        self._spider = spider
        self._crew = spider.archive.crew
        self._due = spider.archive.ledger.due
        self._has_witnesses = False
        self.begin()

    def begin(self) -> None:
        """From now on gives what is due from the beginning."""
        self._sources: list[Source] = [self._due.waiting, self._due.moved, self._witnesses]
        if self._spider.job.recheck is not Recheck.NONE:
            self._sources.insert(1, self._due.rechecks)
        self._last: KnownArticle | None = None

    def next_batch(self) -> list[KnownArticle]:
        """The next articles, none when nothing is due any more; raises StorageFault."""
        while self._sources:
            batch = self._crew.claimed(partial(self._read, SHARED_BATCH)) if self._crew else self._read(BATCH)
            if batch:
                self._count(batch)
                self._last = batch[-1]
                return batch
            self._sources.pop(0)
            self._last = None
        return []

    def _read(self, limit: int) -> list[KnownArticle]:
        return self._sources[0](self._scope(), self._last, limit)

    def number_due(self) -> int:
        """Articles to be asked from now on, but for witnesses; raises StorageFault."""
        numbers = self._due.numbers(self._scope())
        if self._spider.job.recheck is Recheck.NONE:
            del numbers["rechecks"]
        return sum(numbers.values())

    def _scope(self) -> Scope:
        spider, job = self._spider, self._spider.job
        return Scope(
            site=spider.site.name,
            run_started=spider.started,
            sections=None if job.whole_site else list({**spider.sections, **spider.lists.walks}),
            since=job.since,
            until=job.until,
            ids=[spider.site.article_id(address.docid) for address in job.articles],
            recheck_after_s=None if job.recheck is Recheck.ALL else spider.options.recheck_days,
            member=self._crew.number if self._crew else 0,
            run_id=spider.archive.run_id,
        )

    def _count(self, batch: list[KnownArticle]) -> None:
        """Counts the rechecks: a gone article that is still gone says nothing of an outage."""
        if self._sources[0] != self._due.waiting and self._sources[0] != self._due.moved:
            asked = sum(known.state == "kept" for known in batch)
            self._spider.crawler.stats.inc_value("rechecks/asked", asked)

    def _witnesses(self, scope: Scope, _after: KnownArticle | None, _limit: int) -> list[KnownArticle]:
        """As many, once, as it takes for what is missing to be a small share of what was asked."""
        stats: Any = self._spider.crawler.stats
        missing, answered = stats.get_value("rechecks/missing", 0), answered_rechecks(stats.get_stats())
        needed = math.ceil(missing / MOST_MISSING) - answered
        is_decided = self._has_witnesses or needed <= 0
        articles = self._spider.archive.ledger.articles
        if is_decided or not articles.missing_for(scope.site, scope.run_started, self._spider.gone_after_s):
            return []
        self._has_witnesses = True
        return self._due.witnesses(scope, needed)
