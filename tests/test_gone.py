"""Withdrawals are seen, and told from outages (DESIGN.md §2.5): real crawls of a site that loses pages."""

from __future__ import annotations

from pathlib import Path

from tests.replica import Answer
from tests.story import HOUR, NOT_FOUND, story, without


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


def test_the_304_of_a_page_to_which_a_withdrawn_one_leads_is_no_word_on_it(tmp_path: Path) -> None:
    with story(tmp_path, articles=8) as it:
        it.crawl()
        id_ = it.replica.ids()[-1]
        it.plant(it.gold(id_)["url"], Answer(302, {"Location": "/gone.html"}))
        it.plant("http://www.jcnews.com.cn/gone.html", Answer(304))
        run = it.crawl("recheck=all", days=0.1)
        assert run.report["articles"]["failed"] == {"http_304": 1}
        asked = next(request for request in it.asked if request.url.endswith("/gone.html"))
        assert not asked.conditional
