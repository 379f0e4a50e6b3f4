"""Walks that were cut short are made up for, and -a full=1 reads every list page."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.crawling import start
from tests.replica import Answer
from tests.story import UNCHANGED, Story, listed, story


@pytest.mark.parametrize("answers", [12, 60])
def test_an_interrupted_backfill_goes_on_where_it_was(tmp_path: Path, answers: int) -> None:
    with story(tmp_path, articles=60, page_size=5) as it:
        cut = it.crawl(code=3, CLOSESPIDER_PAGECOUNT=answers)
        done = {name for name, section in cut.report["sections"].items() if section["end"] == "complete"}
        had = {record["id"] for record in it.written}
        it.crawl(days=0.1)
        lists = {listing.path: listing for listing in it.replica.listings()}
        again = {request.url: (request.conditional, request.status) for request in it.asked_lists()}
        assert {again[lists[path].url] for path in done} == UNCHANGED
        assert had | {record["id"] for record in it.written} == set(it.replica.ids())
        assert had & {record["id"] for record in it.written} == set()
        urls = [it.gold(id_)["url"] for id_ in it.replica.ids() if id_ not in had]
        assert sorted(it.asked_articles()) == sorted(urls)
        assert (bool(done), bool(had)) == (True, answers == 60)


@pytest.mark.parametrize("way", ["killed", "stopped"])
def test_news_behind_an_interrupted_walk_of_a_complete_section_are_found(tmp_path: Path, way: str) -> None:
    settings: dict[str, Any] = {"JCNEWS_STOP_AFTER_KNOWN_PAGES": 1}
    with story(tmp_path, articles=60, page_size=3) as it:
        assert it.crawl("sections=xw/jcxw", **settings).report["sections"]["xw/jcxw"]["end"] == "complete"
        news = it.replica.publish(9, section="xw/jcxw")
        if way == "killed":
            kill_at(it, "http://www.jcnews.com.cn/xw/jcxw/index_1.html", **settings)
        else:
            it.crawl("sections=xw/jcxw", days=0.1, code=3, CLOSESPIDER_PAGECOUNT=2, **settings)
        with it.ledger() as ledger:
            assert {ledger.articles.get(id_) is None for id_ in news} == {True, False}
        it.crawl("sections=xw/jcxw", days=0.2, **settings)
        assert it.events() == {id_: ["new"] for id_ in news}


def kill_at(it: Story, url: str, **settings: Any) -> None:
    """A crawl of a section that is killed while it waits for an address."""
    it.plant(url, Answer(200, hang_s=60))
    since = len(it.replica.requests)
    running = start(it.replica, it.output, "sections=xw/jcxw", **settings)
    try:
        while url not in [request.url for request in it.replica.requests[since:]]:
            assert running.poll() is None
            time.sleep(0.02)
    finally:
        running.kill()
        running.communicate()
    it.plant(url, None)


def test_full_reads_every_list_page_and_finds_what_slipped_in_behind(tmp_path: Path) -> None:
    with story(tmp_path, articles=60, page_size=2) as it:
        it.crawl("sections=xw/jcxw")
        slipped = next(gold["id"] for gold in it.replica.gold() if "xw/jcxw" not in listed(gold))
        it.replica.move(slipped, "xw/jcxw")
        (news,) = it.replica.publish(section="xw/jcxw")
        pages = next(listing.pages for listing in it.replica.listings() if listing.path == "xw/jcxw")
        ordinary = it.crawl("sections=xw/jcxw", days=0.1)
        assert it.events() == {news: ["new"]}
        assert len({request.url for request in it.asked_lists()}) < pages
        assert ordinary.report["sections"]["xw/jcxw"]["end"] == "complete"
        it.crawl("sections=xw/jcxw", "full=1", days=0.2)
        assert it.events() == {slipped: ["new"]}
        first, *others = it.asked_lists()
        assert len({request.url for request in it.asked_lists()}) == pages
        assert not any(request.conditional for request in (first, *others[:-1]))
