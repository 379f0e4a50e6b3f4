"""A host that several runs ask: no faster than one of them alone would."""

from __future__ import annotations

import random
from collections import deque
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from scrapy import Request
from scrapy.core import downloader
from scrapy.core.downloader import Slot
from twisted.internet.defer import Deferred

from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.engine import _kept_delay
from jcnews_spider.hosts import SharedHost
from tests.crawling import crawl
from tests.postgres import Server
from tests.replica import Plan, Replica
from tests.shared import pace, workers

ONE = "sections=xw/gnxw"


@pytest.mark.parametrize(("delay_s", "answer_s"), [(0.15, 0), (0.05, 0.2)])
def test_four_workers_ask_a_host_no_faster_than_one(
    server: Server, tmp_path: Path, delay_s: float, answer_s: float
) -> None:
    """Whether the delay is what takes longest, or the answer: then one run alone has nothing under way but that."""
    settings: dict[str, Any] = {"DOWNLOAD_DELAY": delay_s, "DOWNLOAD_DELAY_JITTER": 0}
    with Replica(Plan(articles=90, delay_s=answer_s)) as replica:
        seconds = []
        for number in (1, 4):
            since = len(replica.requests)
            with workers(replica, tmp_path / str(number), server.new_address(), **settings) as crowd:
                crowd.begin(number, ONE)
                crowd.end()
            seconds.append(pace(replica, since))
        since = len(replica.requests)
        crawl(replica, tmp_path / "alone", ONE, **settings)
        alone = pace(replica, since)
    print(f"seconds a request: alone {alone:.4f}, one worker {seconds[0]:.4f}, four {seconds[1]:.4f}")
    assert seconds == [pytest.approx(alone, rel=0.1)] * 2


def test_a_turn_and_a_rest_of_a_host_hold_for_every_run(server: Server) -> None:
    ledger = server.new_address()
    with closing(Ledger(ledger)) as one, closing(Ledger(ledger)) as two:
        assert one.paces.take("h", 10) == 0
        assert 9 < two.paces.take("h", 10) <= 10
        assert one.paces.take("other", 0) == 0
        two.paces.rest("h", 60)
        two.paces.rest("h", 30)
        assert 59 < one.paces.take("h", 10) <= 60


class Noted:
    """Turns that have always come; the delays for which they were taken."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    def take(self, host: str, delay_s: float) -> float:
        self.taken.append(delay_s)
        return 0.0

    def rest(self, host: str, seconds: float) -> None: ...


def test_the_next_turn_is_as_far_as_the_last_answer_took_where_a_delay_is_kept_at_all() -> None:
    host = SharedHost("h", paces := Noted())
    for took_s, delay_s in ((0.0, 1.25), (0.4, 1.25), (3.0, 1.25), (3.0, 0.0)):
        host.took_s = took_s
        assert host.turn_s(delay_s) == 0
    assert paces.taken == [1.25, 1.25, 3.0, 0.0]


def test_the_delays_of_turns_are_those_that_scrapy_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """It draws anew when a delay is over, and waits on where that one is longer: 8 % beyond the mean of ± 20 %."""
    random.seed(7)
    slot = Slot(concurrency=1, delay=1.25, jitter=0.2)
    kept = mean(_kept_delay(slot) for _ in range(4000))
    assert kept == pytest.approx(mean(scrapys_delays(slot, 4000, monkeypatch)), rel=0.01)
    assert kept > 1.05 * slot.delay


def scrapys_delays(slot: Slot, number: int, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds between the requests that Scrapy's own downloader begins, by a clock that only its waits move."""
    now, begun, waits = 1000.0, list[float](), list[float]()

    def wait(seconds: float, *_: object) -> bool:
        waits.append(seconds)
        return True

    class Bare(downloader.Downloader):
        def __init__(self) -> None: ...

        def _wait_for_download(self, *_: Any) -> Any: ...

    monkeypatch.setattr(downloader, "monotonic", lambda: now)
    monkeypatch.setattr(downloader, "call_later", wait)
    monkeypatch.setattr(downloader, "_schedule_coro", lambda _: begun.append(now))
    slot.queue = deque([(Request("http://h/"), Deferred())] * (number + 1))
    (bare := Bare())._process_queue(slot)
    while waits:
        now += waits.pop()
        bare._latercall(slot)
    return [later - earlier for earlier, later in pairwise(begun)]
