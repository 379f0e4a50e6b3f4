"""What a run does when the server fails or refuses: it waits, asks again, leaves alone, gives up; and loses nothing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path

import pytest

from tests.crawling import Run, crawl
from tests.replica import Answer, Logged, Plan, Replica
from tests.scoring import score
from tests.skeleton import editor, page
from tests.test_exit_codes import ONE, SITE, assert_ended

OVERLOADED = Answer(503, body=b"busy")
BROKEN = Answer(500, body=b"broken")
GONE_AWAY_S = 86_400


@dataclass
class Bench:
    """A site of sixty plain articles, of which ONE shows twelve, and what is planted on it."""

    faults: dict[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.site = Replica(Plan(articles=60, weights={"P": 1}, faults=self.faults))
        golds = [g for g in self.site.gold() if f"{SITE}/xw/jcxw/" in g["shown_in"]]
        self.paths = [g["url"].removeprefix(SITE) for g in golds]

    def asked(self, path: str) -> list[Logged]:
        return [request for request in self.site.requests if request.url == SITE + path]


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that was ended when it had asked some of the twelve."""
    with (bench := Bench()).site:
        return crawl(bench.site, tmp_path_factory.mktemp("begun") / "output", ONE, CLOSESPIDER_PAGECOUNT=8)


def waits(requests: list[Logged]) -> list[float]:
    """Between the tries; what the network's client repeats at once on a connection that was reset is no try."""
    return [wait for sooner, later in pairwise(requests) if (wait := later.at - sooner.at) > 0.3]


def articles(run: Run) -> int:
    return int(run.report["articles"]["new"])


@pytest.mark.parametrize("answer", [BROKEN, Answer(raw=b"", reset=True)])
def test_a_failed_address_waits_twice_as_long_each_time_while_others_go_on(
    bench: Bench, tmp_path: Path, answer: Answer
) -> None:
    bench.faults[bench.paths[-1]] = answer
    with bench.site:
        run = crawl(bench.site, tmp_path, ONE, JCNEWS_BACKOFF="0.8s")
    first, second = waits(bench.asked(bench.paths[-1]))
    assert 0.6 <= first < second
    assert 1.2 <= second < 6
    assert articles(run) == 11
    between = [r for r in bench.site.requests if r.url.endswith(".html")]
    assert [SITE + bench.paths[-1] == r.url for r in between[-2:]] == [True, True]


def test_what_recovers_within_the_tries_is_no_failure(bench: Bench, tmp_path: Path) -> None:
    bench.faults[bench.paths[0]] = Answer(502, body=b"", times=2)
    with bench.site:
        run = crawl(bench.site, tmp_path, ONE, JCNEWS_BACKOFF="0.01s")
    assert_ended(run, 0, "done")
    assert (articles(run), run.report["addresses"]["failed"]) == (12, 0)


@pytest.mark.parametrize("value", [lambda: "2", lambda: formatdate(1_000_000_002, usegmt=True)])
@pytest.mark.parametrize("status", [429, 503])
def test_the_whole_host_waits_as_long_as_it_asks(
    bench: Bench, tmp_path: Path, status: int, value: Callable[[], str]
) -> None:
    headers = {"Retry-After": value(), "Date": formatdate(1_000_000_000, usegmt=True)}
    bench.faults[bench.paths[3]] = Answer(status, headers, body=b"", times=1)
    with bench.site:
        run = crawl(bench.site, tmp_path, ONE, JCNEWS_BACKOFF="0.01s")
    refused = next(r for r in bench.site.requests if r.status == status)
    following = bench.site.requests[bench.site.requests.index(refused) + 1]
    assert 1.9 <= following.at - refused.at < 10
    assert_ended(run, 0, "done")
    assert articles(run) == 12


def test_an_address_that_wants_longer_is_left_alone_until_then_by_later_runs_too(bench: Bench, tmp_path: Path) -> None:
    busy = Answer(503, {"Retry-After": "86400"}, body=b"")
    bench.faults |= {bench.paths[0]: busy, "/xw/pl/": busy, "/robots.txt": Answer(404, body=b"")}
    with bench.site:
        first = crawl(bench.site, tmp_path, "sections=xw/jcxw,xw/pl")
        for faulty in (bench.paths[0], "/xw/pl/"):
            assert len(bench.asked(faulty)) == 1
        bench.faults.clear()
        before = crawl(bench.site, tmp_path, "sections=xw/jcxw,xw/pl", shim=("--clock", str(GONE_AWAY_S - 600)))
        by_hand = crawl(bench.site, tmp_path, "sections=xw/pl", f"articles={SITE}{bench.paths[0]}")
        for faulty in (bench.paths[0], "/xw/pl/"):
            assert len(bench.asked(faulty)) == 1
        after = crawl(bench.site, tmp_path, "sections=xw/jcxw,xw/pl", shim=("--clock", str(GONE_AWAY_S + 600)))
    assert first.report["articles"]["failed"] == {"http_503": 1}
    assert first.report["lists"]["failed"] == {"http_503": 1}
    assert_ended(before, 0, "done")
    assert before.report["lists"]["absent"] == by_hand.report["lists"]["absent"] == {"resting": 1}
    assert by_hand.report["articles"]["skipped"] == {"resting": 1}
    assert (after.code, articles(first), articles(after) > 1) == (0, 11, True)


def test_robots_txt_that_wants_longer_is_left_alone_too(bench: Bench, tmp_path: Path) -> None:
    bench.faults["/robots.txt"] = Answer(503, {"Retry-After": "86400"}, body=b"")
    with bench.site:
        codes = [crawl(bench.site, tmp_path, ONE).code for _ in range(2)]
    assert codes == [4, 4]
    assert len(bench.site.requests) == 1


def test_a_burst_of_refusals_loses_nothing(bench: Bench, tmp_path: Path) -> None:
    with bench.site:
        golds = [g for g in bench.site.gold() if g["listed"]]
        bench.faults |= {g["url"].removeprefix(SITE): Answer(503, body=b"busy", times=1) for g in golds[-20:]}
        run = crawl(bench.site, tmp_path, JCNEWS_BACKOFF="0.01s")
        result = score(run.records, bench.site.gold())
    assert_ended(run, 0, "done")
    assert sum(request.status == 503 for request in bench.site.requests) == 20
    assert (result.missing, result.surplus, result.twice) == ([], [], [])


def test_a_site_that_breaks_down_is_given_up_and_the_next_run_has_the_rest(tmp_path: Path) -> None:
    faults = _Everywhere(BROKEN, behind=10)
    with Replica(Plan(articles=120, weights={"P": 1}, faults=faults)) as site:
        run = crawl(site, tmp_path, JCNEWS_BACKOFF="0.01s", JCNEWS_FAIL_RATIO=1)
        failed = sum(request.status == 500 for request in site.requests)
        faults.behind = 1_000_000
        again = crawl(site, tmp_path, JCNEWS_FAIL_RATIO=0)
        result = score(again.records, site.gold())
    assert_ended(run, 2, "the site was given up: www.jcnews.com.cn: http_500 at the end of a row of failures")
    assert articles(run) == 10
    assert 30 <= failed <= 31 * 3
    assert_ended(again, 0, "done")
    assert (result.missing, result.surplus, result.twice) == ([], [], [])


def test_a_site_that_never_answers_well_ends_with_4(tmp_path: Path) -> None:
    everything = Plan(articles=60, robots="missing", faults=_Everywhere(OVERLOADED))
    with Replica(everything) as site:
        run = crawl(site, tmp_path, JCNEWS_BACKOFF="0.01s")
    assert_ended(run, 4, "nothing could be crawled")
    assert run.report["articles"]["gone"] == 0


class _Everywhere(dict[str, Answer]):
    """One answer for every path but robots.txt, behind so many articles."""

    def __init__(self, answer: Answer, behind: int = 0) -> None:
        super().__init__({"": answer})
        self._answer, self.behind, self._asked = answer, behind, 0

    def get(self, path: str, default: object = None) -> Answer | None:  # type: ignore[override]
        self._asked += "/t20" in path
        is_sound = path == "/robots.txt" or (self.behind and self._asked <= self.behind)
        return None if is_sound else self._answer


@pytest.mark.parametrize(
    ("answer", "product"),
    [
        (Answer(521, {"X-Via-JSL": "1"}, body=b"<script>document.cookie='__jsl_clearance_s=1'</script>"), "加速乐"),
        (Answer(412, body=b"<script>$_ts=window['$_ts'];</script>"), "瑞数"),
        (Answer(200, body="请开启JavaScript并刷新该页.<script>eval('wzwschallenge')</script>".encode()), "网站卫士"),
        (Answer(405, body=b"<script>document.cookie='acw_sc__v2=1'</script>"), "Aliyun"),
        (Answer(503, body=b"<script>yunsuo_session()</script>"), "云锁"),
        (Answer(403, body=b"<title>safedog</title>"), "安全狗"),
    ],
)
def test_a_challenge_ends_the_run_with_4_and_touches_nothing(
    bench: Bench, begun: Run, tmp_path: Path, answer: Answer, product: str
) -> None:
    output = Path(shutil.copytree(begun.output, tmp_path / "output"))
    before = rows(output)
    bench.faults |= dict.fromkeys(bench.paths, answer)
    with bench.site:
        run = crawl(bench.site, output, ONE, "recheck=all")
        asked = [request.url for request in bench.site.requests]
    assert begun.code == 3
    assert_ended(run, 4, f"challenged: {product} answers for {SITE}")
    assert len([url for url in asked if url.removeprefix(SITE) in bench.paths]) == 1
    assert rows(output) == before
    assert run.records == begun.records


@pytest.mark.parametrize(
    ("answer", "product"),
    [
        (Answer(405, {"Set-Cookie": "acw_sc__v2=1"}, body=b"blocked"), "Aliyun"),
        (Answer(503, {"Set-Cookie": "yunsuo_session_verify=1"}, body=b""), "云锁"),
        (Answer(403, {"Set-Cookie": "HWWAFSESID=1"}, body=b""), "Huawei"),
    ],
)
def test_a_refusal_with_a_products_cookie_is_the_addresss_alone_and_the_second_in_a_row_the_products(
    bench: Bench, tmp_path: Path, answer: Answer, product: str
) -> None:
    bench.faults[bench.paths[5]] = answer
    with bench.site:
        run = crawl(bench.site, tmp_path / "one", ONE, JCNEWS_BACKOFF="0.01s")
        assert_ended(run, 0, "done")
        assert (articles(run), run.report["articles"]["failed"]) == (11, {f"http_{answer.status}": 1})
        bench.faults |= dict.fromkeys(bench.paths, answer)
        run = crawl(bench.site, tmp_path / "all", ONE, JCNEWS_BACKOFF="0.01s")
        assert_ended(run, 4, f"challenged: {product} answers for {SITE}")
        assert sum(run.report["articles"]["failed"].values()) <= 1
        bench.faults.clear()
        assert articles(crawl(bench.site, tmp_path / "all", ONE)) == 12


def test_a_challenge_in_place_of_robots_txt_ends_with_4_too(bench: Bench, tmp_path: Path) -> None:
    bench.faults["/robots.txt"] = Answer(200, body=b"<script>wzwschallenge()</script>")
    with bench.site:
        run = crawl(bench.site, tmp_path, ONE)
    assert_ended(run, 4, "challenged: 网站卫士")
    assert len(bench.site.requests) == 1


def rows(output: Path) -> list[tuple[object, ...]]:
    """What the ledger says of each article."""
    columns = "id, url, state, reason, attempts, next_try, version, checked, missing_since, misses"
    with sqlite3.connect(f"file:{output}/state.sqlite3?mode=ro", uri=True) as db:
        return db.execute(f"SELECT {columns} FROM articles ORDER BY n").fetchall()


def test_a_broken_stretch_of_articles_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    faults: dict[str, Answer] = {}
    with Replica(Plan(articles=120, weights={"P": 1}, faults=faults)) as site:
        golds = [g for g in site.gold() if g["listed"]]
        faults |= {g["url"].removeprefix(SITE): BROKEN for g in golds[-40:]}
        run = crawl(site, tmp_path, JCNEWS_BACKOFF="0.01s")
        result = score(run.records, site.gold())
    assert_ended(run, 2, "40 of ")
    assert run.report["articles"]["failed"] == {"http_500": 40}
    assert sorted(result.missing) == sorted(g["id"] for g in golds[-40:])


@pytest.mark.parametrize(
    "answer", [BROKEN, Answer(200, {"Content-Type": "image/jpeg"}, body=b"\xff\xd8\xff$_ts\xff\xd9")]
)
def test_broken_images_of_the_site_cost_no_article(tmp_path: Path, answer: Answer) -> None:
    faults: dict[str, Answer] = {}
    with Replica(Plan(articles=120, weights={"P": 1}, faults=faults)) as site:
        pictures = [image["url"] for g in site.gold() if g["listed"] for image in g["images"]]
        faults |= {url.removeprefix(SITE): answer for url in pictures}
        run = crawl(site, tmp_path, JCNEWS_BACKOFF="0.01s")
        result = score(run.records, site.gold())
    assert len(pictures) > 10
    assert (run.code, result.missing) == (0, [])


def test_an_image_that_moved_closes_only_the_host_where_it_went(tmp_path: Path) -> None:
    faults: dict[str, Answer] = {}
    elsewhere = {"cdn.example.com": {f"/{n}.jpg": Answer(521) for n in range(40)}}
    with Replica(Plan(articles=120, weights={"P": 1}, faults=faults, other_hosts=elsewhere)) as site:
        pictures = [image["url"] for g in site.gold() if g["listed"] for image in g["images"]]
        for number, url in enumerate(pictures):
            faults[url.removeprefix(SITE)] = Answer(302, {"Location": f"http://cdn.example.com/{number % 40}.jpg"})
        run = crawl(site, tmp_path, JCNEWS_BACKOFF="0.01s")
        result = score(run.records, site.gold())
    assert (run.code, result.missing) == (0, [])
    assert run.report["images"]["missing"]["challenged"] == len(pictures)


@pytest.mark.parametrize("status", [404, 500])
def test_the_cookie_of_a_product_is_no_challenge(bench: Bench, tmp_path: Path, status: int) -> None:
    bench.faults[bench.paths[0]] = Answer(status, {"Set-Cookie": "HWWAFSESID=1; __jsluid_h=1"}, body=b"safedog")
    with bench.site:
        run = crawl(bench.site, tmp_path, ONE, JCNEWS_BACKOFF="0.01s")
    assert_ended(run, 0, "done")
    assert (articles(run), run.report["articles"]["failed"]) == (11, {f"http_{status}": 1})


def test_a_short_article_about_a_product_is_an_article(bench: Bench, tmp_path: Path) -> None:
    bench.faults[bench.paths[0]] = Answer(
        body=page(editor("某站页面中的 $_ts 脚本与 acw_sc__v2 是怎么回事，本文为测试。"))
    )
    with bench.site:
        run = crawl(bench.site, tmp_path, ONE)
    assert_ended(run, 0, "done")
    assert articles(run) == 12


def test_an_outage_of_errors_and_404s_writes_nothing_off(bench: Bench, tmp_path: Path) -> None:
    with bench.site:
        crawl(bench.site, tmp_path, ONE)
        bench.faults |= dict.fromkeys(bench.paths[:2], Answer(404, body=b"")) | dict.fromkeys(bench.paths[2:], BROKEN)
        runs = [crawl(bench.site, tmp_path, ONE, "recheck=all", JCNEWS_BACKOFF="0.01s") for _ in range(2)]
    assert [run.report["articles"]["gone"] for run in runs] == [0, 0]
    assert min(run.report["rechecks"]["failed"] for run in runs) >= 10


def test_a_cut_answer_without_a_length_is_a_404_all_the_same(bench: Bench, tmp_path: Path) -> None:
    bench.faults[bench.paths[0]] = Answer(raw=b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<h1>404")
    bench.faults["/robots.txt"] = Answer(
        raw=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nUser-agent: *\nAllow: /\n"
    )
    with bench.site:
        run = crawl(bench.site, tmp_path, ONE, JCNEWS_BACKOFF="0.01s")
    assert run.report["articles"]["failed"] == {"http_404": 1}
