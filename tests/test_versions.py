"""Edits are seen (DESIGN.md §2.5), and only changes cost (§2.4): real crawls of a site that changes."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.crawling import start
from tests.replica import Answer
from tests.story import AGE_S, DAY, HOUR, Story, story

MANY = {"P": 1, "PARTS": 1}
"""Shapes of articles of one page and of several."""

UNCHANGED = {(True, 304)}
"""Asked conditionally and not modified."""

NOT_FOUND = Answer(404, body=b"<h1>404 Not Found</h1>")


def without(record: dict[str, Any], names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in names.split()}


def with_parts(it: Story) -> list[str]:
    return [gold["id"] for gold in it.replica.gold() if gold["pages"] > 1]


# ---- when an article is asked again


def test_articles_are_asked_again_1_3_and_7_days_after_publication_every_part_and_nothing_else(tmp_path: Path) -> None:
    with story(tmp_path, articles=20, weights=MANY) as it:
        it.crawl()
        gold = {g["id"]: g for g in it.replica.gold()}
        born = {id_: datetime.fromisoformat(g["published_at"]).timestamp() for id_, g in gold.items()}
        began, last, ages = born[it.replica.ids()[-1]] + AGE_S, 0.0, {}
        for days in (0.5, 1.0, 3.0, 3.5, 30.0, 31.0):
            it.crawl(days=days)
            due = {
                id_: due for id_, at in born.items()
                if (due := [age for age in (1, 3, 7) if last < (at - began) / DAY + age <= days])
            }  # fmt: skip
            ages[days] = sorted(due.values())
            assert sorted(it.asked_articles()) == sorted(url for id_ in due for url in it.parts(id_))
            assert {(request.conditional, request.status) for request in it.asked if "/t20" in request.url} <= UNCHANGED
            lists = {request.url: (request.conditional, request.status) for request in it.asked_lists()}
            assert len(lists) == len(it.asked_lists())
            assert lists.keys() == {listing.url for listing in it.replica.listings()}
            assert {lists[listing.url] for listing in it.replica.listings() if listing.articles} == UNCHANGED
            assert it.written == []
            last = days
    assert ages == {0.5: [], 1.0: [[1]], 3.0: [[3], [7]], 3.5: [[7]], 30.0: [[7]], 31.0: []}


def test_rechecks_can_be_left_out_asked_for_and_set(tmp_path: Path) -> None:
    with story(tmp_path, articles=4) as it:
        it.crawl()
        *_, newest = urls = [it.gold(id_)["url"] for id_ in it.replica.ids()]
        asked = []
        for days, recheck, ages in (
            (1.0, "none", "1,3,7"),
            (1.1, "auto", "1,3,7"),
            (1.2, "all", "1,3,7"),
            (2.0, "auto", "2"),
            (9.0, "auto", ""),
        ):
            it.crawl(f"recheck={recheck}", days=days, JCNEWS_RECHECK_DAYS=ages)
            asked.append(sorted(it.asked_articles()))
            assert all(request.conditional for request in it.asked if "/t20" in request.url)
    assert asked == [[], [newest], sorted(urls), [newest], []]


# ---- what is a new version


def test_a_changed_text_is_a_new_version_and_new_bytes_alone_are_none(tmp_path: Path) -> None:
    with story(tmp_path, articles=10, weights=MANY) as it:
        it.crawl()
        several, *_ = with_parts(it)
        plain, same, *_ = [id_ for id_ in it.replica.ids() if it.gold(id_)["pages"] == 1]
        it.replica.edit(several)
        it.replica.edit(plain)
        it.replica.republish(same)
        run = it.crawl("recheck=all", days=1)
        assert it.events() == {several: ["updated"], plain: ["updated"]}
        assert (run.report["articles"]["updated"], run.report["articles"]["unchanged"]) == (2, 8)
        it.crawl("recheck=all", days=2)
        assert ({request.status for request in it.asked if "/t20" in request.url}, it.written) == ({304}, [])
        it.replica.edit(plain)
        it.replica.revert(several)
        it.crawl("recheck=all", days=3)
        assert it.events() == {several: ["updated"], plain: ["updated"]}
        it.check_manifest()
        assert {id_: it.past(id_) for id_ in it.replica.ids()} == {id_: it.gold_past(id_) for id_ in it.replica.ids()}
        first, edited, back = it.chain(several)
        assert (back["content_hash"], back["previous_hash"]) == (first["content_hash"], edited["content_hash"])
        assert first["first_seen_at"] == back["first_seen_at"] < edited["fetched_at"] < back["fetched_at"]
        stem = first["snapshot"]["html"].removesuffix(".html")
        assert [edited["snapshot"]["html"], back["snapshot"]["html"]] == [f"{stem}.v2.html", f"{stem}.v3.html"]
        assert len({record["title"] for record in it.chain(plain)}) == 2


def test_a_change_of_a_further_page_alone_is_seen(tmp_path: Path) -> None:
    with story(tmp_path, articles=2, weights={"PARTS": 1}) as it:
        it.crawl()
        id_ = it.replica.ids()[-1]
        first, second, *_ = it.parts(id_)
        gold, body = it.gold(id_), it.served(second)
        line = next(line for line in gold["text"].split("\n\n") if line.encode(gold["encoding"]) in body)
        edited = body.replace(line.encode(gold["encoding"]), (line + "更正。").encode(gold["encoding"]))
        seen: list[tuple[dict[str, int], list[int], dict[str, list[str]]]] = []
        for answer in (
            Answer(500),
            Answer(200, {"Content-Type": "text/html", "ETag": '"1"'}, body + b"<!-- built anew -->"),
            Answer(200, {"Content-Type": "text/html", "ETag": '"2"'}, edited),
        ):
            it.plant(second, answer)
            run = it.crawl("recheck=all", days=len(seen) + 1)
            statuses = [request.status for request in it.asked if request.url == first]
            seen.append((run.report["articles"]["failed"], statuses, it.events()))
        assert seen == [
            ({"part_http_500": 1}, [304, 200], {}),
            ({}, [304, 200], {}),
            ({}, [304, 200], {id_: ["updated"]}),
        ]
        old, new = (record["text"] for record in it.chain(id_))
        assert (old, new) == (gold["text"], gold["text"].replace(line, line + "更正。"))


def test_what_another_parser_sees_is_no_edit(tmp_path: Path) -> None:
    with story(tmp_path, articles=10, weights=MANY) as it:
        it.crawl()
        sourced = [gold["id"] for gold in it.replica.gold() if gold["source"]]
        same, edited, untouched = [id_ for id_ in sourced if id_ in with_parts(it)][:3]
        it.replica.republish(same)
        it.replica.edit(edited)
        it.crawl("recheck=all", days=1, shim=["--parser", "9"])
        assert it.events() == {edited: ["updated"]}
        it.replica.republish(same)
        it.replica.edit(edited)
        run = it.crawl("recheck=all", days=2, shim=["--parser", "10", "--drop-source"])
        assert it.events() == {same: ["reparsed"], edited: ["reparsed", "updated"]}
        assert (run.report["articles"]["reparsed"], run.report["articles"]["updated"]) == (2, 1)
        it.replica.republish(same)
        it.crawl("recheck=all", days=3, shim=["--parser", "10", "--drop-source"])
        assert it.events() == {}
        it.check_manifest()
        new, anew = it.chain(same)
        changing = "version event source rights content_hash previous_hash crawl"
        assert without(anew, changing) == without(new, changing)
        assert (new["source"] is None, anew["source"]) == (False, None)
        assert [record["crawl"]["parser_version"] for record in (new, anew)] == [new["crawl"]["parser_version"], "10"]
        _, before, anew, after = it.chain(edited)
        assert (anew["text"], anew["source"], anew["snapshot"]) == (before["text"], None, before["snapshot"])
        assert after["text"] == it.gold(edited)["text"] != before["text"]
        assert len(it.chain(untouched)) == 1


# ---- gone and back


def test_what_is_missing_twice_a_day_apart_is_gone_and_back_again_is_updated(tmp_path: Path) -> None:
    with story(tmp_path, articles=8) as it:
        (id_,) = it.replica.publish(section="xw/jcxw")
        url = it.gold(id_)["url"]
        it.crawl()
        it.replica.withdraw(id_)
        seen = []
        for days in (1.0, 1.0 + HOUR, 2.1, 2.5):
            run = it.crawl(days=days)
            seen.append((it.asked_articles().count(url), run.report["rechecks"]["missing"], it.events()))
            assert run.report["articles"]["failed"] == {}
        assert seen == [(1, 1, {}), (1, 1, {}), (1, 1, {id_: ["gone"]}), (0, 0, {})]
        it.replica.restore(id_)
        it.crawl(days=2.6)
        assert it.events() == {id_: ["updated"]}
        new, gone, back = it.chain(id_)
        changing = "version event previous_hash fetched_at crawl"
        assert without(gone, changing) == without(new, changing)
        assert (gone["crawl"]["status"], gone["crawl"]["parser_version"]) == (404, new["crawl"]["parser_version"])
        assert (back["content_hash"], back["previous_hash"]) == (new["content_hash"], gone["content_hash"])
        assert it.past(id_) == it.gold_past(id_)
        it.check_manifest()


def test_404_410_and_soft_404_count_alike_and_recheck_all_waives_the_wait(tmp_path: Path) -> None:
    with story(tmp_path, articles=16, soft_404=True) as it:
        it.replica.publish(section="xw/jcxw")
        it.crawl()
        absent, removed, broken, *_, soft = it.replica.ids()
        it.plant(it.gold(absent)["url"], NOT_FOUND)
        it.plant(it.gold(removed)["url"], Answer(410))
        it.plant(it.gold(broken)["url"], Answer(500))
        it.replica.withdraw(soft)
        once = it.crawl("recheck=all", days=0.1)
        assert (once.report["rechecks"]["missing"], it.events()) == (3, {})
        it.crawl("recheck=all", days=0.2)
        assert it.events() == {absent: ["gone"], removed: ["gone"], soft: ["gone"]}
        assert [it.chain(id_)[-1]["crawl"]["status"] for id_ in (absent, removed, soft)] == [404, 410, 200]
        it.faults.clear()
        it.replica.restore(soft)
        it.crawl("recheck=all", days=0.3)
        assert it.events() == {absent: ["updated"], removed: ["updated"], soft: ["updated"]}


def notice(words: str) -> Answer:
    """A page of a site that says something in an article's place."""
    page = f"<title>提示信息</title><a href='/'>首页</a><h1>提示信息</h1><p>{words}</p>"
    return Answer(body=f"<html><meta charset=utf-8>{page}</html>".encode())


def test_what_leads_home_or_says_that_it_is_gone_is_missing_though_no_other_address_does(tmp_path: Path) -> None:
    with story(tmp_path, articles=20) as it:
        it.crawl()
        home, stub, said, repair, other, *_ = it.replica.ids()
        it.plant(it.gold(home)["url"], Answer(302, {"Location": "http://www.jcnews.com.cn/index.html"}))
        it.plant(it.gold(stub)["url"], Answer(body=b'<meta http-equiv="refresh" content="3;url=/"><p>404</p>'))
        it.plant(it.gold(said)["url"], notice("您访问的文章不存在或已被删除，请返回首页。"))
        it.plant(it.gold(repair)["url"], notice("系统正在维护，暂时无法访问，请稍后再来。"))
        it.plant(it.gold(other)["url"], Answer(302, {"Location": "http://www.jcnews.com.cn/xw/jcxw/"}))
        for days in (0.1, 0.2):
            run = it.crawl("recheck=all", days=days)
            assert (run.report["rechecks"]["missing"], run.report["articles"]["failed"].get("redirected")) == (3, 1)
        assert it.events() == {home: ["gone"], stub: ["gone"], said: ["gone"]}
        it.faults.clear()
        it.crawl("recheck=all", days=0.3)
        assert it.events() == {home: ["updated"], stub: ["updated"], said: ["updated"]}


def test_an_article_that_came_back_in_between_is_missing_anew(tmp_path: Path) -> None:
    with story(tmp_path, articles=8) as it:
        it.crawl()
        url = it.gold(id_ := it.replica.ids()[-1])["url"]
        for days, is_missing in ((1.0, True), (1.5, False), (3.0, True), (3.2, True)):
            it.plant(url, NOT_FOUND if is_missing else None)
            run = it.crawl(days=days)
            assert (it.asked_articles().count(url), run.report["rechecks"]["missing"]) == (1, is_missing)
            assert it.events() == {}
        it.crawl(days=3.3, JCNEWS_GONE_AFTER="6h")
        assert it.events() == {id_: ["gone"]}


def test_an_outage_makes_nothing_gone(tmp_path: Path) -> None:
    with story(tmp_path, articles=20) as it:
        it.crawl()
        urls = {id_: it.gold(id_)["url"] for id_ in it.replica.ids()}
        for days in (0.1, 0.2):
            for url in list(urls.values())[:5]:
                it.plant(url, NOT_FOUND)
            run = it.crawl("recheck=all", days=days)
            assert (run.report["rechecks"], it.events()) == (
                {"asked": 20, "failed": 0, "missing": 5, "still_gone": 0},
                {},
            )
        back, *lost = list(urls)[:5]
        it.plant(urls[back], None)
        it.crawl("recheck=all", days=0.3)
        assert it.events() == {id_: ["gone"] for id_ in lost}  # 4 of 20 are not more than 20 %


def test_an_outage_is_told_from_a_withdrawal_where_hardly_anything_is_due(tmp_path: Path) -> None:
    with story(tmp_path, articles=8) as it:
        it.crawl()
        urls = {id_: it.gold(id_)["url"] for id_ in it.replica.ids()}
        id_ = it.replica.ids()[-1]
        for url in urls.values():
            it.plant(url, NOT_FOUND)
        it.crawl(days=1.0, JCNEWS_RECHECK_DAYS=1)
        assert it.asked_articles() == [urls[id_]]
        run = it.crawl(days=2.5, JCNEWS_RECHECK_DAYS=1)
        assert run.report["rechecks"] == {"asked": 5, "failed": 0, "missing": 5, "still_gone": 0}
        assert it.events() == {}
        for other in urls.keys() - {id_}:
            it.plant(urls[other], None)
        it.crawl(days=3.5, JCNEWS_RECHECK_DAYS=1)
        assert it.events() == {id_: ["gone"]}


# ---- addresses


def sections_of(record: dict[str, Any]) -> list[str]:
    return [section["url"].split("/", 3)[3].strip("/") for section in record["sections"]]


def test_a_moved_article_keeps_its_id_and_is_asked_at_its_new_address(tmp_path: Path) -> None:
    with story(tmp_path, articles=8) as it:
        moved, edited = it.replica.publish(2, section="xw/jcxw")
        it.crawl()
        old = {id_: it.gold(id_)["url"] for id_ in (moved, edited)}
        new = {id_: it.replica.move(id_, "xw/gnxw") for id_ in old}
        it.replica.edit(edited)
        it.crawl(days=0.1)
        assert sorted(it.asked_articles()) == sorted(new.values())
        assert it.events() == {edited: ["updated"]}
        it.replica.edit(moved)
        it.crawl("recheck=all", days=0.2)
        assert set(it.asked_articles()) & {*old.values(), *new.values()} == set(new.values())
        assert it.events() == {moved: ["updated"]}
        for id_ in (moved, edited):
            first, second = it.chain(id_)
            assert (first["url"], second["url"]) == (old[id_], new[id_])
            assert second["snapshot"]["html"].startswith("html/jcnews/xw/gnxw/")
            assert sections_of(second) == ["xw/gnxw", "xw", "xw/jcxw"]
        it.check_manifest()


def test_an_article_is_not_gone_while_a_list_shows_it_where_it_is(tmp_path: Path) -> None:
    with story(tmp_path, articles=8) as it:
        (id_,) = it.replica.publish(section="xw/jcxw")
        it.crawl()
        old, new = it.gold(id_)["url"], it.replica.move(id_, "xw/gnxw")
        it.plant(old, NOT_FOUND)
        run = it.crawl("recheck=all", days=0.1)
        assert (run.report["rechecks"]["missing"], it.asked_articles().count(new)) == (1, 1)
        it.crawl("recheck=all", days=0.2)
        assert (it.asked_articles().count(old), it.asked_articles().count(new), it.events()) == (0, 1, {})
        it.replica.move(id_, "xw/jcxw")
        it.plant(old, None)
        it.plant(new, NOT_FOUND)
        it.crawl("recheck=all", days=0.3)
        it.replica.edit(id_)
        it.crawl("recheck=all", days=0.4)
        assert it.events() == {id_: ["updated"]}
        assert [record["url"] for record in it.chain(id_)] == [old, old]


@pytest.mark.parametrize("is_split_before", [True, False])
def test_two_addresses_of_a_docid_that_differ_give_two_versions_once(tmp_path: Path, is_split_before: bool) -> None:
    with story(tmp_path, articles=8) as it:
        (id_,) = it.replica.publish(section="xw/jcxw")
        first = it.gold(id_)
        if is_split_before:
            it.replica.split(id_, "xw/gnxw")
            it.crawl()
            assert it.events()[id_] == ["new", "updated"]
        else:
            it.crawl()
            it.replica.split(id_, "xw/gnxw")
            it.crawl(days=0.1)
            assert it.events() == {id_: ["updated"]}
        second = [gold for gold in it.replica.gold() if gold["id"] == id_][1]
        it.crawl("recheck=all", "full=1", days=0.2)
        assert it.events() == {}
        assert [url for url in it.asked_articles() if url in (first["url"], second["url"])] == [second["url"]]
        found = [(record["url"], record["text"]) for record in it.chain(id_)]
        assert sorted(found) == sorted((gold["url"], gold["text"]) for gold in (first, second))
        assert set(sections_of(it.chain(id_)[-1])) >= {"xw/jcxw", "xw/gnxw"}


def test_a_list_that_shows_an_article_later_stands_in_its_next_version(tmp_path: Path) -> None:
    with story(tmp_path, articles=40) as it:
        gold = next(gold for gold in it.replica.gold() if "xw/jcxw" in listed(gold) and listed(gold)[0] != "xw/jcxw")
        id_, own = gold["id"], listed(gold)[0]
        it.crawl(f"sections={own}")
        assert sections_of(it.chain(id_)[0]) == [own]
        it.crawl("sections=xw/jcxw", days=0.1)
        assert (id_ in it.events(), gold["url"] in it.asked_articles()) == (False, False)
        with it.ledger() as ledger:
            assert [path for path, _ in ledger.sections.showing(id_)] == [own, "xw/jcxw"]
        it.replica.edit(id_)
        it.crawl(f"sections={own}", "recheck=all", days=0.2)
        assert it.events() == {id_: ["updated"]}
        assert sections_of(it.chain(id_)[-1]) == [own, "xw/jcxw"]


def listed(gold: dict[str, Any]) -> list[str]:
    return [url.split("/", 3)[3].strip("/") for url in gold["shown_in"]]


# ---- walks


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


def test_a_relaunch_at_other_addresses_is_followed_to_the_end_of_a_complete_list(tmp_path: Path) -> None:
    with story(tmp_path, articles=60, page_size=2) as it:
        it.crawl("sections=xw/jcxw")
        with closing(sqlite3.connect(it.output / "state.sqlite3")) as ledger, ledger:
            ledger.execute("UPDATE articles SET url = replace(url, '.html', '.htm')")  # where nothing is any more
            ledger.execute("DELETE FROM addresses")
        walks = []
        for days in (0.1, 0.2):
            (news,) = it.replica.publish(section="xw/jcxw")
            pages = next(listing.pages for listing in it.replica.listings() if listing.path == "xw/jcxw")
            run = it.crawl("sections=xw/jcxw", "recheck=all", days=days)
            assert it.events() == {news: ["new"]}
            walk = run.report["sections"]["xw/jcxw"]
            walks.append((walk["pages"] == pages, walk["new"], walk["end"], run.report["rechecks"]["missing"] == 0))
        assert walks == [(True, 1, "complete", False), (False, 1, "complete", True)]


def test_a_site_that_moved_to_another_host_is_asked_there_and_nothing_twice(tmp_path: Path) -> None:
    with story(tmp_path, articles=8) as it:
        moved, edited = it.replica.publish(2, section="xw/jcxw")
        it.crawl()
        it.replica.move(moved, "xw/gnxw")
        it.crawl(days=0.1)
        urls = {it.gold(id_)["url"] for id_ in it.replica.ids()}
        with closing(sqlite3.connect(it.output / "state.sqlite3")) as ledger, ledger:
            for table in ("articles", "addresses"):
                ledger.execute(f"UPDATE {table} SET url = replace(url, 'http://www.', 'https://')")
        (news,) = it.replica.publish(section="xw/jcxw")
        it.replica.edit(edited)
        run = it.crawl("recheck=all", "full=1", days=0.2)
        assert (it.events(), "the site has moved" in run.stderr) == ({news: ["new"], edited: ["updated"]}, True)
        assert sorted(it.asked_articles()) == sorted({*urls, it.gold(news)["url"]})
        run = it.crawl("recheck=all", "full=1", days=0.3)
        assert (it.events(), "the site has moved" in run.stderr) == ({}, False)
        assert sorted(it.asked_articles()) == sorted({*urls, it.gold(news)["url"]})


# ---- retries


def test_what_gave_nothing_is_asked_at_the_next_run_and_then_after_1_h_6_h_1_d_and_7_d(tmp_path: Path) -> None:
    with story(tmp_path, articles=6, weights={"P": 5, "EMPTY": 1}) as it:
        empty = next(gold["url"] for gold in it.replica.gold() if gold["expect"] == "no_body")
        id_ = it.replica.ids()[0]
        failing = it.gold(id_)["url"]
        it.plant(failing, Answer(500))
        asked = {}
        for hours in (0, 0.1, 1.05, 1.25, 7.1, 7.4, 31.5, 198.5, 199.6):
            if hours > 199:
                it.plant(failing, None)
            it.crawl("recheck=none", days=hours * HOUR)
            asked[hours] = (failing in it.asked_articles(), empty in it.asked_articles())
        assert it.events() == {id_: ["new"]}
    failed_at = [hours for hours, (is_asked, _) in asked.items() if is_asked]
    skipped_at = [hours for hours, (_, is_asked) in asked.items() if is_asked]
    assert failed_at == [0, 0.1, 1.25, 7.4, 31.5, 199.6]
    assert skipped_at == [0, 1.05, 7.1, 31.5, 199.6]  # what is no failure is not asked by the very next run
