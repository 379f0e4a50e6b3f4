"""A run that finds nothing new asks the lists' first pages and what is due, and nothing else (DESIGN.md §2.4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.no_change import FIRST_AT, LATER_S, NoChange, again, due, first_crawl, sections
from tests.replica import Plan, Replica


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
