"""Articles, sections and whole sites that move keep their identity: real crawls of a site that changes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.story import NOT_FOUND, listed, story


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
