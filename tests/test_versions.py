"""Edits are seen (DESIGN.md §2.5), and only changes cost (§2.4): real crawls of a site that changes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.archives import flip, lines
from tests.replica import Answer
from tests.story import AGE_S, DAY, HOUR, UNCHANGED, Story, story, without

MANY = {"P": 1, "PARTS": 1}
"""Shapes of articles of one page and of several."""


def with_parts(it: Story) -> list[str]:
    return [gold["id"] for gold in it.replica.gold() if gold["pages"] > 1]


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


def test_an_article_whose_last_record_is_damaged_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    with story(tmp_path, articles=8) as it:
        it.crawl()
        damaged, edited = it.replica.ids()[-2:]
        path, offset, _ = next(line for line in lines(it.output) if line[2]["id"] == damaged)
        flip(path, offset + 60)
        for id_ in (damaged, edited):
            it.replica.edit(id_)
        (news,) = it.replica.publish()
        run = it.crawl("recheck=all", days=0.1, code=7)
    assert it.events() == {edited: ["updated"], news: ["new"]}
    assert run.report["articles"]["failed"] == {"damaged": 1}
    assert run.report["why"].startswith(f"storage failed: {damaged} cannot be compared with its version 1: articles/")
