"""The exit code of `scrapy crawl jcnews`, each by a real run, and what counts as failed (DESIGN.md §1.3)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crawling import Run, asked, crawl, scrapy, start, wait_until
from tests.replica import Answer, Plan, Replica
from tests.scoring import score
from tests.skeleton import editor, page

SITE = "http://www.jcnews.com.cn"
COLUMN = "牢记嘱托 山西答卷"
ONE = "sections=xw/jcxw"
"""Twelve articles on two list pages."""

MISSING = Answer(404, body=b"<h1>404</h1>")
UNDATED = Answer(body=page(editor("这是一段虚构的正文，说明本页由测试写成。"), date=""))
BARE = Answer(body=page(""))
LINKLESS = Answer(body="<html><body><h1>改版公告</h1></body></html>".encode())


def plan(faults: dict[str, Answer] | None = None) -> Plan:
    """Sixty plain articles; what is put into the faults later is answered from then on."""
    return Plan(articles=60, weights={"P": 1}, faults={} if faults is None else faults)


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(plan()) as running:
        yield running


@pytest.fixture
def paths(replica: Replica) -> list[str]:
    """Of the articles that xw/jcxw shows."""
    golds = [g for g in replica.gold() if f"{SITE}/xw/jcxw/" in g["shown_in"]]
    assert len(golds) == 12
    return [g["url"].removeprefix(SITE) for g in golds]


def assert_ended(run: Run, code: int, why: str) -> None:
    """The process, its report and its last line say the same."""
    assert (run.code, run.report["exit_code"]) == (code, code), run.stderr
    assert why in run.report["why"]
    assert f"exit {code}: {run.report['why']}" in run.stderr.splitlines()[-1]


# ---- 0


def test_what_is_no_failure_ends_with_0(tmp_path: Path) -> None:
    faults = {"/xw/shxw/": MISSING, "/xw/pl/": Answer(410), "/lm/tj/": MISSING}
    shapes = {"P": 6, "EMPTY": 2, "STUB_META": 1, "STUB_JS": 1}
    with Replica(Plan(articles=80, weights=shapes, faults=faults)) as site:
        run = crawl(site, tmp_path, JCNEWS_FAIL_RATIO=0)
        ends_of_walks = [request for request in site.requests if request.status == 404 and "/index_" in request.url]
        for number, record in enumerate(run.records[:6]):
            faults[record["url"].removeprefix(SITE)] = MISSING if number % 2 else Answer(410)
        again = crawl(site, tmp_path, "recheck=all", JCNEWS_FAIL_RATIO=0)
    assert_ended(run, 0, "done")
    assert run.report["lists"]["absent"] == {"http_404": 2, "http_410": 1}
    assert [run.report["sections"][path]["end"] for path in ("xw/shxw", "xw/pl", "lm/tj")] == ["absent"] * 3
    assert min(run.report["articles"]["skipped"][reason] for reason in ("stub", "no_body")) >= 3
    assert run.report["entries"]["external"] >= 3
    assert ends_of_walks
    assert_ended(again, 0, "done")
    assert again.report["rechecks"]["missing"] == 6
    assert [one.report["addresses"]["failed"] for one in (run, again)] == [0, 0]


# ---- 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["section=xw"], "unknown argument -a section"),
        (["since=yesterday"], "since='yesterday'"),
        (["-s", "JCNEWS_FAIL_RATIO=2"], "JCNEWS_FAIL_RATIO='2'"),
        (["-s", "JCNEWS_OUTPTU=x"], "unknown setting JCNEWS_OUTPTU"),
        (["-s", "novalue"], "Invalid -s value"),
        (["-a"], "expected one argument"),
        (["--nonsense"], "unknown option --nonsense"),
        (["-o", "x.json"], "unknown option -o"),
        (["-a", "since"], "-a wants NAME=VALUE"),
    ],
)
def test_wrong_arguments_end_with_1_before_anything(
    replica: Replica, tmp_path: Path, arguments: list[str], said: str
) -> None:
    since = len(replica.requests)
    done = scrapy("crawl", "jcnews", "-s", f"JCNEWS_OUTPUT={tmp_path / 'o'}", *(
        arguments if arguments[0].startswith("-") else ["-a", *arguments]
    ), proxy=replica.proxy)  # fmt: skip
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "o").exists()
    assert asked(replica, since) == []


@pytest.mark.parametrize("given", ["xw/jcxv", "http://www.jcnews.com.cn/xw/jcxv/index.html", "xw/jcxv,zt/nichts"])
def test_a_path_that_is_nowhere_ends_with_1_and_names_the_nearest(replica: Replica, tmp_path: Path, given: str) -> None:
    run = crawl(replica, tmp_path, f"sections={given}")
    assert_ended(run, 1, "unknown section 'xw/jcxv', nearest are xw/jcxw 晋城新闻、")
    assert run.records == []


def test_a_path_that_is_nowhere_beside_one_that_is_there_is_absent(replica: Replica, tmp_path: Path) -> None:
    run = crawl(replica, tmp_path, "sections=xw/jcxv,xw/jcxw", "max_pages=1")
    assert_ended(run, 0, "done")
    assert run.report["sections"]["xw/jcxv"]["end"] == "absent"


def test_a_section_of_the_table_that_does_not_answer_is_no_wrong_argument(tmp_path: Path) -> None:
    with Replica(plan({"/xw/pl/": MISSING})) as site:
        assert_ended(crawl(site, tmp_path, "sections=xw/pl"), 4, "nothing could be crawled: http_404")


def test_an_unknown_variable_or_site_ends_with_1(tmp_path: Path) -> None:
    variable = scrapy("crawl", "jcnews", variables={"JCNEWS_OUTPTU": str(tmp_path)})
    site = scrapy("crawl", "nowhere")
    nothing = scrapy("crawl")
    assert (variable.returncode, site.returncode, nothing.returncode) == (1, 1, 1)
    assert "JCNEWS_OUTPTU" in variable.stderr
    assert "'nowhere'; known are " in site.stderr
    assert "jcnews" in site.stderr


def test_an_unknown_section_ends_with_1_and_names_the_nearest(replica: Replica, tmp_path: Path) -> None:
    since = len(replica.requests)
    run = crawl(replica, tmp_path, "sections=牢记嘱托 山西答题,xw/jcxw")
    assert run.code == 1
    assert COLUMN in run.stderr
    assert not [url for url in asked(replica, since) if "jcxw" in url]
    assert (run.report["exit_code"], run.records) == (1, [])


def test_a_crawl_that_cannot_be_started_ends_with_1_and_a_report(replica: Replica, tmp_path: Path) -> None:
    since = len(replica.requests)
    run = crawl(replica, tmp_path, SCHEDULER="no.such.scheduler")
    assert (run.code, run.report["exit_code"], asked(replica, since)) == (1, 1, [])
    assert "could not be started" in run.report["why"]


# ---- 2


def test_failures_end_with_2_and_are_retried(paths: list[str], tmp_path: Path) -> None:
    faults = dict.fromkeys(paths[:8], MISSING)
    with Replica(plan(faults)) as site:
        run = crawl(site, tmp_path, ONE)
        faults.clear()
        again = crawl(site, tmp_path, ONE)
    assert_ended(run, 2, "8 of 15 addresses failed: http_404 ×8")
    assert (run.report["articles"]["new"], run.report["articles"]["failed"]) == (4, {"http_404": 8})
    assert_ended(again, 0, "done")
    assert again.report["articles"]["new"] == 8
    assert sorted(record["url"] for record in again.records) == sorted(SITE + path for path in paths)


@pytest.mark.parametrize(("failing", "ratio", "code"), [(2, 0, 0), (3, 0, 2), (3, 0.2, 0), (4, 0.2, 2)])
def test_failures_end_with_2_above_the_ratio_and_from_3_on(
    paths: list[str], tmp_path: Path, failing: int, ratio: float, code: int
) -> None:
    with Replica(plan(dict.fromkeys(paths[:failing], MISSING))) as site:
        run = crawl(site, tmp_path, ONE, JCNEWS_FAIL_RATIO=ratio)
    assert (run.report["addresses"]["asked"], run.report["addresses"]["failed"]) == (15, failing)
    assert_ended(run, code, f"{failing} of 15 addresses failed: http_404 ×{failing}" if code else "done")


# ---- 3


def test_a_limit_ends_with_3_whatever_failed_and_the_next_run_goes_on(paths: list[str], tmp_path: Path) -> None:
    faults = dict.fromkeys(paths, MISSING)
    with Replica(plan(faults)) as site:
        limited = crawl(site, tmp_path, ONE, JCNEWS_FAIL_RATIO=0, CLOSESPIDER_PAGECOUNT=8)
        faults.clear()
        rest = crawl(site, tmp_path)
        result = score(rest.records, site.gold())
    assert_ended(limited, 3, "stopped early: closespider_pagecount")
    assert limited.report["addresses"]["failed"] >= 3
    assert_ended(rest, 0, "done")
    assert (result.missing, result.surplus, result.twice) == ([], [], [])


# ---- 4


@pytest.mark.parametrize("status", [403, 503])
def test_a_site_that_answers_nothing_but_refusals_ends_with_4(tmp_path: Path, status: int) -> None:
    with Replica(plan({"/xw/jcxw/": Answer(status), "/xw/pl/": Answer(status)})) as site:
        run = crawl(site, tmp_path, "sections=xw/jcxw,xw/pl", RETRY_TIMES=0)
    assert_ended(run, 4, f"nothing could be crawled: http_{status} ×2")


def test_robots_txt_that_cannot_be_had_ends_with_4_though_it_stops_the_run(tmp_path: Path) -> None:
    with Replica(Plan(articles=1, robots="error")) as site:
        run = crawl(site, tmp_path, RETRY_TIMES=0)
    assert_ended(run, 4, f"nothing could be crawled: {SITE}/robots.txt cannot be had: status 502")
    assert run.report["finish_reason"] == "robots_unavailable"


def test_an_unreachable_site_ends_with_4_and_one_clear_line(tmp_path: Path) -> None:
    done = scrapy("crawl", "jcnews", "-s", f"JCNEWS_OUTPUT={tmp_path}", "-s", "DOWNLOAD_DELAY=0",
                  proxy="http://127.0.0.1:9")  # fmt: skip
    assert done.returncode == 4
    assert [line for line in done.stderr.splitlines() if " ERROR: " in line] == [
        line for line in done.stderr.splitlines() if "nothing could be crawled" in line
    ]
    assert "Traceback" not in done.stderr


def test_a_notice_at_every_address_is_taken_for_an_article_once_until_the_next_run(
    paths: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = page(editor("今晚系统升级，网站暂停访问，给您带来不便敬请谅解。" * 5), title="系统升级公告")
    monkeypatch.setattr("tests.replica.home.SOFT_MISSING", notice.decode())
    faults = dict.fromkeys(paths, Answer(body=notice))
    with Replica(replace(plan(faults), soft_404=True)) as site:
        run = crawl(site, tmp_path, ONE)
        faults.clear()
        later = crawl(site, tmp_path, ONE)
        texts = {g["url"]: g["text"] for g in site.gold()}
    assert_ended(run, 2, "11 of 16 addresses failed: soft_404 ×11")
    assert run.report["articles"]["new"] == 1
    assert (later.code, later.report["articles"]["new"], later.report["articles"]["updated"]) == (0, 11, 1)
    assert {r["url"]: r["text"] for r in later.records if r["title"] != "系统升级公告"} == {
        f"{SITE}{path}": texts[f"{SITE}{path}"] for path in paths
    }


def test_a_notice_whose_image_is_slow_is_no_article_when_another_said_the_same_meanwhile(
    paths: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = "<img src='http://slow.example.com/a.jpg'>"
    notice = page(editor(f"今晚系统升级，网站暂停访问，给您带来不便敬请谅解。{image}"), title="系统升级公告")
    monkeypatch.setattr("tests.replica.home.SOFT_MISSING", notice.decode())
    slow = {"slow.example.com": {"/a.jpg": Answer(404, hang_s=3)}}
    faults = dict.fromkeys(paths, Answer(body=notice))
    with Replica(replace(plan(faults), soft_404=True, other_hosts=slow)) as site:
        run = crawl(site, tmp_path, ONE)
    assert (run.records, run.report["articles"]["failed"]) == ([], {"soft_404": 12})


def test_a_home_page_that_fails_keeps_no_section_that_is_placed_from_being_walked(tmp_path: Path) -> None:
    with Replica(plan({"/": Answer(503, body=b"busy")})) as site:
        run = crawl(site, tmp_path, "sections=某某栏目,xw/jcxw", JCNEWS_BACKOFF="0.01s")
    assert (run.code, len(run.records)) == (0, 12)
    assert run.report["lists"]["failed"] == {"http_503": 1}


# ---- 5


def test_a_list_that_shows_nothing_any_more_ends_with_5_whatever_failed(paths: list[str], tmp_path: Path) -> None:
    faults = dict.fromkeys(paths[:3], MISSING)
    with Replica(plan(faults)) as site:
        first = crawl(site, tmp_path, ONE, JCNEWS_FAIL_RATIO=0)
        faults["/xw/jcxw/"] = LINKLESS
        second = crawl(site, tmp_path, ONE, JCNEWS_FAIL_RATIO=0)
    assert_ended(first, 2, "3 of 15 addresses failed")
    assert second.report["addresses"]["failed"] == 3
    assert_ended(second, 5, "health check failed: the list of xw/jcxw shows nothing")
    assert second.report["health"] == [
        {
            "rule": "links",
            "section": "xw/jcxw",
            "field": None,
            "what": "the list of xw/jcxw shows nothing",
            "last_good_run": first.report["run_id"],
            "addresses": [f"{SITE}/xw/jcxw/"],
        }
    ]


def test_a_list_that_never_showed_anything_is_no_breach(tmp_path: Path) -> None:
    with Replica(plan({"/xw/pl/": LINKLESS})) as site:
        run = crawl(site, tmp_path, "sections=xw/pl")
    assert (run.code, run.report["sections"]["xw/pl"]["end"]) == (0, "empty_page")


def test_a_new_site_whose_lists_all_show_nothing_ends_with_5(tmp_path: Path) -> None:
    with Replica(plan(dict.fromkeys(("/xw/pl/", "/xw/jcxw/", "/xw/sxxw/"), LINKLESS))) as site:
        two = crawl(site, tmp_path / "two", "sections=xw/pl,xw/jcxw")
        three = crawl(site, tmp_path / "three", "sections=xw/pl,xw/jcxw,xw/sxxw")
        with_one = crawl(site, tmp_path / "with_one", "sections=xw/pl,xw/jcxw,xw/sxxw,xw/shxw")
    assert (two.code, with_one.code) == (0, 0)
    assert_ended(three, 5, "health check failed: none of 3 lists has ever shown an article")


@pytest.mark.parametrize(("alike", "code"), [(8, 0), (12, 5)])
def test_a_notice_at_most_addresses_of_articles_ends_with_5(
    paths: list[str], tmp_path: Path, alike: int, code: int
) -> None:
    """The site says of a missing one that it is missing, so that nothing tells the notice from an article's copies."""
    notice = Answer(body=page(editor("今晚进行系统升级，期间网站暂停访问，给您带来不便敬请谅解。" * 3)))
    with Replica(plan(dict.fromkeys(paths[:alike], notice))) as site:
        run = crawl(site, tmp_path, ONE)
    if code:
        assert_ended(run, 5, f"health check failed: {alike - 1} of 12 records say just what another one says")
    assert run.code == code


@pytest.mark.parametrize(("undated", "code"), [(2, 0), (3, 5)])
def test_records_without_a_date_end_with_5_from_3_on(paths: list[str], tmp_path: Path, undated: int, code: int) -> None:
    with Replica(plan(dict.fromkeys(paths[:undated], UNDATED))) as site:
        run = crawl(site, tmp_path, ONE)
    assert sum(record["published_at"] is None for record in run.records) == undated
    assert_ended(run, code, f"health check failed: {undated} of 12 records lack published_at" if code else "done")


@pytest.mark.parametrize(("bare", "code"), [(6, 0), (7, 5)])
def test_a_new_site_whose_pages_show_no_text_ends_with_5(
    paths: list[str], tmp_path: Path, bare: int, code: int
) -> None:
    """What was told once is not told again by the tries that follow."""
    with Replica(plan(dict.fromkeys(paths[:bare], BARE))) as site:
        run = crawl(site, tmp_path, ONE)
        again = crawl(site, tmp_path, ONE, shim=("--clock", "7200"))
    assert_ended(run, code, f"{bare} of 12 article pages show a title and no text" if code else "done")
    assert again.report["articles"]["skipped"] == {"no_body": bare}
    assert again.code == 0


# ---- 6


def test_a_second_run_at_the_same_time_ends_with_6_at_once(tmp_path: Path) -> None:
    with Replica(plan({"/robots.txt": Answer(hang_s=600)})) as site, start(site, tmp_path) as first:
        try:
            wait_until(lambda: site.requests)
            moments = [time.monotonic()]
            busy = crawl(site, tmp_path)
            moments.append(time.monotonic())
            scrapy("crawl", "nowhere")  # which takes as long to start
            moments.append(time.monotonic())
            assert (busy.code, busy.report) == (6, {})
            assert "another run holds" in busy.stderr
            assert (moments[1] - moments[0]) - (moments[2] - moments[1]) < 2
            assert (first.poll(), len(site.requests)) == (None, 1)
        finally:
            first.kill()


# ---- 7


def test_an_output_that_cannot_be_written_ends_with_7_before_the_first_request(
    replica: Replica, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    since = len(replica.requests)
    run = crawl(replica, tmp_path / "file")
    assert run.code == 7
    assert asked(replica, since) == []


def test_a_damaged_ledger_ends_with_7_and_a_report(replica: Replica, tmp_path: Path) -> None:
    (tmp_path / "state.sqlite3").write_bytes(b"this is no database")
    since = len(replica.requests)
    run = crawl(replica, tmp_path)
    assert (run.code, run.report["exit_code"], asked(replica, since)) == (7, 7, [])
    assert (tmp_path / "state.sqlite3").read_bytes() == b"this is no database"


def test_a_nearly_full_disk_ends_with_7(replica: Replica, tmp_path: Path) -> None:
    since = len(replica.requests)
    run = crawl(replica, tmp_path, JCNEWS_MIN_FREE_MB="100000000")
    assert (run.code, asked(replica, since)) == (7, [])


@pytest.mark.parametrize("beside", [2, 3, 4, 5])
def test_storage_that_fails_ends_with_7_whatever_else_holds(paths: list[str], tmp_path: Path, beside: int) -> None:
    faults = {
        2: dict.fromkeys(paths[:3], MISSING),
        4: {"/xw/jcxw/": Answer(403)},
        5: dict.fromkeys(paths[:3], UNDATED),
    }.get(beside, {})
    (tmp_path / "runs").write_bytes(b"in the way")
    with Replica(plan(faults)) as site:
        run = crawl(site, tmp_path, ONE, JCNEWS_FAIL_RATIO=0, CLOSESPIDER_PAGECOUNT=5 if beside == 3 else 0)
    assert run.code == 7
    assert "exit 7: storage failed: " in run.stderr.splitlines()[-1]
