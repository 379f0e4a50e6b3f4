"""A run that finds nothing new asks the lists' first pages and what is due, and nothing else (DESIGN.md §2.4).

The replica is crawled twice at once, and a third time two days later by the run's clock, when rechecks are due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from jcnews_spider import clock
from jcnews_spider.sites import SITES
from tests.crawling import Run, crawl
from tests.replica import Answer, Logged, Plan, Replica
from tests.replica.plan import NEWEST_AT
from tests.story import story

AGES_S = tuple(days * 86_400 for days in (1, 3, 7))
FIRST_AT = NEWEST_AT + 6 * 3600
"""UTC seconds at which the first crawl believes to run; the newest documents are some hours old."""

LATER_S = 2 * 86_400


@dataclass(frozen=True, slots=True)
class NoChange:
    """A run over a site that has not changed."""

    run: Run
    requests: list[Logged]
    segments: int
    """That it made."""

    def asked(self) -> tuple[list[str], list[str]]:
        """(addresses of lists and robots.txt, addresses of articles), in the order in which they were asked."""
        urls = [request.url for request in self.requests]
        return [url for url in urls if "/t20" not in url], [url for url in urls if "/t20" in url]


def first_crawl(replica: Replica, output: Path) -> Run:
    """A whole crawl that believes to run at FIRST_AT."""
    return crawl(replica, output, timeout=1800, shim=_clock(FIRST_AT))


def again(replica: Replica, output: Path, at: float) -> NoChange:
    """Another crawl, that believes to run at a time in UTC seconds."""
    before, segments = len(replica.requests), _segments(output)
    run = crawl(replica, output, timeout=1800, shim=_clock(at))
    return NoChange(run, replica.requests[before:], _segments(output) - segments)


def due(gold: Iterable[Mapping[str, Any]], checked: float, now: float) -> int:
    """Number of article pages due at a time, of a site that was crawled whole at an earlier one.

    Articles at an age of AGES_S that lies between, each of their pages; stubs and pages without a body once, for
    their first retry comes after an hour.
    """
    pages = 0
    for record in gold:
        if not record["listed"]:
            continue
        if record["expect"] != "article":
            pages += now - checked >= 3600
            continue
        published = _published(record)
        if any(checked - published < age <= now - published for age in AGES_S):
            pages += record["pages"]
    return pages


def sections() -> int:
    """Number of list pages that a run without news asks."""
    return len(SITES["jcnews"].sections)


def _published(record: Mapping[str, Any]) -> int:
    """UTC seconds; without a date, the beginning of the day in the address."""
    name = record["url"].rpartition("/t")[2]
    return clock.seconds_of(record["published_at"] or str(datetime.strptime(name[:8], "%Y%m%d").date()))  # noqa: DTZ007


def _clock(at: float) -> list[str]:
    """The twist that lets a run believe that it is a time, in UTC seconds, and stays so, however long it takes."""
    return [f"--at={at:.0f}"]


def _segments(output: Path) -> int:
    return len(list(output.glob("articles/*.jsonl")))


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(Plan(articles=300)) as running:
        yield running


@pytest.fixture(scope="module")
def runs(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> tuple[NoChange, NoChange]:
    """After a whole crawl: a run in the same hour, and one two days later."""
    output = tmp_path_factory.mktemp("no_change") / "output"
    assert first_crawl(replica, output).code == 0
    return again(replica, output, FIRST_AT + 600), again(replica, output, FIRST_AT + LATER_S)


def test_a_run_at_once_asks_the_first_page_of_each_list(replica: Replica, runs: tuple[NoChange, NoChange]) -> None:
    lists, articles = runs[0].asked()
    wanted = {"http://www.jcnews.com.cn/robots.txt", *(listing.url for listing in replica.listings())}
    assert sections() == len(replica.listings())
    assert (sorted(lists), articles) == (sorted(wanted), [])


def test_a_later_run_asks_the_pages_that_are_due_too(replica: Replica, runs: tuple[NoChange, NoChange]) -> None:
    lists, articles = runs[1].asked()
    wanted = due(replica.gold(), FIRST_AT, FIRST_AT + LATER_S)
    assert runs[1].run.report["rechecks"]["asked"] > 10
    assert (len(lists), len(articles), len(set(articles))) == (1 + sections(), wanted, wanted)


def test_what_is_known_is_asked_conditionally_and_nothing_is_written(runs: tuple[NoChange, NoChange]) -> None:
    for found in runs:
        sent_whole = [request.url for request in found.requests if request.status == 200 and request.conditional]
        assert (found.run.code, sent_whole, found.segments) == (0, [], 0)
        assert found.run.report["articles"]["new"] == found.run.report["articles"]["updated"] == 0


@pytest.mark.parametrize(
    ("answer", "end"),
    [(Answer(404), "http_404"), (Answer(body="<html><body><h1>页面不存在</h1></body></html>".encode()), "empty_page")],
    ids=["404", "empty"],
)
def test_a_page_that_the_pager_promises_in_vain_ends_the_second_walk(tmp_path: Path, answer: Answer, end: str) -> None:
    """Its pager says two pages for good; at once after the first walk the second page may be about to be published."""
    with story(tmp_path, articles=60, weights={"P": 1}) as news:
        news.faults["/xw/jcxw/index_1.html"] = answer
        minutes = (0, 5, 20, 40)
        walks = [news.crawl("sections=xw/jcxw", days=at / 1440).report["sections"]["xw/jcxw"] for at in minutes]
    assert [walk["end"] for walk in walks] == [end, end, "complete", "unchanged"]
